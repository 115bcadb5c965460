/// The limits of the store.
///
/// Every one has a name, a unit and a default.
public struct StoreConfiguration: Sendable, Equatable {
    /// Most acknowledgement-critical jobs (journal, orders) that may wait for the writer; more are refused at once.
    public var urgentJobs = 16_384
    /// Most background jobs (understanding, deliveries, people's requests) that may wait.
    public var backgroundJobs = 8_192
    /// Most bytes of payload that may wait for the writer in all.
    public var waitingBytes = 64 << 20
    /// Most acknowledgement-critical jobs in one transaction.
    public var batchJobs = 1_024
    /// Most bytes of payload in one transaction.
    public var batchBytes = 8 << 20
    /// How long background work may hold up one transaction, or as long as the last COMMIT took, if that was longer.
    public var backgroundSlice: Duration = .milliseconds(2)
    /// The same while devices press.
    public var backgroundSliceUnderPressure: Duration = .microseconds(200)
    /// Acknowledgement-critical jobs within `pressureWindow` from which the devices count as pressing: far more than a
    /// hospital's analysers send together.
    public var pressureJobs = 20
    /// The window of `pressureJobs`.
    public var pressureWindow: Duration = .milliseconds(20)
    /// How long background work pauses between its transactions while devices press: the processor's time then goes to
    /// acknowledging, and understanding catches up when they have done.
    public var backgroundPause: Duration = .milliseconds(4)
    /// The longest background slice, however slow the disk.
    public var longestBackgroundSlice: Duration = .milliseconds(10)
    /// Messages understood in one background job, so that an acknowledgement never waits for a long one.
    public var recordSlice = 1
    /// Write-ahead log size in bytes from which it is copied into the database by another thread.
    public var checkpointBytes = 4 << 20
    /// Write-ahead log size in bytes from which the writer itself completes the copy, so that the log starts over.
    public var checkpointByWriterBytes = 32 << 20
    /// Size in bytes that the log's file is cut back to when it starts over.
    public var journalSizeLimit = 64 << 20
    /// Page cache of the writing connection in bytes.
    public var writerCacheBytes = 16 << 20
    /// How long a connection waits for another program's lock.
    public var busyTimeout: Duration = .seconds(5)
    /// Connections for what people ask: listings, explanations, the worklist.
    public var readers = 2
    /// Connections for what the daemon's own work reads, so that it never waits behind a long listing.
    public var workReaders = 2
    /// Connections for host queries that name a few specimens: an analyser waits for the answer.
    public var queryReaders = 2
    /// Names up to which a host query is a short one.
    public var fewNames = 50
    /// Most names in one host query.
    public var queriedNames = 10_000
    /// Most orders in the answer to one host query, whatever was asked for.
    public var workOrderRows = 10_000
    /// Most reads that may wait for the connections of one pool; more are refused at once.
    public var waitingReads = 4_096
    /// Most dispatches handed out at once.
    public var takenDispatches = 100
    /// Orders whose attempts or queries are noted in one transaction.
    public var noteSlice = 50
    /// How far back a device that is newly told of orders unasked is told of those that are open.
    public var downloadBackfill: Duration = .seconds(24 * 3_600)
    /// Most bytes of one journalled part.
    public var partBytes = 32 << 20
    /// Most parts of one message.
    public var messageParts = 100_000
    /// Most bytes that one `unprocessedMessages` hands out; a single larger message still comes alone.
    public var unprocessedBytes = 16 << 20
    /// Most rows of a listing, whatever was asked for.
    public var listingRows = 10_000
    /// Most bytes kept of a destination's answer or of a person's reason.
    public var answerBytes = 16 << 10
    /// Messages looked at, newest first, for when each device last sent one: the journal has no index by device.
    public var lastMessageScan = 10_000
    /// Most orders, reports and messages told in one explanation, newest kept.
    public var explainedItems = 500
    /// Whether a scheduled step that names no start is due when its order was received.
    public var startsWhenReceived = false

    /// The defaults.
    public init() {}
}
