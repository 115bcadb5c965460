import Core
import Testing

@testable import Store

@Suite("A changed profile and what it held")
struct RereadingTests {
    private let unknown = Problem(at: "OBX|2|3", what: "'XYZ' is not in this profile.", held: .unmappedTest)

    /// A report with one good result and one that the profile does not know.
    private func house(_ order: Bool = true) async throws -> House {
        let house = try House()
        if order { try await house.apply(.place(.laboratory("A1"))) }
        try await house.receive(
            .of("A1", .of("WBC", "5.10"), .of("XYZ", "1", at: 2, held: .unmappedTest), problems: [unknown]))
        return house
    }

    /// Every held message is understood as these reports now.
    @discardableResult
    private func reread(_ house: House, _ reports: SpecimenReport...) async throws -> RecordSummary {
        let held = try house.store.messagesHeldByProfile(after: nil, limit: 100)
        let messages = held.map { InterpretedMessage(message: $0, interpretation: .reports(reports)) }
        return try await withCheckedContinuation { continuation in
            house.store.understandAnew(messages) { continuation.resume(returning: $0) }
        }.get()
    }

    private func known(_ value: String = "1") -> Observation {
        var observation = Observation.of("XYZ", value, at: 2)
        observation.loinc = "718-7"
        observation.local = "HB"
        return observation
    }

    @Test("only messages with results held by their profile are looked at again")
    func which() async throws {
        let house = try await house()
        try await house.receive(.of("A2", .of("WBC", "7.70")))
        #expect(try house.store.messagesHeldByProfile(after: nil, limit: 100).map(\.id) == [MessageID(1)])
        #expect(try house.store.messagesHeldByProfile(after: nil, limit: 100).map(\.bytes) == [Array("MSH|1".utf8)])
        #expect(try house.store.messagesHeldByProfile(after: MessageID(1), limit: 100).isEmpty)
    }

    @Test("what the profile knows now is posted, with its codes, and the hold is done")
    func posted() async throws {
        let house = try await house()
        let first = try await house.lease()
        try await house.settle(first[0], .delivered("1"))
        #expect(try await reread(house, .of("A1", .of("WBC", "5.10"), known())).posted == 1)
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 posted"])
        let sent = try await house.lease().flatMap(\.report.results).map(\.observation)
        #expect(sent.map(\.code) == ["XYZ"])
        #expect(sent.map(\.loinc) == ["718-7"])
        #expect(sent.map(\.local) == ["HB"])
        #expect(try await house.holds("resolved") == ["unmapped-test"])
        #expect(try await house.holds("open") == [])
        // Once only.
        #expect(try await reread(house, .of("A1", known())).posted == 0)
    }

    @Test("what it still does not know stays, and says what it says now")
    func stillHeld() async throws {
        let house = try await house()
        var other = Observation.of("XYZ", "1", at: 2, held: .unitMismatch)
        other.name = "Haemoglobin"
        let why = Problem(at: "OBX|2|6", what: "in 'g/l'; this profile expects g/dL.", held: .unitMismatch)
        #expect(try await reread(house, .of("A1", other, problems: [why])).posted == 0)
        let holds = try await house.store.holds(ListingFilter())
        #expect(holds.map(\.reason) == ["unit-mismatch"])
        #expect(holds.map(\.what) == ["OBX|2: in 'g/l'; this profile expects g/dL."])
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 held"])
        #expect(try await house.store.results(ListingFilter()).contains { $0.name == "Haemoglobin" })
    }

    @Test("without its order it waits for that alone")
    func withoutOrder() async throws {
        let house = try await house(false)
        #expect(try await house.holds() == ["no-order"])
        #expect(try await reread(house, .of("A1", .of("WBC", "5.10"), known())).posted == 0)
        #expect(try await house.holds("open") == ["no-order"])
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 2)
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 posted"])
    }

    @Test("an order cancelled meanwhile is not posted to")
    func cancelled() async throws {
        let house = try await house()
        try await house.apply(.place(.laboratory("A1", state: .cancelled)))
        #expect(try await reread(house, .of("A1", known())).posted == 0)
        #expect(try await house.states().contains("XYZ 1 held"))
        // One for what was not sent yet, one for what the profile did not know.
        #expect(try await house.holds("open") == ["order-cancelled", "order-cancelled"])
    }

    @Test(
        "another specimen, code, run or replicate than before is left alone",
        arguments: [
            ("A9", "XYZ", "2026-11-22T09:31:07+05:30", 0), ("A1", "HGB", "2026-11-22T09:31:07+05:30", 0),
            ("A1", "XYZ", "2026-11-22T10:00:00+05:30", 0), ("A1", "XYZ", "2026-11-22T09:31:07+05:30", 1),
        ])
    func otherIdentity(_ specimen: String, _ code: String, _ time: String, _ occurrence: Int) async throws {
        let house = try await house()
        var observation = Observation.of(code, "1", at: 2, performed: time)
        observation.occurrence = occurrence
        #expect(try await reread(house, .of(specimen, observation)).posted == 0)
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 held"])
        #expect(try await house.holds("open") == ["unmapped-test"])
    }

    @Test("of several messages sent together, each result takes its own line's meaning, or none")
    func sentTogether() async throws {
        let house = try await house()
        // The same line of the second message, with another value of the same test without a time.
        #expect(try await reread(house, .of("A1", known("2")), .of("A1", known("1"))).posted == 1)
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 posted"])
        let other = try await self.house()
        #expect(try await reread(other, .of("A1", known("2")), .of("A1", known("3"))).posted == 0)
        #expect(try await other.states() == ["WBC 5.10 posted", "XYZ 1 held"])
    }

    @Test("what a person rejected stays rejected")
    func rejected() async throws {
        let house = try await house()
        _ = try await house.store.reject("H1", reason: "wrong tube")
        #expect(try await reread(house, .of("A1", known())).posted == 0)
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 rejected"])
    }

    /// A message that nothing could be read of.
    private func unread() async throws -> House {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive()
        try await house.understand(.unreadable("No record follows H."))
        return house
    }

    @Test("a message that nothing could be read of is read as if it came now, once, and its hold is done")
    func readAtLast() async throws {
        let house = try await unread()
        #expect(try await reread(house, .of("A1", .of("WBC", "5.10"))).posted == 1)
        #expect(try await house.states() == ["WBC 5.10 posted"])
        #expect(try await house.holds("open") == [])
        #expect(try await house.holds("resolved") == ["unreadable"])
        #expect(try await house.lease().count == 1)
        #expect(try house.store.messagesHeldByProfile(after: nil, limit: 9).isEmpty)
    }

    @Test("what is in it may be held for another reason")
    func readAndHeld() async throws {
        let house = try await unread()
        #expect(try await reread(house, .of("A2", .of("WBC", "5.10"))).held == 1)
        #expect(try await house.holds("open") == ["no-order"])
    }

    @Test("one that still says nothing, and one that a person has seen, stay as they are")
    func stillUnread() async throws {
        let house = try await unread()
        try await reread(house)
        #expect(try await house.holds("open") == ["unreadable"])
        #expect(try house.store.messagesHeldByProfile(after: nil, limit: 9).count == 1)
        _ = try await house.store.release("H1")
        #expect(try house.store.messagesHeldByProfile(after: nil, limit: 9).isEmpty)
    }
}
