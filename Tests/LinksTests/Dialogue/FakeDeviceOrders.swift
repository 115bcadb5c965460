import Core
import NIOConcurrencyHelpers

@testable import Links

/// Orders for devices, in memory: what is asked is answered at once, what is due is what the test says.
final class FakeDeviceOrders: WorkOrders, OrderDispatch, QueriedOrders {
    private struct State {
        var orders: [WorkOrder] = []
        var due: [Dispatch] = []
        var outcomes: [DispatchOutcome] = []
        var settled: [Int64: DispatchOutcome] = [:]
        var settlingFails = 0
        var asked: [Int64] = []
        var filters: [WorkOrderFilter] = []
        var attempts: [Int64: Int] = [:]
        var failure: StoreError?
        var before: @Sendable () -> Void = {}
    }

    private let state = NIOLockedValueBox(State())

    init(_ orders: [Order] = []) {
        state.withLockedValue { state in
            state.orders = orders.enumerated().map {
                WorkOrder(number: Int64($0.offset + 1), order: $0.element, received: Timestamp(microseconds: 0))
            }
        }
    }

    /// From now on every request fails.
    func fail(_ error: StoreError) { state.withLockedValue { $0.failure = error } }

    /// Runs before orders that were asked for are handed out.
    func beforeAnswering(_ body: @escaping @Sendable () -> Void) { state.withLockedValue { $0.before = body } }

    /// Another patient has an open order under each accession.
    func share() {
        state.withLockedValue { state in
            for index in state.orders.indices { state.orders[index].isShared = true }
        }
    }

    /// The next settlements fail.
    func failSettling(_ times: Int) { state.withLockedValue { $0.settlingFails = times } }

    /// These fall due.
    func add(_ due: [Dispatch]) { state.withLockedValue { $0.due += due } }

    /// How the dispatches ended, by number.
    var settled: [Int64: DispatchOutcome] { state.withLockedValue { $0.settled } }
    /// How the dispatches ended, in order.
    var outcomes: [DispatchOutcome] { state.withLockedValue { $0.outcomes } }
    /// The numbers of the orders that were asked for.
    var asked: [Int64] { state.withLockedValue { $0.asked } }
    /// What was looked up.
    var filters: [WorkOrderFilter] { state.withLockedValue { $0.filters } }

    func workOrders(
        _ filter: WorkOrderFilter, done: @escaping @Sendable (Result<[WorkOrder], StoreError>) -> Void
    ) {
        state.withLockedValue { $0.before }()
        let (found, failure) = state.withLockedValue { state in
            state.filters.append(filter)
            let found = state.orders.filter { filter.accessions?.contains($0.order.accession) ?? true }
            return (found, state.failure)
        }
        done(failure.map { .failure($0) } ?? .success(found))
    }

    func takeDispatches(
        device: DeviceID, limit: Int, now: Timestamp,
        done: @escaping @Sendable (Result<[Dispatch], StoreError>) -> Void
    ) {
        let taken = state.withLockedValue { state in
            let taken = Array(state.due.prefix(limit))
            state.due.removeFirst(taken.count)
            return taken
        }
        done(.success(taken))
    }

    func settle(
        _ outcomes: [(dispatch: Int64, outcome: DispatchOutcome)], now: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        let fails = state.withLockedValue { state in
            guard state.settlingFails == 0 else {
                state.settlingFails -= 1
                return true
            }
            for (dispatch, outcome) in outcomes { state.settled[dispatch] = outcome }
            state.outcomes += outcomes.map(\.outcome)
            return false
        }
        done(fails ? .failure(.full("no room")) : .success(()))
    }

    func nextDispatch(
        device: DeviceID, done: @escaping @Sendable (Result<Timestamp?, StoreError>) -> Void
    ) {
        done(.success(nil))
    }

    func attempts(
        for orders: [Int64], device: DeviceID, done: @escaping @Sendable (Result<[Int64: Int], StoreError>) -> Void
    ) {
        let numbers = state.withLockedValue { state in
            for order in orders { state.attempts[order, default: 0] += 1 }
            return state.attempts
        }
        done(.success(numbers))
    }

    func noteAsked(
        _ orders: [Int64], device: DeviceID, at: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        state.withLockedValue { $0.asked += orders }
        done(.success(()))
    }
}

/// An open order of these tests for a made-up patient.
func laboratoryOrder(_ accession: String, _ tests: String...) -> Order {
    Order(
        accession: accession,
        patient: Patient(mrn: "MRN0001", mrnSystem: "urn:test:mrn", family: "RAO", given: "ASHA"),
        kind: .laboratory, tests: tests.map { OrderedTest(code: $0) })
}

/// The outcome of a message, once it is told.
final class NIOLockedOutcome: Sendable {
    private let box = NIOLockedValueBox<SendOutcome?>(nil)

    var value: SendOutcome? { box.withLockedValue { $0 } }

    func set(_ outcome: SendOutcome) { box.withLockedValue { $0 = outcome } }
}
