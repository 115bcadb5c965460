import Core
import Logging
import NIOConcurrencyHelpers
import NIOPosix
import Upstream

/// A moment that stands still where a test needs no other.
let wallClock: @Sendable () -> Timestamp = {
    let (seconds, attoseconds) = wallEpoch.duration(to: .now).components
    return Timestamp(microseconds: 1_795_320_127_250_000 + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
}
private let wallEpoch = ContinuousClock.now

extension FHIRDestination {
    /// A destination with limits short enough for a test.
    static func test(
        _ url: String, token: String? = nil, certificates: String? = nil, timeout: Duration = .seconds(20),
        answerLimit: Int = 100_000
    ) throws -> FHIRDestination {
        try FHIRDestination(
            id: "hms",
            configuration: FHIRConfiguration(
                url: url, tokenFile: token, trustedCertificates: certificates, connectTimeout: .seconds(5),
                requestTimeout: timeout, answerLimit: answerLimit),
            facility: Sample.facility, group: MultiThreadedEventLoopGroup.singleton, now: wallClock)
    }

    /// Sends one delivery and waits for its verdict.
    func verdict(on delivery: Delivery) async -> Verdict {
        await withCheckedContinuation { continuation in
            send(delivery) { continuation.resume(returning: $0) }
        }
    }
}

extension DeliveryLane {
    /// A lane with waits short enough for a test.
    static func test(
        _ destination: any Destination, _ queue: MemoryQueue, concurrency: Int = 4, retry: RetryPolicy = .test,
        drain: Duration = .seconds(10),
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    ) -> DeliveryLane {
        DeliveryLane(
            destination: destination, queue: queue,
            configuration: LaneConfiguration(
                concurrency: concurrency, poll: .milliseconds(20), storePause: .milliseconds(5), drain: drain,
                retry: retry),
            logger: logger, group: MultiThreadedEventLoopGroup.singleton, now: wallClock)
    }

    /// Runs the lane while `body` runs, then ends it and waits for its end.
    func running(_ body: () async throws -> Void) async throws {
        let lane = Task { try await self.run() }
        do {
            try await body()
        } catch {
            lane.cancel()
            throw error
        }
        lane.cancel()
        try await lane.value
    }
}

extension RetryPolicy {
    /// Milliseconds instead of seconds.
    static let test = RetryPolicy(
        base: .milliseconds(2), cap: .milliseconds(20), retryAfterCap: .milliseconds(20), pause: .milliseconds(2),
        pauseCap: .milliseconds(20))
}

/// What was logged.
struct RecordedLog: LogHandler {
    let lines = NIOLockedValueBox<[String]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLockedValue { $0.append("\(event.level): \(event.message)") }
    }
}

/// The event loops of the tests.
let destinationGroup = MultiThreadedEventLoopGroup.singleton
