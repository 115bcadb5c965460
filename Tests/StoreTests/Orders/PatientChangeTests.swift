import Core
import Testing

@testable import Store

@Suite("Patients change and merge")
struct PatientChangeTests {
    private func patient(_ mrn: String, system: String = Facility().mrnSystem, family: String? = nil) -> Patient {
        Patient(mrn: mrn, mrnSystem: system, family: family)
    }

    private func names(_ house: House) throws -> [String] {
        var names: [String] = []
        try house.store.candidates(for: WorklistPreselection()) {
            names.append("\($0.accession) \($0.patientID) \($0.patientName.text)")
            return true
        }
        return names.sorted()
    }

    @Test("demographics are on the worklist at once, of that MRN in that system, and of open orders alone")
    func demographics() async throws {
        let house = try House()
        var elsewhere = Order.imaging("R2")
        elsewhere.patient.mrnSystem = "urn:other"
        try await house.apply(
            .place(.imaging("R1")), .place(elsewhere), .place(.imaging("R3", mrn: "MRN01")), .place(.imaging("R4")),
            .cancel(.imaging("R4")))
        var update = PatientUpdate(patient: patient("MRN1", family: "SEN"), details: [.currentLocation: "ICU"])
        update.patient.given = ""
        update.patient.ideographic = "山田^太郎"
        #expect(try await house.apply(.demographics(update)).updated == 1)
        #expect(try names(house) == ["R1 MRN1 SEN=山田^太郎", "R2 MRN1 RAO^ASHA", "R3 MRN01 RAO^ASHA"])
        #expect(try await house.apply(.demographics(update)).updated == 0, "nothing new")
        var preselection = WorklistPreselection()
        preselection.name =
            WorklistPreselection(
                try WorklistQuery([.patientName: "sen"]), for: WorklistCaller(aeTitle: "A", scope: .all)
            ).name
        var found: [String] = []
        try house.store.candidates(for: preselection) {
            found.append($0.accession)
            return true
        }
        #expect(found == ["R1"])
        #expect(try await house.steps("R1").last == "amended")
    }

    @Test("a merge gives the orders to the survivor; a result that waited for him is posted")
    func merge() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "OLD")), .place(.imaging("R1", mrn: "OLD")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "NEW"))
        #expect(try await house.holds() == ["patient-mismatch"])
        let receipt = try await house.apply(
            .merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW", family: "SEN")))
        #expect(receipt.merged == 2 && receipt.released == 1)
        #expect(try await house.holds() == [])
        #expect(try await house.lease().first?.report.order.patient.mrn == "NEW")
        #expect(try names(house) == ["R1 NEW SEN^ASHA"])
    }

    @Test("a merge wakes the survivor's withdrawn order where the former's is open; a finished one stays as it is")
    func mergedWithWithdrawn() async throws {
        let house = try House()
        try await house.apply(
            .place(.imaging("R1", mrn: "OLD")), .place(.imaging("R1", mrn: "NEW")), .cancel(.imaging("R1", mrn: "NEW")))
        try await house.apply(.merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW")))
        #expect(try names(house) == ["R1 NEW RAO^ASHA"])
        let other = try House()
        var done = Order.imaging("R1", mrn: "OLD")
        done.state = .completed
        try await other.apply(.place(.imaging("R1", mrn: "OLD")), .place(done), .place(.imaging("R1", mrn: "NEW")))
        try await other.apply(.merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW")))
        #expect(try await other.store.orders(ListingFilter()).map(\.state).sorted() == ["completed", "open"])
    }

    @Test("what a step carries of the patient gives way to what is told of him later")
    func detailsOfSteps() async throws {
        let house = try House()
        var order = Order.imaging("R1")
        order.imaging?.steps[0].details = [.allergies: "none", .reason: "fall"]
        try await house.apply(.place(order))
        try await house.apply(.demographics(PatientUpdate(patient: patient("MRN1"), details: [.allergies: "latex"])))
        var found: [[WorklistAttribute: String]] = []
        try house.store.candidates(for: WorklistPreselection()) {
            found.append($0.details)
            return true
        }
        #expect(found.map { $0[.allergies] } == ["latex"])
        #expect(found.map { $0[.reason] } == ["fall"])
    }

    @Test("a merge touches no other system's MRN, and an unknown MRN changes nothing")
    func otherSystem() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "OLD")))
        for (mrn, system) in [("OLD", "urn:other"), ("old", Facility().mrnSystem), ("OTHER", Facility().mrnSystem)] {
            #expect(try await house.apply(.merge(mrn: mrn, mrnSystem: system, into: patient("NEW"))).merged == 0)
        }
        #expect(try await house.store.orders(ListingFilter()).map(\.mrn) == ["OLD"])
    }

    @Test(
        "an order that the survivor has already is withdrawn from the merged record, and its result goes to the survivor"
    )
    func both() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "OLD")), .place(.laboratory("A1", mrn: "NEW")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        #expect(try await house.holds() == ["ambiguous-order"])
        #expect(
            try await house.apply(.merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW"))).released
                == 1)
        #expect(
            try await house.store.orders(ListingFilter()).map { "\($0.mrn) \($0.state)" } == [
                "NEW open", "OLD cancelled",
            ])
        #expect(try await house.lease().first?.report.order.patient.mrn == "NEW")
    }

    @Test("a result that was not yet sent goes out under the surviving record")
    func unsent() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "OLD")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.apply(.merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW")))
        #expect(try await house.lease().map(\.report.order.patient.mrn) == ["NEW"])
    }

    @Test("a result whose tube bears the merged number is held: nobody guesses whose it is")
    func oldLabel() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "OLD")))
        try await house.apply(.merge(mrn: "OLD", mrnSystem: Facility().mrnSystem, into: patient("NEW")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "OLD"))
        #expect(try await house.holds() == ["patient-mismatch"])
    }
}
