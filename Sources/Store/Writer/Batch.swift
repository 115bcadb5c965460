import Core
import GRDB

/// The jobs of one transaction.
struct Batch {
    private let session: WriteSession
    private let statistics: WriterStatistics
    private var jobs: [Job] = []
    private var completions: [@Sendable () -> Void] = []
    /// Why nothing of the batch was committed, nil when it was.
    private(set) var failure: StoreError?
    /// How long COMMIT took.
    private(set) var commitDuration: Duration = .zero

    init(session: WriteSession, statistics: WriterStatistics) {
        self.session = session
        self.statistics = statistics
    }

    /// Runs urgent jobs, then background jobs until the slice is used up, and commits them together.
    mutating func run(urgent: [Job], background: () -> Job?, slice: Duration) {
        jobs = urgent
        do {
            try execute("BEGIN IMMEDIATE")
            for job in urgent { try perform(job, guarded: job.guarded) }
            let started = ContinuousClock.now
            while ContinuousClock.now - started < slice, let job = background() {
                jobs.append(job)
                try perform(job, guarded: job.guarded)
            }
            try commit()
        } catch {
            abandon(error)
            // One job's own mistake, found too late, must not take the others with it: again, each by itself.
            if case .refused? = failure, jobs.count > 1, !(error is BeginFailed) { runApart() }
        }
    }

    /// Tells every caller how it went: after COMMIT, or that there was none.
    func tellCallers() {
        if let failure {
            for job in jobs { job.fail(failure) }
        } else {
            for completion in completions { completion() }
        }
    }

    private mutating func runApart() {
        completions = []
        failure = nil
        do {
            try execute("BEGIN IMMEDIATE")
            for job in jobs { try perform(job, guarded: true) }
            try commit()
        } catch {
            abandon(error)
        }
    }

    private mutating func perform(_ job: Job, guarded: Bool) throws {
        guard guarded else {
            do throws(any Error) {
                completions.append(try job.perform(session))
            } catch let refusal as Refusal {
                // Thrown before anything was written.
                completions.append { job.fail(.refused(refusal.why)) }
            }
            return
        }
        try execute("SAVEPOINT job")
        do {
            let completion = try job.perform(session)
            try execute("RELEASE job")
            completions.append(completion)
        } catch {
            let reason = (error as? Refusal).map { StoreError.refused($0.why) } ?? StoreError(error)
            guard case .refused = reason else { throw error }
            session.forgetNames()
            try execute("ROLLBACK TO job")
            try execute("RELEASE job")
            completions.append { job.fail(reason) }
        }
    }

    private mutating func commit() throws {
        let began = ContinuousClock.now
        do {
            try execute("COMMIT")
        } catch {
            // Whatever the reason, what this COMMIT was to make durable is in doubt, except when there was no room.
            let reason = StoreError(error)
            if case .refused(let why) = reason { throw StoreError.storageFailed("COMMIT failed: \(why)") }
            throw reason
        }
        commitDuration = ContinuousClock.now - began
        statistics.committed(jobs: jobs.count)
    }

    private mutating func abandon(_ error: any Error) {
        failure = StoreError((error as? BeginFailed)?.cause ?? error)
        completions = []
        session.forgetNames()
        // SQLite has often rolled back already; a transaction that stays open would spoil the next batch.
        if session.database.isInsideTransaction {
            do { try execute("ROLLBACK") } catch {
                failure = .storageFailed("ROLLBACK failed: \(StoreError(error))")
            }
        }
    }

    private func execute(_ sql: String) throws {
        do { try session.query(sql).run() } catch  where sql.hasPrefix("BEGIN") { throw BeginFailed(cause: error) }
    }

    /// No transaction began: another program holds the lock, or the file is gone.
    private struct BeginFailed: Error { let cause: any Error }
}

/// A job's refusal of its own input, thrown before it has written anything.
struct Refusal: Error {
    let why: String
}
