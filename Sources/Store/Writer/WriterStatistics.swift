import Synchronization

/// Counts of the writer since the store was opened.
public final class WriterStatistics: Sendable {
    private let commitCount = Atomic<Int>(0)
    private let jobCount = Atomic<Int>(0)
    private let checkpointCount = Atomic<Int>(0)
    private let logBytes = Atomic<Int>(0)

    init() {}

    /// Transactions committed.
    public var commits: Int { commitCount.load(ordering: .relaxed) }
    /// Jobs that shared them.
    public var jobs: Int { jobCount.load(ordering: .relaxed) }
    /// Times the write-ahead log was copied into the database.
    public var checkpoints: Int { checkpointCount.load(ordering: .relaxed) }
    /// Size of the write-ahead log in bytes after the last commit.
    public var writeAheadLogBytes: Int { logBytes.load(ordering: .relaxed) }

    func committed(jobs: Int) {
        commitCount.add(1, ordering: .relaxed)
        jobCount.add(jobs, ordering: .relaxed)
    }

    func checkpointed() { checkpointCount.add(1, ordering: .relaxed) }

    func log(bytes: Int) { logBytes.store(bytes, ordering: .relaxed) }
}
