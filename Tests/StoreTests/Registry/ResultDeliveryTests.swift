import Core
import Testing

@testable import Store

@Suite("What became of a posted result")
struct ResultDeliveryTests {
    @Test(
        "the listing says it of the delivery that carries it",
        arguments: [
            (DeliveryOutcome.delivered("ok"), "delivered"), (.dead("422"), "refused"), (.parked("422"), "set aside"),
            (.ambiguous(after: .seconds(1), why: "no answer"), "waiting"),
            (.retry(after: .seconds(1), why: "503", consumesAttempt: true), "waiting"),
        ])
    func outcomes(outcome: DeliveryOutcome, word: String) async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.receive(.of("A2", .of("WBC", "6.10")))
        #expect(try await words(house) == ["A2": "", "A1": "waiting"])
        try await house.settle(try #require(try await house.lease().first), outcome)
        #expect(try await words(house) == ["A2": "", "A1": word])
        guard word == "refused" else { return }
        _ = try await house.store.skip("D1", reason: "entered by hand")
        #expect(try await words(house)["A1"] == "skipped")
    }

    @Test("with several destinations it is what most needs a person")
    func several() async throws {
        let house = try House(destinations: ["hms", "lis"])
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.settle(try #require(try await house.lease().first), .delivered("ok"))
        #expect(try await words(house) == ["A1": "waiting"])
        try await house.settle(try #require(try await house.lease(destination: "lis").first), .dead("422"))
        #expect(try await words(house) == ["A1": "refused"])
    }

    @Test("the states are found over the index of deliveries by report")
    func indexed() async throws {
        let house = try House()
        let sql =
            "SELECT group_concat(v.state) FROM delivery v INDEXED BY delivery_report WHERE v.report = 1 AND v.round = 1"
        let plan = try house.store.readers.readNow { try Query($0, "EXPLAIN QUERY PLAN " + sql).all { $0.text(3) } }
        #expect(plan.allSatisfy { $0.contains("delivery_report (report=?)") })
    }

    private func words(_ house: House) async throws -> [String: String] {
        let rows = try await house.store.results(ListingFilter())
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.accession, $0.delivery) })
    }
}

@Suite("When devices last sent a message")
struct LastMessageTests {
    @Test("the newest whole message of each counts, also after a restart")
    func newest() async throws {
        let house = try House()
        try await house.receive("MSH|1", from: "haem-1")
        try await house.receive("MSH|2", from: "haem-2")
        let before = try await house.store.lastMessages()
        try await house.receive("MSH|3", from: "haem-1")
        let later = try await house.afterCrash().store.lastMessages()
        #expect(Set(later.keys) == ["haem-1", "haem-2"])
        #expect(later["haem-2"] == before["haem-2"])
        #expect(try #require(later["haem-1"]) > (try #require(before["haem-1"])))
    }

    @Test("a device beyond the newest messages is not there")
    func bounded() async throws {
        var configuration = StoreConfiguration()
        configuration.lastMessageScan = 2
        let house = try House(configuration: configuration)
        for device in ["haem-1", "haem-2", "haem-2"] as [DeviceID] { try await house.receive("MSH|", from: device) }
        #expect(Set(try await house.store.lastMessages().keys) == ["haem-2"])
    }
}
