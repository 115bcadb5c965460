import Core
import Foundation
import GRDB
import GRDBSQLite
import Logging

/// The one thread that writes.
///
/// An idle writer commits a job at once. While a COMMIT is in flight jobs gather, and all of them, up to a bound, share
/// the next one: on a disk whose sync takes 5 ms this is the difference between 200 and thousands of messages a second.
/// Completions run on this thread after COMMIT has returned, and must be short.
final class GroupCommitWriter: @unchecked Sendable {
    private struct Pending {
        var urgent = JobQueue()
        var background = JobQueue()
        var stopping = false
        var stopped = false
        var failure: StoreError?
    }

    private let statistics: WriterStatistics
    private let limits: StoreConfiguration
    private let logger: Logger
    private let fatal: @Sendable (StoreError) -> Void
    /// Guards `pending`.
    private let condition = NSCondition()
    private var pending = Pending()

    init(
        database: DatabaseQueue, settings: StoreSettings, checkpointer: Checkpointer, statistics: WriterStatistics,
        logger: Logger, fatal: @escaping @Sendable (StoreError) -> Void
    ) {
        self.statistics = statistics
        self.limits = settings.limits
        self.logger = logger
        self.fatal = fatal
        let thread = Thread { [self] in
            database.writeWithoutTransaction { connection in
                checkpointer.watch(connection)
                serve(WriteSession(database: connection, settings: settings), checkpointer)
            }
            condition.withLock {
                pending.stopped = true
                condition.broadcast()
            }
        }
        thread.name = "labrador-store"
        thread.start()
    }

    /// Queues a job; refuses it on the caller's thread when the writer has failed, ends, or has too much waiting.
    func submit(_ job: Job, lane: Lane) {
        let refusal: StoreError? = condition.withLock {
            if let failure = pending.failure { return failure }
            if pending.stopping { return .refused("the store is closing") }
            let waiting = lane == .urgent ? pending.urgent.count : pending.background.count
            let most = lane == .urgent ? limits.urgentJobs : limits.backgroundJobs
            guard waiting < most, pending.urgent.bytes + pending.background.bytes + job.bytes <= limits.waitingBytes
            else { return .full("\(waiting) entries already wait for the disk") }
            switch lane {
            case .urgent: pending.urgent.append(job)
            case .background: pending.background.append(job)
            }
            condition.signal()
            return nil
        }
        if let refusal { job.fail(refusal) }
    }

    /// Writes what waits, refuses more, and returns when the thread has ended. Not to be called from a completion.
    func stop() {
        condition.withLock {
            pending.stopping = true
            condition.broadcast()
            while !pending.stopped { condition.wait() }
        }
    }

    private func serve(_ session: WriteSession, _ checkpointer: Checkpointer) {
        var lastCommit: Duration = .zero
        while true {
            let urgent: [Job]? = condition.withLock {
                while pending.urgent.count == 0, pending.background.count == 0 {
                    if pending.stopping { return nil }
                    condition.wait()
                }
                return pending.urgent.take(jobs: limits.batchJobs, bytes: limits.batchBytes)
            }
            guard let urgent else { return }
            var batch = Batch(session: session, statistics: statistics)
            let slice = min(max(limits.backgroundSlice, lastCommit), limits.longestBackgroundSlice)
            batch.run(urgent: urgent, background: { self.nextBackground() }, slice: slice)
            lastCommit = batch.commitDuration
            if let failure = batch.failure { report(failure) }
            batch.tellCallers()
            checkpointer.afterCommit(session.database)
        }
    }

    private func nextBackground() -> Job? {
        condition.withLock { pending.background.next() }
    }

    /// After a failed write of the storage nothing more may be acknowledged: everything that waits is refused, and the
    /// process is told to end.
    private func report(_ failure: StoreError) {
        guard case .storageFailed = failure else {
            logger.warning("the store could not commit", metadata: ["reason": "\(failure.sentence)"])
            return
        }
        logger.critical("the storage failed; the process must end", metadata: ["reason": "\(failure.sentence)"])
        let abandoned: [Job] = condition.withLock {
            pending.failure = failure
            return pending.urgent.take(jobs: .max, bytes: .max) + pending.background.take(jobs: .max, bytes: .max)
        }
        for job in abandoned { job.fail(failure) }
        fatal(failure)
    }
}
