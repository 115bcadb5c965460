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
        var prompt = JobQueue()
        var background = JobQueue()
        var stopping = false
        var stopped = false
        var thread: Thread?
        var failure: StoreError?

        var isEmpty: Bool { urgent.count == 0 && prompt.count == 0 && background.count == 0 }
        var bytes: Int { urgent.bytes + prompt.bytes + background.bytes }

        func count(in lane: Lane) -> Int {
            switch lane {
            case .urgent: urgent.count
            case .prompt: prompt.count
            case .background: background.count
            }
        }

        mutating func append(_ job: Job, to lane: Lane) {
            switch lane {
            case .urgent: urgent.append(job)
            case .prompt: prompt.append(job)
            case .background: background.append(job)
            }
        }

        mutating func takeAll() -> [Job] {
            urgent.take(jobs: .max, bytes: .max) + prompt.take(jobs: .max, bytes: .max)
                + background.take(jobs: .max, bytes: .max)
        }
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
                pending.thread = nil
                condition.broadcast()
            }
        }
        thread.name = "labrador-store"
        condition.withLock { pending.thread = thread }
        thread.start()
    }

    /// Queues a job; refuses it on the caller's thread when the writer has failed, ends, or has too much waiting.
    func submit(_ job: Job, lane: Lane) {
        let refusal: StoreError? = condition.withLock {
            if let failure = pending.failure { return failure }
            if pending.stopping { return .refused("the store is closing") }
            let waiting = pending.count(in: lane)
            let most = lane == .urgent ? limits.urgentJobs : limits.backgroundJobs
            guard waiting < most, pending.bytes + job.bytes <= limits.waitingBytes
            else { return .full("\(waiting) entries already wait for the disk") }
            pending.append(job, to: lane)
            condition.signal()
            return nil
        }
        if let refusal { job.fail(refusal) }
    }

    /// Writes what waits, refuses more, and returns when the thread has ended.
    ///
    /// From a completion it returns at once.
    func stop() {
        condition.withLock {
            pending.stopping = true
            condition.broadcast()
            // The last owner may let go of the store in a completion: the thread cannot wait for itself.
            guard pending.thread !== Thread.current else { return }
            while !pending.stopped { condition.wait() }
        }
    }

    private func serve(_ session: WriteSession, _ checkpointer: Checkpointer) {
        var lastCommit: Duration = .zero
        let clock = ContinuousClock()
        var lastBackground = clock.now
        var pressure = Pressure(jobs: limits.pressureJobs, window: limits.pressureWindow)
        while true {
            let urgent: [Job]? = condition.withLock {
                while pending.isEmpty {
                    if pending.stopping { return nil }
                    condition.wait()
                }
                if pending.urgent.count == 0, pressure.isHigh(at: clock.now) {
                    let wait = limits.backgroundPause - (clock.now - lastBackground)
                    let until = Date(timeIntervalSinceNow: wait / .seconds(1))
                    while pending.urgent.count == 0, !pending.stopping, condition.wait(until: until) {}
                }
                return pending.urgent.take(jobs: limits.batchJobs, bytes: limits.batchBytes)
            }
            guard let urgent else { return }
            var batch = Batch(session: session, statistics: statistics)
            pressure.note(urgent.count, at: clock.now)
            let now = clock.now
            let isPressed = pressure.isHigh(at: now)
            // Under pressure most transactions carry acknowledgements alone: they are smaller, and so sooner durable.
            let takesBackground = !isPressed || now - lastBackground >= limits.backgroundPause
            if takesBackground { lastBackground = now }
            let share = isPressed ? limits.backgroundSliceUnderPressure : max(limits.backgroundSlice, lastCommit)
            batch.run(
                urgent: urgent, background: { takesBackground ? self.nextBackground() : nil },
                slice: min(share, limits.longestBackgroundSlice))
            lastCommit = batch.commitDuration
            if let failure = batch.failure { report(failure) }
            batch.tellCallers()
            checkpointer.afterCommit(session.database)
        }
    }

    private func nextBackground() -> Job? {
        condition.withLock { pending.prompt.next() ?? pending.background.next() }
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
            return pending.takeAll()
        }
        for job in abandoned { job.fail(failure) }
        fatal(failure)
    }
}
