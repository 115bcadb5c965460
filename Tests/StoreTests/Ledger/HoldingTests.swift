import Core
import Testing

@testable import Store

@Suite("Holding")
struct HoldingTests {
    @Test("a wrong patient is never posted")
    func mismatch() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "MRN1")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "MRN2"))
        #expect(try await house.holds() == ["patient-mismatch"])
        #expect(try await house.states() == ["WBC 5.10 held"])
        #expect(try await house.lease().isEmpty)
    }

    @Test("one test of a report may wait while the others go; released, it follows alone")
    func oneTest() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        let problem = Problem(at: "OBX|2", what: "'XYZ' is not in this profile.", held: .unmappedTest)
        try await house.receive(
            .of("A1", .of("WBC", "5.10"), .of("XYZ", "1", at: 2, held: .unmappedTest), problems: [problem]))
        #expect(try await house.states() == ["WBC 5.10 posted", "XYZ 1 held"])
        let first = try await house.lease()
        #expect(first.map { $0.report.results.map(\.observation.code) } == [["WBC"]])
        try await house.settle(first[0], .delivered("1"))
        #expect(try await house.store.release("H1") == .done("1 result released with the device's own code."))
        #expect(try await house.lease().map { $0.report.results.map(\.observation.code) } == [["XYZ"]])
        #expect(try await house.store.release("H1") == .refused("H1 is released already."))
    }

    @Test("a test that waits for two reasons waits for the second when the first is gone")
    func twoReasons() async throws {
        let house = try House()
        let problem = Problem(at: "OBX|1", what: "'XYZ' is not in this profile.", held: .unmappedTest)
        try await house.receive(
            .of("A1", .of("XYZ", "1", held: .unmappedTest), .of("WBC", "5", at: 2), problems: [problem]))
        #expect(try await house.holds() == ["no-order"])
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 1)
        let holds = try await house.store.holds(ListingFilter())
        #expect(holds.map(\.reason) == ["unmapped-test"])
        #expect(holds.map(\.what) == ["OBX|1: 'XYZ' is not in this profile."])
        #expect(try await house.states() == ["WBC 5 posted", "XYZ 1 held"])
    }

    @Test("an unreadable meaning is a hold on the whole message")
    func unreadable() async throws {
        let house = try House()
        try await house.receive()
        #expect(try await house.understand(.unreadable("No record follows H.")).held == 1)
        #expect(try await house.holds() == ["unreadable"])
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
        #expect(
            try await house.store.assign("H1", order: "A1")
                == .refused(
                    "H1 holds a whole message that no results could be read from: nothing can be assigned."))
        #expect(try await house.store.release("H1") == .done("Seen; it keeps no result back."))
    }

    @Test("a problem without a result is one hold, however often it is sent; a later run is another")
    func problem() async throws {
        let house = try House()
        let problem = Problem(at: "R|7|3", what: "the field is empty", held: .profileError)
        let report = SpecimenReport.of("A1", .of("WBC", "5.10"), problems: [problem])
        for _ in 0..<3 { try await house.receive(report) }
        #expect(try await house.holds().sorted() == ["no-order", "profile-error"])
        let later = Observation.of("WBC", "5.40", performed: "2026-11-22T11:31:07+05:30")
        try await house.receive(.of("A1", later, problems: [problem]))
        #expect(try await house.holds().sorted() == ["no-order", "no-order", "profile-error", "profile-error"])
    }

    @Test("an incomplete message stays marked")
    func incomplete() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        _ = try await house.append(.part(0, of: nil, "H|R|", .incomplete(reason: "the line broke", processableText: 4)))
        try await house.understand(.of("A1", .of("WBC", "5.10")))
        #expect(try await house.states() == ["WBC 5.10 posted"])
        let story = try await house.store.explain("A1")
        #expect(story?.steps.first { $0.step == "received" }?.what.contains("the line broke") == true)
    }

    @Test("a message that the store cannot write is held, and the others are recorded")
    func unwritable() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.onWriter { session in
            try session.query(
                "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.result WHEN NEW.code = 'BAD' "
                    + "BEGIN SELECT raise(ABORT, 'made to fail'); END"
            ).run()
        }
        try await house.receive("one")
        try await house.receive("two")
        let waiting = try house.store.unprocessedMessages(limit: 9)
        let reports: [SpecimenReport] = [.of("A1", .of("BAD", "1")), .of("A1", .of("WBC", "5.10"))]
        let summary = try await house.record(
            zip(waiting, reports).map { InterpretedMessage(message: $0, interpretation: .reports([$1])) })
        #expect(summary == RecordSummary(posted: 1, held: 1, duplicates: 0))
        #expect(try await house.states() == ["WBC 5.10 posted"])
        #expect(try await house.holds() == ["profile-error"])
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
    }
}
