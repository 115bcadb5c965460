import Core
import Testing

@testable import Store

@Suite("Listings")
struct ListingTests {
    @Test("rows say what people need, newest first")
    func rows() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        let message = try await house.receive("MSH|")
        var less = Observation.of("CRP", "0.01", at: 2)
        less.value = .quantity("0.01", .less)
        less.unit = nil
        less.flags = ["L"]
        try await house.understand(.of("A1", .of("WBC", "5.10"), less), .of("X9", .of("WBC", "7"), patient: "MRN7"))
        let results = try await house.store.results(ListingFilter())
        #expect(results.map(\.test) == ["WBC", "WBC", "CRP"])
        #expect(results.map(\.value) == ["7", "5.10", "<0.01"])
        #expect(results.map(\.unit) == ["10*3/uL", "10*3/uL", "10^3/uL"])
        #expect(results.map(\.mrn) == ["MRN7", "MRN1", "MRN1"])
        #expect(results.map(\.accession) == ["X9", "A1", "A1"])
        #expect(results.map(\.device) == ["haem-1", "haem-1", "haem-1"])
        #expect(results[2].flags == ["L"])
        let hold = try #require(try await house.store.holds(ListingFilter()).first)
        #expect(
            [hold.id, hold.reason, hold.accession, hold.device, hold.message] == [
                "H1", "no-order", "X9", "haem-1", "\(message)",
            ])
        let order = try #require(try await house.store.orders(ListingFilter()).first)
        #expect([order.patient, order.mrn, order.kind, order.state] == ["RAO ASHA", "MRN1", "laboratory", "open"])
        let queued = try #require(try await house.store.queue(ListingFilter()).first)
        #expect([queued.id, queued.state, queued.destination, queued.key] == ["D1", "ready", "hms", "A1"])
        for moment in [results[0].received, hold.since, order.received, queued.since] { #expect(moment.hasSuffix("Z")) }
    }

    @Test("filters narrow, and what nobody can be is nothing")
    func filters() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.receive(.of("A2", .of("WBC", "6.10")), from: "haem-2")
        let store = house.store
        #expect(try await store.results(ListingFilter(state: "held")).map(\.accession) == ["A2"])
        #expect(try await store.results(ListingFilter(state: "posted")).map(\.accession) == ["A1"])
        #expect(try await store.results(ListingFilter(accession: "A1")).count == 1)
        #expect(try await store.results(ListingFilter(device: "haem-2")).map(\.accession) == ["A2"])
        #expect(try await store.results(ListingFilter(state: "happy")).isEmpty)
        #expect(try await store.holds(ListingFilter(device: "haem-1")).isEmpty)
        #expect(try await store.holds(ListingFilter(state: "resolved")).isEmpty)
        #expect(try await store.holds(ListingFilter(state: "happy")).isEmpty)
        #expect(try await store.orders(ListingFilter(accession: "A2")).isEmpty)
        #expect(try await store.orders(ListingFilter(state: "happy")).isEmpty)
        #expect(try await store.queue(ListingFilter(accession: "A1", device: "haem-1")).count == 1)
        #expect(try await store.queue(ListingFilter(state: "dead")).isEmpty)
        #expect(try await store.queue(ListingFilter(state: "happy")).isEmpty)
    }

    @Test("no listing is longer than its limit, whoever asks", arguments: [(3, 3), (10_000, 5), (0, 0), (-1, 0)])
    func limits(asked: Int, given: Int) async throws {
        var configuration = StoreConfiguration()
        configuration.listingRows = 5
        let house = try House(configuration: configuration)
        for number in 0..<8 {
            try await house.apply(.place(.laboratory("A\(number)")), .place(.imaging("R\(number)")))
            try await house.receive(.of("A\(number)", .of("WBC", "5.10")), .of("X\(number)", .of("WBC", "5.10")))
        }
        let filter = ListingFilter(limit: asked)
        #expect(try await house.store.orders(filter).count == given)
        #expect(try await house.store.worklist(filter).count == given)
        #expect(try await house.store.results(filter).count == given)
        #expect(try await house.store.holds(filter).count == given)
        #expect(try await house.store.queue(filter).count == given)
    }

    @Test("ten thousand rows at most by default")
    func tenThousand() async throws {
        let house = try House()
        try await house.onWriter { session in
            try session.query("INSERT INTO mrn_system (uri) VALUES ('urn:x')").run()
            try session.query(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
                INSERT INTO orders (accession, kind, mrn_system, mrn, state, priority, received)
                SELECT 'A' || i, 1, 1, 'MRN' || i, 0, 0, i FROM n
                """
            ).run()
        }
        let rows = try await house.store.orders(ListingFilter(limit: 1_000_000))
        #expect(rows.count == 10_000)
        #expect(rows.first?.accession == "A10050")
    }
}
