import Core
import Testing

@testable import Store

@Suite("Corrections, reruns and conflicts")
struct VersionTests {
    @Test("a correction replaces what was sent, and goes out behind it")
    func correction() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10", status: .preliminary), .of("RBC", "4.50", at: 2)))
        #expect(try await house.receive(.of("A1", .of("WBC", "5.20"))).posted == 1)
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.20 posted"])
        let first = try await house.lease()
        #expect(first.map { $0.report.results.map(\.observation.value.token) } == [["5.10", "4.50"]])
        try await house.settle(first[0], .delivered("1"))
        let second = try await house.lease()
        #expect(second.map { $0.report.results.map(\.observation.value.token) } == [["5.20"]])
        let result = ResultID(device: "haem-1", specimen: "A1", observation: .of("WBC", "5.20"))
        #expect(second.first?.report.results.map(\.id) == [result])
        let story = try await house.store.explain(result.text)
        #expect(
            story?.steps.filter { $0.step == "corrected" }.map(\.what) == [
                "WBC: 5.10 (preliminary) became 5.20 (final)."
            ])
        // A resend of either version changes nothing.
        #expect(try await house.receive(.of("A1", .of("WBC", "5.20"))).duplicates == 1)
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.20 posted"])
    }

    @Test("a correction that may not be posted is held; rejected, the former stands")
    func rejectedCorrection() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.settle(house.lease()[0], .delivered("1"))
        try await house.apply(.cancel(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "9.99", status: .corrected)))
        #expect(try await house.states() == ["WBC 9.99 held"])
        #expect(try await house.holds() == ["order-cancelled"])
        #expect(try await house.store.reject("H1", reason: "wrong tube") == .done("1 result rejected."))
        #expect(try await house.states() == ["WBC 5.10 posted", "WBC 9.99 rejected"])
        #expect(try await house.receive(.of("A1", .of("WBC", "9.99", status: .corrected))).duplicates == 1)
        #expect(try await house.holds() == [])
        // A later correction replaces both.
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.15", status: .corrected)))
        #expect(try await house.states() == ["WBC 5.15 posted"])
    }

    @Test("a rerun supersedes the earlier run; both stay and both are sent, in order")
    func rerun() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), .of("RBC", "4.50", at: 2)))
        try await house.receive(.of("A1", .of("WBC", "5.30", performed: "2026-11-22T10:31:07+05:30")))
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.10 superseded", "WBC 5.30 posted"])
        let first = try await house.lease()
        #expect(first.map { $0.report.results.map(\.observation.value.token) } == [["5.10", "4.50"]])
        try await house.settle(first[0], .delivered("1"))
        #expect(try await house.lease().map { $0.report.results.map(\.observation.value.token) } == [["5.30"]])
        let former = ResultID(device: "haem-1", specimen: "A1", observation: .of("WBC", "5.10"))
        #expect(try await house.steps(former.text).contains("superseded"))
    }

    @Test("what is no rerun supersedes nothing", arguments: NoRerun.allCases)
    func noRerun(_ other: NoRerun) async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        switch other {
        case .earlier: try await house.receive(.of("A1", .of("WBC", "5", performed: "2026-11-22T08:00:00+05:30")))
        case .sameMomentElsewhere:
            try await house.receive(.of("A1", .of("WBC", "5", performed: "2026-11-22T04:01:07Z")))
        case .otherTest: try await house.receive(.of("A1", .of("RBC", "5", performed: "2026-11-22T10:00:00+05:30")))
        case .otherSpecimen: try await house.receive(.of("A2", .of("WBC", "5", performed: "2026-11-22T10:00:00+05:30")))
        case .otherDevice:
            try await house.receive(.of("A1", .of("WBC", "5", performed: "2026-11-22T10:00:00+05:30")), from: "haem-2")
        case .withoutTime: try await house.receive(.of("A1", .of("WBC", "5", performed: nil)))
        case .withoutZone: try await house.receive(.of("A1", .of("WBC", "5", performed: "2026-11-22T23:00:00")))
        }
        #expect(try await house.store.results(ListingFilter(state: "superseded")).isEmpty)
        #expect(try await house.store.results(ListingFilter(state: "posted")).count == 2)
    }

    enum NoRerun: CaseIterable {
        case earlier, sameMomentElsewhere, otherTest, otherSpecimen, otherDevice, withoutTime, withoutZone
    }

    @Test("another value for the same run is held, however often it comes; a third value again")
    func conflict() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        for _ in 0..<3 { try await house.receive(.of("A1", .of("WBC", "9.99"))) }
        #expect(try await house.states() == ["WBC 5.10 posted", "WBC 9.99 held"])
        #expect(try await house.holds() == ["duplicate-conflict"])
        #expect(try await house.store.reject("H1", reason: "clot") == .done("1 result rejected."))
        #expect(try await house.states() == ["WBC 5.10 posted", "WBC 9.99 rejected"])
        try await house.receive(.of("A1", .of("WBC", "9.99")))
        #expect(try await house.holds() == [], "a person has decided on this one")
        try await house.receive(.of("A1", .of("WBC", "7.77")))
        #expect(try await house.holds() == ["duplicate-conflict"])
        #expect(try await house.lease().count == 1)
    }

    @Test("the other value, released, takes the first one's place under the same identity")
    func conflictReleased() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.settle(house.lease()[0], .delivered("1"))
        try await house.receive(.of("A1", .of("WBC", "9.99")))
        #expect(try await house.store.release("H1") == .done("1 result released by a person."))
        #expect(try await house.states() == ["WBC 9.99 posted"])
        let second = try #require(try await house.lease().first)
        #expect(
            second.report.results.map(\.id) == [
                ResultID(device: "haem-1", specimen: "A1", observation: .of("WBC", "5.10"))
            ])
        #expect(second.report.results.map(\.observation.value.token) == ["9.99"])
        for value in ["5.10", "9.99"] { #expect(try await house.receive(.of("A1", .of("WBC", value))).duplicates == 1) }
        #expect(try await house.holds() == [])
    }

    @Test("a resumed message that counts its replicates anew is no conflict")
    func replicates() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        var second = Observation.of("GLU", "5.3", at: 2)
        second.occurrence = 1
        try await house.receive(.of("A1", .of("GLU", "5.1"), second))
        #expect(try await house.receive(.of("A1", .of("GLU", "5.3"))).duplicates == 1)
        #expect(try await house.holds() == [])
    }

    @Test("QC is kept as control, never matched or sent")
    func control() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("QC1")))
        try await house.receive(.of("QC1", .of("WBC", "5.10"), kind: .qc))
        try await house.receive(.of("QC1", .of("WBC", "5.30", performed: "2026-11-23T09:31:07+05:30"), kind: .qc))
        #expect(try await house.states() == ["WBC 5.10 control", "WBC 5.30 control"])
        #expect(try await house.lease().isEmpty)
        #expect(try await house.holds() == [])
    }

    @Test("without a destination results are stored")
    func stored() async throws {
        let house = try House(destinations: [])
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.receive(.of("A1", .of("WBC", "5.30", performed: "2026-11-22T10:31:07+05:30")))
        #expect(try await house.states() == ["WBC 5.10 superseded", "WBC 5.30 stored"])
        #expect(try house.count("SELECT count(*) FROM delivery") == 0)
    }

    @Test(
        "one of two times is certainly later",
        arguments: [
            ("2026-11-22T09:31:07+05:30", "2026-11-22T09:31:06+05:30", true),
            ("2026-11-22T09:31:07+05:30", "2026-11-22T09:31:07+05:30", false),
            ("2026-11-22T04:01:08Z", "2026-11-22T09:31:07+05:30", true),
            ("2026-11-22T09:31:07-03:00", "2026-11-22T09:31:07+05:30", true),
            ("2026-03-01T00:00:00Z", "2026-02-28T23:59:59Z", true),
            ("2027-01-01T00:00:00", "2026-12-31T23:59:59", true),
            ("2026-11-22T09:31:07.500Z", "2026-11-22T09:31:06Z", true),
            ("2027-01-01T00:00:00", "2026-12-31T23:59:59Z", false), ("2027", "2026-12-31T23:59:59Z", false),
            ("", "", false), ("2026-99-99T99:99:99Z", "2026-11-22T09:31:06Z", false),
        ])
    func later(one: String, other: String, expected: Bool) {
        #expect(RunMoment.isLater(one, than: other) == expected)
    }
}
