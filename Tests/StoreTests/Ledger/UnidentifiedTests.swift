import Core
import Testing

@testable import Store

@Suite("Results whose device says little of whose they are")
struct UnidentifiedTests {
    private func untimed(_ value: String) -> Observation { .of("GLU", value, performed: nil) }

    /// A message of its own bytes, understood as this report.
    private func receive(_ house: House, _ text: String, _ report: SpecimenReport) async throws {
        try await house.receive(text)
        try await house.understand(.reports([report]))
    }

    @Test("two tubes with unreadable barcodes and the same value are two results; the same message again is not")
    func unreadBarcodes() async throws {
        let house = try House()
        try await receive(house, "1", .of("", untimed("5.1"), patient: "PATA"))
        try await receive(house, "2", .of("", untimed("5.1"), patient: "PATB"))
        try await receive(house, "2", .of("", untimed("5.1"), patient: "PATB"))
        try await receive(house, "3", .of("", untimed("7.2"), patient: "PATC"))
        #expect(try await house.states() == ["GLU 5.1 held", "GLU 5.1 held", "GLU 7.2 held"])
        #expect(try await house.holds() == ["specimen-id", "specimen-id", "specimen-id"])
        #expect(try await Set(house.store.results(ListingFilter()).map(\.mrn)) == ["PATA", "PATB", "PATC"])
    }

    @Test("a number used again for another patient, without a run time, is that patient's result")
    func reusedNumber() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("001", mrn: "OLD")))
        try await receive(house, "1", .of("001", untimed("90")))
        try await house.settle(house.lease()[0], .delivered("1"))
        try await house.apply(.place(.laboratory("001", mrn: "OLD", state: .completed)))
        try await house.apply(.place(.laboratory("001", mrn: "NEW")))
        for text in ["2", "2"] { try await receive(house, text, .of("001", untimed("90"), patient: "NEW")) }
        let deliveries = try await house.lease()
        #expect(deliveries.map(\.report.order.patient.mrn) == ["NEW"])
        #expect(try await house.store.results(ListingFilter(accession: "001")).count == 2)
    }

    @Test("controls without a run time are all kept")
    func controls() async throws {
        let house = try House()
        for (text, value) in [("1", "5"), ("2", "6"), ("3", "5"), ("3", "5")] {
            try await receive(house, text, .of("LOT", untimed(value), kind: .qc))
        }
        #expect(try await house.states() == ["GLU 5 control", "GLU 5 control", "GLU 6 control"])
        #expect(try await house.holds() == [])
    }

    @Test("a wrong patient id, corrected on the analyser and sent again, posts; the hold is done")
    func correctedClaim() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "PX")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "WRONG"))
        #expect(try await house.holds() == ["patient-mismatch"])
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "PX"))
        #expect(try await house.states() == ["WBC 5.10 posted"])
        #expect(try await house.holds() == [])
        #expect(try await house.lease().count == 1)
    }

    @Test("posted, and sent again for another patient: nothing changes, and a person is told once")
    func claimedByAnother() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "PX")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        for _ in 0..<2 { try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "OTHER")) }
        #expect(try await house.states() == ["WBC 5.10 posted"])
        #expect(try await house.holds() == ["patient-mismatch"])
    }
}
