import Core
import Logging
import Profiles
import ServiceLifecycle
import Synchronization

/// The lab role's work behind the acknowledgement: takes journalled messages in their order, lets their profile explain
/// them, and records what became of them. Whatever a crash left undone is found here again.
struct ResultProcessor: Service {
    /// Messages read and understood at once. The store writes them in slices small enough that an acknowledgement never
    /// waits long; meanwhile the next ones are read.
    static let messagesPerBatch = 128

    let ledger: any ResultLedger
    let profiles: LiveProfiles
    let facility: Facility
    let work: Nudge
    let recorded: @Sendable () -> Void
    let logger: Logger

    /// Set when profiles changed: results they held are to be understood anew.
    let profilesChanged = ProfilesChanged()

    func run() async throws {
        profilesChanged.set()
        work()
        await withGracefulShutdownHandler {
            var failures = 0
            for await _ in work.nudges {
                do throws(StoreError) {
                    try await processWaiting()
                    if profilesChanged.take() { try await processHeld() }
                    failures = 0
                } catch {
                    // The store's own fatal handler ends the process for a failed disk; anything else passes, and the
                    // messages stay where they are until then.
                    failures += 1
                    let pause = Self.pause(after: failures)
                    logger.error("results wait, and are tried again in \(pause): \(error.sentence)")
                    Task { [work] in
                        try await Task.sleep(for: pause)
                        work()
                    }
                }
            }
        } onGracefulShutdown: {
            work.finish()
        }
    }

    /// How long results wait after the store refused so many times in a row: 1, 2, 4 s and so on, 30 s at most.
    static func pause(after failures: Int) -> Duration { .seconds(min(30, 1 << min(5, max(0, failures - 1)))) }

    /// Processes until nothing waits. One batch is understood while the one before it is being written.
    private func processWaiting() async throws(StoreError) {
        var writing: (last: MessageID, task: Task<Result<RecordSummary, StoreError>, Never>)?
        while true {
            let messages = try ledger.unprocessedMessages(after: writing?.last, limit: Self.messagesPerBatch)
            let interpreted = messages.map { InterpretedMessage(message: $0, interpretation: interpret($0)) }
            if let writing {
                let summary = try await writing.task.value.get()
                if summary.posted > 0 { recorded() }
            }
            guard let last = interpreted.last else {
                // A message with a lower number may have ended meanwhile: look from the start once more.
                if writing == nil { return }
                writing = nil
                continue
            }
            writing = (last.message.id, Task { await record(interpreted) })
        }
    }

    /// Lets the profiles explain again what is held because they did not know a test or a unit.
    private func processHeld() async throws(StoreError) {
        var last: MessageID?
        do throws(StoreError) {
            while true {
                let messages = try ledger.messagesHeldByProfile(after: last, limit: Self.messagesPerBatch)
                guard let end = messages.last else { return }
                last = end.id
                let interpreted = messages.map { InterpretedMessage(message: $0, interpretation: interpret($0)) }
                let result = await withCheckedContinuation { continuation in
                    ledger.understandAnew(interpreted) { continuation.resume(returning: $0) }
                }
                let summary = try result.get()
                if summary.posted > 0 {
                    logger.notice(
                        "\(summary.posted) held \(summary.posted == 1 ? "result is" : "results are") understood by their changed profile"
                    )
                    recorded()
                }
            }
        } catch {
            profilesChanged.set()
            throw error
        }
    }

    private func record(_ messages: [InterpretedMessage]) async -> Result<RecordSummary, StoreError> {
        await withCheckedContinuation { continuation in
            ledger.record(messages) { continuation.resume(returning: $0) }
        }
    }

    private func interpret(_ message: JournalledMessage) -> Interpretation {
        // A cut-off HL7 message was never acknowledged and comes again; what is left of it stays in the journal.
        if message.wire == .hl7, message.incomplete != nil { return .reports([]) }
        guard let profile = profiles.profile(of: message.device) else {
            return .unreadable(
                "Device \(message.device) is no longer in the configuration, so nothing says how to read its message. "
                    + "Configure it again.")
        }
        return profile.interpret(
            wire: message.wire, bytes: message.bytes, processableText: message.processableText, facility: facility)
    }
}

/// Whether profiles changed since the held results were last looked at.
final class ProfilesChanged: Sendable {
    private let isSet = Mutex(false)

    func set() { isSet.withLock { $0 = true } }

    /// Whether it was set; it no longer is.
    func take() -> Bool {
        isSet.withLock { isSet in
            defer { isSet = false }
            return isSet
        }
    }
}
