import Console
import Core
import Synchronization

/// A store in memory: rows as given, every request noted, failing on demand.
final class MemoryRegistry: Registry, OrderBook {
    struct State {
        var orders: [OrderRow] = []
        var worklist: [WorklistRow] = []
        var results: [ResultRow] = []
        var holds: [HoldRow] = []
        var queue: [QueueRow] = []
        var stories: [String: Explanation] = [:]
        /// What was asked, in words: `results state=held limit=10`, `reject H1 because …`.
        var asked: [String] = []
        var applied: [[OrderChange]] = []
        var receipt = OrderReceipt()
        var failure: StoreError?
        var outcome = RequestOutcome.done("It is done.")
    }

    private let state: Mutex<State>

    init(_ state: State = State()) { self.state = Mutex(state) }

    var asked: [String] { state.withLock { $0.asked } }
    var applied: [[OrderChange]] { state.withLock { $0.applied } }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func orders(_ filter: ListingFilter) async throws(StoreError) -> [OrderRow] {
        try ask("orders", filter).orders
    }
    func worklist(_ filter: ListingFilter) async throws(StoreError) -> [WorklistRow] {
        try ask("worklist", filter).worklist
    }
    func results(_ filter: ListingFilter) async throws(StoreError) -> [ResultRow] {
        try Array(ask("results", filter).results.prefix(filter.limit))
    }
    func holds(_ filter: ListingFilter) async throws(StoreError) -> [HoldRow] {
        try Array(ask("holds", filter).holds.prefix(filter.limit))
    }
    func queue(_ filter: ListingFilter) async throws(StoreError) -> [QueueRow] {
        try Array(ask("queue", filter).queue.prefix(filter.limit))
    }
    func explain(_ subject: String) async throws(StoreError) -> Explanation? {
        try note("explain \(subject)").stories[subject]
    }
    func release(_ hold: String) async throws(StoreError) -> RequestOutcome { try note("release \(hold)").outcome }
    func reject(_ hold: String, reason: String) async throws(StoreError) -> RequestOutcome {
        try note("reject \(hold) because \(reason)").outcome
    }
    func assign(_ hold: String, order accession: String) async throws(StoreError) -> RequestOutcome {
        try note("assign \(hold) to \(accession)").outcome
    }
    func retry(_ delivery: String) async throws(StoreError) -> RequestOutcome { try note("retry \(delivery)").outcome }
    func skip(_ delivery: String, reason: String) async throws(StoreError) -> RequestOutcome {
        try note("skip \(delivery) because \(reason)").outcome
    }

    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void
    ) {
        let answer: Result<OrderReceipt, StoreError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            state.applied.append(changes)
            var receipt = state.receipt
            receipt.placed += changes.count { if case .place = $0 { true } else { false } }
            receipt.cancelled += changes.count { if case .cancel = $0 { true } else { false } }
            return .success(receipt)
        }
        done(answer)
    }

    private func ask(_ what: String, _ filter: ListingFilter) throws(StoreError) -> State {
        let parts = [
            filter.state.map { "state=\($0)" }, filter.accession.map { "accession=\($0)" },
            filter.device.map { "device=\($0)" }, "limit=\(filter.limit)",
        ]
        return try note(([what] + parts.compactMap { $0 }).joined(separator: " "))
    }

    private func note(_ words: String) throws(StoreError) -> State {
        let copy = state.withLock { state in
            state.asked.append(words)
            return state
        }
        if let failure = copy.failure { throw failure }
        return copy
    }
}

struct MemoryDevices: DeviceBoard {
    var rows: [DeviceRow] = []
    /// What went over the links, by device.
    var traces: [String: [TraceRow]] = [:]

    func devices() -> [DeviceRow] { rows }

    func trace(_ device: String, after: Int64?, limit: Int) -> TracePage? {
        guard let row = rows.first(where: { $0.id == device }) else { return nil }
        let all = traces[device] ?? []
        let later = all.filter { $0.sequence > after ?? 0 }
        let rows = Array(after == nil ? later.suffix(limit) : later.prefix(limit))
        let lost = after.map { max(0, (all.first?.sequence ?? 1) - 1 - $0) } ?? 0
        return TracePage(
            device: device, profile: row.profile, rows: rows, next: rows.last?.sequence ?? after ?? 0, lost: lost)
    }
}

struct FixedEcho: EchoPort {
    func echo(ae: String) async -> RequestOutcome {
        ae == "CT01" ? .done("CT01 answered.") : .refused("No peer is called \(ae).")
    }
}

struct FixedMetrics: MetricsSource {
    var fixed: [MetricSample]
    func samples() async -> [MetricSample] { fixed }
}
