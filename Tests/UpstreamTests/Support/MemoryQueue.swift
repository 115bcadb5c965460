import Core
import NIOConcurrencyHelpers

/// The delivery queue in memory, with the port's own rules. Tests wait for its states instead of sleeping.
final class MemoryQueue: DeliveryQueue {
    struct Row: Sendable {
        var delivery: Delivery
        var state: DeliveryState
        var answer = ""
        var due = Timestamp(microseconds: 0)
    }

    private struct State {
        var rows: [DeliveryID: Row] = [:]
        /// Undelivered deliveries of each key, oldest first.
        var keys: [String: [DeliveryID]] = [:]
        /// Oldest of their keys, in the order of their numbers, some of them not due.
        var heads: [DeliveryID] = []
        var settlements: [Settlement] = []
        var waiters: [Int: (condition: @Sendable (State) -> Bool, resume: CheckedContinuation<Void, Never>)] = [:]
        var nextWaiter = 0
        /// Whether somebody was told that nothing waits, since the last delivery was added.
        var toldIdle = false
        var refusals: [StoreError] = []
        var leases = 0
        var commits = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Queues deliveries.
    func add(_ deliveries: [Delivery]) {
        state.withLockedValue { state in
            state.toldIdle = false
            for delivery in deliveries {
                state.rows[delivery.id] = Row(delivery: delivery, state: delivery.isAmbiguous ? .ambiguous : .ready)
                state.keys[delivery.key, default: []].append(delivery.id)
                if state.keys[delivery.key]?.count == 1 { state.heads.append(delivery.id) }
            }
        }
    }

    /// The next calls are refused with these errors, one each.
    func refuse(_ errors: [StoreError]) { state.withLockedValue { $0.refusals = errors } }

    var rows: [DeliveryID: Row] { state.withLockedValue(\.rows) }
    /// Every outcome, in the order of its commit.
    var settlements: [Settlement] { state.withLockedValue(\.settlements) }
    var calls: (leases: Int, commits: Int) { state.withLockedValue { ($0.leases, $0.commits) } }

    /// Returns once the condition holds after a commit, or when the test's time is over.
    func wait(until condition: @escaping @Sendable ([DeliveryID: Row]) -> Bool) async {
        await waitUntil { condition($0.rows) }
    }

    /// Returns once somebody was told that nothing waits.
    func waitUntilIdle() async { await waitUntil(\.toldIdle) }

    private func waitUntil(_ condition: @escaping @Sendable (State) -> Bool) async {
        let number = state.withLockedValue { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let holds = state.withLockedValue { state in
                    if condition(state) || Task.isCancelled { return true }
                    state.waiters[number] = (condition, continuation)
                    return false
                }
                if holds { continuation.resume() }
            }
        } onCancel: {
            state.withLockedValue { $0.waiters.removeValue(forKey: number) }?.resume.resume()
        }
    }

    func waitUntilAllDelivered() async { await wait { $0.values.allSatisfy { $0.state == .delivered } } }

    func lease(destination: DestinationID, limit: Int, now: Timestamp) async throws(StoreError) -> [Delivery] {
        try refuseIfAsked()
        return state.withLockedValue { state in
            state.leases += 1
            var taken: [Delivery] = []
            var left: [DeliveryID] = []
            for (index, id) in state.heads.enumerated() {
                if taken.count == limit {
                    left.append(contentsOf: state.heads[index...])
                    break
                }
                guard let row = state.rows[id], row.due <= now else {
                    left.append(id)
                    continue
                }
                state.rows[id]?.state = .leased
                taken.append(row.delivery)
            }
            state.heads = left
            return taken
        }
    }

    func settle(_ settlements: [Settlement], now: Timestamp) async throws(StoreError) {
        try refuseIfAsked()
        let resumed = state.withLockedValue { state in
            state.commits += 1
            for settlement in settlements {
                state.settlements.append(settlement)
                Self.apply(settlement, to: &state, now: now)
            }
            state.heads.sort()
            return Self.takeWaiters(from: &state)
        }
        for waiter in resumed { waiter.resume() }
    }

    func nextDue(destination: DestinationID) async throws(StoreError) -> Timestamp? {
        try refuseIfAsked()
        let (due, resumed) = state.withLockedValue { state in
            let due = state.heads.compactMap { state.rows[$0]?.due }.min()
            let busy = state.rows.values.contains { $0.state == .leased }
            state.toldIdle = due == nil && !busy
            return (due, Self.takeWaiters(from: &state))
        }
        for waiter in resumed { waiter.resume() }
        return due
    }

    private static func takeWaiters(from state: inout State) -> [CheckedContinuation<Void, Never>] {
        let resumed = state.waiters.filter { $0.value.condition(state) }
        for number in resumed.keys { state.waiters[number] = nil }
        return resumed.values.map(\.resume)
    }

    private func refuseIfAsked() throws(StoreError) {
        let refusal = state.withLockedValue { $0.refusals.isEmpty ? nil : $0.refusals.removeFirst() }
        if let refusal { throw refusal }
    }

    private static func apply(_ settlement: Settlement, to state: inout State, now: Timestamp) {
        let id = settlement.delivery
        guard var row = state.rows[id] else { return }
        switch settlement.outcome {
        case .delivered(let receipt):
            row.state = .delivered
            row.answer = receipt
            state.keys[row.delivery.key]?.removeFirst()
            if let next = state.keys[row.delivery.key]?.first { state.heads.append(next) }
        case .retry(let after, let why, let consumes):
            row.state = .ready
            row.answer = why
            row.due = now.advanced(by: after)
            row.delivery.attempts += consumes ? 1 : 0
            row.delivery.isAmbiguous = false
            state.heads.append(id)
        case .ambiguous(let after, let why):
            row.state = .ambiguous
            row.answer = why
            row.due = now.advanced(by: after)
            row.delivery.isAmbiguous = true
            state.heads.append(id)
        case .parked(let why):
            row.state = .parked
            row.answer = why
        case .dead(let why):
            row.state = .dead
            row.answer = why
        }
        state.rows[id] = row
    }
}
