import Core
import Testing

@testable import Store

extension DownloadDevice {
    /// Told of orders and of withdrawals.
    static let chem = DownloadDevice(id: "chem-1", withdraws: true)
    /// Told of orders; it cannot forget them.
    static let haem = DownloadDevice(id: "haem-1")
    /// Asks for orders; told of withdrawals.
    static let asking = DownloadDevice(id: "asks-1", places: false, withdraws: true)
}

extension House {
    /// Takes what is due now.
    func take(_ device: DeviceID = "chem-1", limit: Int = 99, at: Timestamp? = nil) async throws -> [Core.Dispatch] {
        let moment = at ?? clock.tick()
        return try await withCheckedContinuation { continuation in
            store.takeDispatches(device: device, limit: limit, now: moment) { continuation.resume(returning: $0) }
        }.get()
    }

    /// What is due now, as `place A1 #1`.
    func told(_ device: DeviceID = "chem-1", limit: Int = 99) async throws -> [String] {
        try await take(device, limit: limit).map { "\($0.act) \($0.work.order.accession) #\($0.attempt)" }
    }

    func settle(_ dispatch: Core.Dispatch?, _ outcome: DispatchOutcome, at: Timestamp? = nil) async throws {
        let dispatch = try #require(dispatch)
        try await settle([(dispatch.number, outcome)], at: at ?? clock.tick())
    }

    func settle(_ outcomes: [(dispatch: Int64, outcome: DispatchOutcome)], at: Timestamp) async throws {
        try await withCheckedContinuation { continuation in
            store.settle(outcomes, now: at) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Takes what is due and has it all end like this; returns what it was.
    @discardableResult
    func tell(_ device: DeviceID = "chem-1", _ outcome: DispatchOutcome = .taken) async throws -> [String] {
        let taken = try await take(device)
        try await settle(taken.map { ($0.number, outcome) }, at: clock.tick())
        return taken.map { "\($0.act) \($0.work.order.accession) #\($0.attempt)" }
    }

    func next(_ device: DeviceID = "chem-1") async throws -> Timestamp? {
        try await withCheckedContinuation { continuation in
            store.nextDispatch(device: device) { continuation.resume(returning: $0) }
        }.get()
    }

    func attempts(_ orders: [Int64], _ device: DeviceID = "asks-1") async throws -> [Int64: Int] {
        try await withCheckedContinuation { continuation in
            store.attempts(for: orders, device: device) { continuation.resume(returning: $0) }
        }.get()
    }

    func noteAsked(_ orders: [Int64], _ device: DeviceID = "asks-1") async throws {
        let moment = clock.tick()
        try await withCheckedContinuation { continuation in
            store.noteAsked(orders, device: device, at: moment) { continuation.resume(returning: $0) }
        }.get()
    }
}
