import Core

/// Which queue a job waits in.
enum Lane: Sendable {
    /// An acknowledgement waits for it: goes first.
    case urgent
    /// A delivery lane or a person waits for it: goes before the rest of each transaction's bounded slice.
    case prompt
    /// Everything else, which may pile up: understanding messages.
    case background
}

/// One thing to be written, and whom to tell.
struct Job: Sendable {
    /// Size of what it carries, for the bounds of queue and batch.
    var bytes: Int
    /// Whether it runs in a savepoint of its own, because it may fail after it has begun to write.
    ///
    /// The journal's path refuses before it writes and saves this cost.
    var guarded: Bool
    /// Writes; returns what is to run after COMMIT.
    var perform: @Sendable (WriteSession) throws -> @Sendable () -> Void
    /// Runs instead of the completion when nothing of the job was committed.
    var fail: @Sendable (StoreError) -> Void

    /// A job that hands its value, or why there is none, to `done`.
    init<Value: Sendable>(
        bytes: Int = 0, guarded: Bool, _ work: @escaping @Sendable (WriteSession) throws -> Value,
        done: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        self.bytes = bytes
        self.guarded = guarded
        perform = { session in
            let value = try work(session)
            return { done(.success(value)) }
        }
        fail = { done(.failure($0)) }
    }
}

/// Jobs in the order they came, with the sum of their bytes.
struct JobQueue {
    private var jobs: [Job] = []
    private var first = 0
    /// Bytes that wait.
    private(set) var bytes = 0
    /// Jobs that wait.
    var count: Int { jobs.count - first }

    mutating func append(_ job: Job) {
        jobs.append(job)
        bytes += job.bytes
    }

    mutating func next() -> Job? {
        guard first < jobs.count else { return nil }
        let job = jobs[first]
        first += 1
        bytes -= job.bytes
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 256, first * 2 >= jobs.count {
            // Served jobs let go of their closures.
            jobs.removeFirst(first)
            first = 0
        }
        return job
    }

    /// The next ones up to both bounds, at least one if there is any.
    mutating func take(jobs limit: Int, bytes most: Int) -> [Job] {
        var taken: [Job] = []
        var size = 0
        while taken.count < limit, let candidate = first < jobs.count ? jobs[first].bytes : nil {
            if !taken.isEmpty, size + candidate > most { break }
            size += candidate
            if let job = next() { taken.append(job) }
        }
        return taken
    }
}
