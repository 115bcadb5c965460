import Core
import DICOM
import Foundation
import Glibc
import Logging
import Synchronization

/// Keeps the radiology process running (architecture rule 11).
///
/// Carries out what `SupervisorMachine` decides.
///
/// It works on a thread of its own that lives as long as the supervision: the kernel ends the process when the thread
/// that started it ends.
final class RadiologySupervisor: Sendable {
    private let listener: RadiologyListener
    private let tlsListener: RadiologyListener?
    private let settings: Int32
    private let limits: SupervisionLimits
    private let logger: Logger
    private let onStored: @Sendable () -> Void
    private let current = Mutex<pid_t?>(nil)
    /// How the process is.
    let status = RadiologyStatus()

    /// `settings` is the file of `RadiologyHandOver.settings`; it stays open for every process to come. `onStored` runs
    /// on the supervisor's thread when the process has stored something that destinations wait for.
    init(
        listener: RadiologyListener, tlsListener: RadiologyListener?, settings: Int32,
        limits: SupervisionLimits = SupervisionLimits(),
        logger: Logger, onStored: @escaping @Sendable () -> Void = {}
    ) {
        self.listener = listener
        self.tlsListener = tlsListener
        self.settings = settings
        self.limits = limits
        self.logger = logger
        self.onStored = onStored
    }

    /// The process id while there is a process.
    var processID: pid_t? { current.withLock { $0 } }

    /// Supervises until the task is cancelled and the process has ended.
    ///
    /// `onReady` is called each time it serves.
    func run(onReady: @escaping @Sendable () -> Void = {}) async throws {
        let (wakeRead, wakeWrite) = try HelperProcess.pipe()
        defer {
            close(wakeRead)
            close(wakeWrite)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let thread = Thread {
                    self.supervise(wake: wakeRead, onReady: onReady)
                    done.resume()
                }
                thread.name = "radiology supervisor"
                thread.start()
            }
        } onCancel: {
            var byte: UInt8 = 0
            _ = write(wakeWrite, &byte, 1)
        }
    }

    private func supervise(wake: Int32, onReady: () -> Void) {
        var machine = SupervisorMachine(limits)
        var process: RadiologyProcess?
        var wakeAt: Duration?
        var stopSeen = false
        var pending: [SupervisorMachine.Event] = [.begin]
        let clock = ContinuousClock()
        let start = clock.now
        while true {
            while !pending.isEmpty {
                let event = pending.removeFirst()
                for action in machine.on(event, at: clock.now - start) {
                    switch action {
                    case .spawn: pending.append(spawn(&process))
                    case .wakeAt(let moment): wakeAt = moment
                    case .sleep: wakeAt = nil
                    case .terminate: process?.requestEnd()
                    case .kill:
                        status.gone()
                        process?.end()
                    case .report(let report): tell(report)
                    case .finished: return
                    }
                }
                if event == .ready {
                    status.ready()
                    onReady()
                }
            }
            var watched = [
                pollfd(fd: stopSeen ? -1 : wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: process?.status ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let left = wakeAt.map { max(.zero, $0 - (clock.now - start)) / .milliseconds(1) }
            // Rounded up, so that the timer's moment has come when poll returns.
            let found = poll(&watched, 2, left.map { Int32(min($0.rounded(.up), 3_600_000)) } ?? -1)
            if found < 0 { continue }
            if watched[0].revents != 0 {
                stopSeen = true
                pending.append(.stopRequested)
            }
            if watched[1].revents != 0 { pending.append(contentsOf: read(&process)) }
            if let moment = wakeAt, pending.isEmpty, clock.now - start >= moment {
                wakeAt = nil
                pending.append(.timer)
            }
        }
    }

    private func spawn(_ process: inout RadiologyProcess?) -> SupervisorMachine.Event {
        do {
            let made = try RadiologyProcess(
                arguments: [RadiologyHandOver.command], listeningSocket: listener.socket,
                tlsSocket: tlsListener?.socket, settings: settings)
            process = made
            current.withLock { $0 = made.processID }
            return .spawned
        } catch {
            logger.error("radiology: \(error)")
            return .spawnFailed
        }
    }

    /// What the status pipe says.
    private func read(_ process: inout RadiologyProcess?) -> [SupervisorMachine.Event] {
        guard let running = process else { return [] }
        var byte: UInt8 = 0
        let count = Glibc.read(running.status, &byte, 1)
        if count == 1 {
            switch byte {
            case RadiologyHandOver.ready: return [.ready]
            case RadiologyHandOver.stored:
                onStored()
                return []
            default: return [.alive]
            }
        }
        if count < 0, errno == EINTR { return [] }
        current.withLock { $0 = nil }
        status.gone()
        process = nil
        return [.exited(running.reap())]
    }

    private func tell(_ report: SupervisorMachine.Report) {
        switch report {
        case .serving(let restarts):
            let tls = tlsListener.map { " and, over TLS, on port \($0.port)" } ?? ""
            logger.info(
                "radiology: modalities are served on port \(listener.port)\(tls)",
                metadata: ["restarts": "\(restarts)"])
        case .died(let exit, let delay):
            logger.error("radiology: the process \(words(exit)); it is started again \(words(delay))")
        case .notSpawned(let delay): logger.error("radiology: the process is tried again \(words(delay))")
        case .neverReady: logger.error("radiology: the process was not ready after \(limits.readyWithin); it is killed")
        case .hangs: logger.error("radiology: no sign of life for \(limits.silentFor); the process is killed")
        case .wouldNotStop: logger.warning("radiology: the process did not stop in \(limits.stopWithin); it is killed")
        case .stopped(let exit): logger.info("radiology: stopped; the process \(words(exit))")
        }
    }

    private func words(_ exit: ProcessExit) -> String {
        switch exit {
        case .status(0): "ended"
        case .status(let status): "ended with status \(status)"
        case .signal(let signal): "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }

    private func words(_ delay: Duration) -> String { delay == .zero ? "at once" : "in \(delay)" }
}
