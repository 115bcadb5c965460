import Core
import Foundation
import Logging
import Synchronization

@testable import Store

/// A store in a folder of its own, with a clock that only moves when asked the time.
final class House: Sendable {
    let folder: URL
    let store: Store
    let clock: TickingClock
    let fatal = Box<[StoreError]>([])

    init(
        _ facility: Facility = Facility(), destinations: [DestinationID] = ["hms"], in folder: URL? = nil,
        configuration: StoreConfiguration = StoreConfiguration(), stations: WorklistStations? = nil,
        downloads: [DownloadDevice] = [], clock: TickingClock = TickingClock()
    ) throws {
        self.folder = folder ?? House.newFolder()
        self.clock = clock
        store = try Store.open(
            folder: self.folder, facility: facility, destinations: destinations, configuration: configuration,
            stations: stations, downloads: downloads,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), clock: { clock.tick() },
            fatal: { [fatal] failure in fatal.change { $0.append(failure) } })
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    static func newFolder() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("labrador-store-\(UUID().uuidString)")
    }

    /// The files as a crash at this moment would leave them: what is not yet in them was never acknowledged.
    func afterCrash(
        destinations: [DestinationID] = ["hms"], downloads: [DownloadDevice] = []
    ) throws -> House {
        let copy = House.newFolder()
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for name in ["labrador.sqlite", "labrador.sqlite-wal"] {
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
        }
        return try House(destinations: destinations, in: copy, downloads: downloads, clock: clock)
    }

    // MARK: Steps of a story

    func append(_ entry: JournalEntry) async throws -> MessageID {
        try await withCheckedContinuation { continuation in
            store.append(entry) { continuation.resume(returning: $0) }
        }.get()
    }

    /// A whole message arrives.
    @discardableResult
    func receive(_ text: String = "MSH|", from device: DeviceID = "haem-1") async throws -> MessageID {
        try await append(.message(text, from: device, at: clock.tick()))
    }

    /// Every waiting message is understood as these reports.
    @discardableResult
    func understand(_ reports: SpecimenReport...) async throws -> RecordSummary {
        try await understand(.reports(reports))
    }

    @discardableResult
    func understand(_ interpretation: Interpretation) async throws -> RecordSummary {
        let waiting = try store.unprocessedMessages(limit: 1_000)
        return try await record(waiting.map { InterpretedMessage(message: $0, interpretation: interpretation) })
    }

    func record(_ messages: [InterpretedMessage]) async throws -> RecordSummary {
        try await withCheckedContinuation { continuation in
            store.record(messages) { continuation.resume(returning: $0) }
        }.get()
    }

    /// A whole message arrives and is understood as these reports.
    @discardableResult
    func receive(_ reports: SpecimenReport..., from device: DeviceID = "haem-1") async throws -> RecordSummary {
        try await receive("MSH|\(reports.count)", from: device)
        return try await understand(.reports(reports))
    }

    @discardableResult
    func apply(_ changes: OrderChange..., source: JournalEntry? = nil) async throws -> OrderReceipt {
        try await apply(changes, source: source)
    }

    @discardableResult
    func apply(_ changes: [OrderChange], source: JournalEntry? = nil) async throws -> OrderReceipt {
        try await withCheckedContinuation { continuation in
            store.apply(changes, source: source) { continuation.resume(returning: $0) }
        }.get()
    }

    func lease(_ limit: Int = 100, destination: DestinationID = "hms") async throws -> [Delivery] {
        try await store.lease(destination: destination, limit: limit, now: clock.tick())
    }

    func settle(_ delivery: Delivery, _ outcome: DeliveryOutcome) async throws {
        try await store.settle([Settlement(delivery: delivery.id, outcome: outcome)], now: clock.tick())
    }

    // MARK: What people see

    func states(_ accession: String? = nil) async throws -> [String] {
        try await store.results(ListingFilter(accession: accession)).map { "\($0.test) \($0.value) \($0.state)" }
            .sorted()
    }

    func holds(_ state: String? = nil) async throws -> [String] {
        try await store.holds(ListingFilter(state: state)).map(\.reason)
    }

    func steps(_ subject: String) async throws -> [String] {
        try await store.explain(subject)?.steps.map(\.step) ?? []
    }

    /// Runs on the writer's thread inside a transaction.
    @discardableResult
    func onWriter<Value: Sendable>(_ work: @escaping @Sendable (WriteSession) throws -> Value) async throws -> Value {
        try await store.write(.background, work)
    }

    func count(_ sql: String) throws -> Int64 {
        try store.readers.readNow { try Query($0, sql).first { $0.int(0) } ?? -1 }
    }
}

/// A clock that is a second later each time it is asked.
final class TickingClock: Sendable {
    private let seconds = Atomic<Int64>(1_795_000_000)

    func tick() -> Timestamp {
        Timestamp(microseconds: seconds.add(1, ordering: .relaxed).newValue * 1_000_000)
    }
}

/// A value behind a lock.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func change(_ body: @Sendable (inout Value) -> Void) { state.withLock { body(&$0) } }
}
