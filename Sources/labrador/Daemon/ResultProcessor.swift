import Core
import Logging
import Profiles
import ServiceLifecycle

/// The lab role's work behind the acknowledgement: takes journalled messages in their order, lets their profile explain
/// them, and records what became of them. Whatever a crash left undone is found here again.
struct ResultProcessor: Service {
    /// Messages in one transaction: enough to share a commit, few enough that an acknowledgement never waits long.
    static let messagesPerBatch = 32

    let ledger: any ResultLedger
    let profiles: [DeviceID: Profile]
    let facility: Facility
    let work: Nudge
    let recorded: @Sendable () -> Void
    let logger: Logger

    func run() async throws {
        work()
        await withGracefulShutdownHandler {
            for await _ in work.nudges {
                do throws(StoreError) {
                    while try await processBatch() {}
                } catch {
                    // The store's own fatal handler ends the process for a failed disk; anything else is tried again
                    // with the next message, and the messages stay where they are.
                    logger.error("results wait: \(error.sentence)")
                }
            }
        } onGracefulShutdown: {
            work.finish()
        }
    }

    /// - Returns: Whether there may be more.
    private func processBatch() async throws(StoreError) -> Bool {
        let messages = try ledger.unprocessedMessages(limit: Self.messagesPerBatch)
        if messages.isEmpty { return false }
        let interpreted = messages.map { InterpretedMessage(message: $0, interpretation: interpret($0)) }
        let outcome = await withCheckedContinuation { continuation in
            ledger.record(interpreted) { continuation.resume(returning: $0) }
        }
        let summary = try outcome.get()
        if summary.posted > 0 { recorded() }
        return messages.count == Self.messagesPerBatch
    }

    private func interpret(_ message: JournalledMessage) -> Interpretation {
        // A cut-off HL7 message was never acknowledged and comes again; what is left of it stays in the journal.
        if message.wire == .hl7, message.incomplete != nil { return .reports([]) }
        guard let profile = profiles[message.device] else {
            return .unreadable(
                "Device \(message.device) is no longer in the configuration, so nothing says how to read its message. "
                    + "Configure it again.")
        }
        return profile.interpret(
            wire: message.wire, bytes: message.bytes, processableText: message.processableText, facility: facility)
    }
}
