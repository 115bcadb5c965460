import Core
import Links
import Logging
import Profiles
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads profiles anew when their files change, and on SIGHUP; ends the daemon when its terminal is gone.
struct ProfileWatch: Service {
    /// How often the files are looked at.
    static let interval = Duration.seconds(2)
    /// How long files must stay as they are before they are read: an editor may be writing.
    static let settle = Duration.milliseconds(250)
    /// How often that is waited for at most.
    static let mostWaits = 20

    let reload: ProfileReload
    let hangUp: HangUp
    let status: LinkStatusBoard
    /// Runs after new profiles are in use.
    let swapped: @Sendable () -> Void
    let logger: Logger

    private enum Event { case poll, signal, stop }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        let (events, feed) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingNewest(16))
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in signals { feed.yield(.signal) }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: Self.interval)
                        feed.yield(.poll)
                    }
                }
                // A file may have changed since the configuration was read: the first look always reads.
                var seen: FolderStamp?
                for await event in events {
                    if event == .stop || (event == .signal && hangUp.terminalIsGone) { break }
                    let now = FolderStamp(of: reload.folders)
                    if event == .poll, now == seen { continue }
                    seen = event == .poll ? await settled(now) : now
                    if event == .signal { notifySystemd("RELOADING=1") }
                    report(reload.run(), asked: event == .signal)
                    if event == .signal { notifySystemd("READY=1") }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            feed.yield(.stop)
        }
    }

    /// Waits until nothing changes any more.
    private func settled(_ first: FolderStamp) async -> FolderStamp {
        var last = first
        for _ in 0..<Self.mostWaits {
            try? await Task.sleep(for: Self.settle)
            let now = FolderStamp(of: reload.folders)
            if now == last { break }
            last = now
        }
        return last
    }

    private func report(_ outcome: ProfileReload.Outcome, asked: Bool) {
        switch outcome {
        case .unchanged:
            status.profileRemark("", of: [])
            if asked { logger.notice("profiles were read anew: nothing changed") }
        case .swapped(let changes):
            status.profileRemark("", of: [])
            for (device, waits) in changes {
                logger.notice(
                    "device \(device) has a new profile; the next message is read with it\(waits.map { "; \($0)" } ?? "")"
                )
            }
            swapped()
        case .refused(let mistakes, let devices):
            logger.error(
                "profiles were not taken, the old ones go on:\n\(mistakes.map(\.description).joined(separator: "\n"))")
            let more = mistakes.count > 1 ? " (and \(mistakes.count - 1) more, see the log)" : ""
            let first = mistakes.first.map { "\($0)" } ?? ""
            status.profileRemark("The changed profile was not taken, the old one goes on: \(first)\(more)", of: devices)
        }
    }
}
