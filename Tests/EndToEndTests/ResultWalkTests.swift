import Core
import Testing

extension EndToEnd {
    @Suite("Results walk through to the HMS")
    struct ResultWalk {
        private let house: House

        init() throws {
            house = try House(["chem-1": "erba-xl-1000", "haem-1": "horiba-yumizen-h500", "haem-2": "mindray-bc-5380"])
        }

        @Test("orders by JSON, ORM and OML; three analysers; every message sent three times")
        func everythingThreeTimes() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L26-000101", mrn: "MRN0001")])
            let answers = try await house.sendOrders([
                MadeUpOrder(accession: "L26-000102", mrn: "MRN0002").general(),
                MadeUpOrder(accession: "L26-000103", mrn: "MRN0003").laboratory(),
                MadeUpOrder(accession: "L26-000103", mrn: "MRN0003").laboratory(id: "2"),
            ])
            #expect(answers == [.accepted("1 placed"), .accepted("1 placed"), .accepted("1 amended")])

            let erba = [
                MadeUp.erba("L26-000101", value: "104"),
                MadeUp.erba("L26-000101", code: "CRR", value: "<0.50", time: "20260928132318"),
                MadeUp.erba("L26-000101", code: "TGG", value: "NA", time: "20260928132325"),
            ]
            let yumizen = MadeUp.yumizen("L26-000102")
            let mindray = MadeUp.mindray("L26-000103", mrn: "MRN0003")
            for _ in 0..<3 {
                #expect(try await house.astm("chem-1", erba) == [.accepted(), .accepted(), .accepted()])
                #expect(try await house.astm("haem-1", [yumizen]) == [.accepted()])
                #expect(try await house.hl7("haem-2", [mindray]) == [.accepted()])
            }
            try await eventually("8 observations at the HMS") { try await hms.stats()["unique"] == 8 }
            try await eventually("an empty queue") { try await house.rows("queue").isEmpty }

            let seen = try await hms.observations()
            #expect(seen.count == 8)
            #expect(Set(seen.map(\.id)).count == 8)
            #expect(try await hms.stats()["corrections"] == 0)
            try expectValues(seen)
            #expect(try await house.holdReasons() == [])
            // Sent three times, listed once each, under the id that the HMS has.
            let rows = try await house.rows("results")
            #expect(Set(rows.compactMap { $0["id"]?.text }) == Set(seen.map(\.id)))
            #expect(rows.count == 8)
            #expect(Set(rows.compactMap { $0["state"]?.text }) == ["posted"])
            #expect(try await daemon.stop() == 0)
            try await hms.stop()
        }

        /// Value text, unit, flags, status and time as the analysers sent them, under the order's patient.
        private func expectValues(_ seen: [SeenObservation]) throws {
            func one(_ accession: String, _ code: String) throws -> SeenObservation {
                let found = seen.filter { $0.accession == accession && $0.code == code }
                #expect(found.count == 1, "\(accession) \(code)")
                return try #require(found.first)
            }
            let glucose = try one("L26-000101", "GLCC")
            #expect(glucose.mrn == "MRN0001")
            #expect([glucose.value, glucose.unit, glucose.ucum, glucose.loinc] == ["104", "mg/dl", "mg/dL", "2345-7"])
            #expect(glucose.flags == ["A"])
            #expect(glucose.status == "final")
            #expect(glucose.performed == "2026-11-22T09:35:12+05:30")
            #expect(glucose.notes == ["Instrument Flag A"])
            #expect(try one("L26-000101", "CRR").value == "<0.50")

            let absent = try one("L26-000101", "TGG")
            #expect(absent.value == nil)
            #expect(absent.absent == "unknown")
            #expect(absent.notes.contains { $0.contains("NA") })

            let white = try one("L26-000102", "WBC")
            #expect(white.mrn == "MRN0002")
            #expect(
                [white.value, white.unit, white.ucum, white.range] == ["7.40", "10E3/uL", "10*3/uL", "1.0 - 20.0"])
            #expect(try one("L26-000102", "HGB").flags == ["L"])
            #expect(try one("L26-000102", "RDW-CV").value == nil)

            let mindray = try one("L26-000103", "WBC")
            #expect(mindray.mrn == "MRN0003")
            #expect([mindray.value, mindray.unit, mindray.status] == ["12.80", "10*9/L", "final"])
            #expect(mindray.flags == ["H"])
            #expect(try one("L26-000103", "HGB").value == "131")
        }

        @Test("a preliminary result that becomes final is corrected under the same identifier")
        func correction() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            func session(_ value: String, status: String) -> [[UInt8]] {
                ASTMLine.frames([
                    "H|\\^&|||H500^1^2|||||||P|LIS2-A2|20261122093107", "P|1", "O|1|L1||^^^DIF",
                    "R|1|^^^WBC|\(value)|10E3/uL||N||\(status)||x|20261122093107", "L|1|N",
                ])
            }
            #expect(try await house.astm("haem-1", [session("7.40", status: "P")]) == [.accepted()])
            try await eventually("the preliminary value") {
                try await hms.observations().map(\.status) == ["preliminary"]
            }
            #expect(try await house.astm("haem-1", [session("7.60", status: "F")]) == [.accepted()])
            try await eventually("the final value") { try await hms.observations().map(\.value) == ["7.60"] }
            #expect(try await hms.observations().map(\.status) == ["final"])
            // The same run with yet another final value is a contradiction: a person looks, the HMS keeps what it has.
            #expect(try await house.astm("haem-1", [session("9.90", status: "F")]) == [.accepted()])
            try await eventually("the contradiction is held") {
                try await house.holdReasons() == ["duplicate-conflict"]
            }
            #expect(try await hms.observations().map(\.value) == ["7.60"])
            try await daemon.stop()
        }

        @Test("QC is kept and shown, and never sent")
        func qualityControl() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            // An order with the lot's number must not draw it to a patient.
            try await house.place([
                MadeUpOrder(accession: "QC-LOT-77", mrn: "M1"), MadeUpOrder(accession: "L1", mrn: "M1"),
            ])
            #expect(try await house.hl7("haem-2", [MadeUp.mindray("QC-LOT-77", processing: "Q")]) == [.accepted()])
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("QC-LOT-77", processing: "Q")]) == [.accepted()])
            // What comes after it at the HMS shows that it had its turn.
            #expect(try await house.hl7("haem-2", [MadeUp.mindray("L1", id: "2")]) == [.accepted()])
            try await eventually("the patient's result") { try await hms.stats()["unique"] == 2 }
            try await eventually("the controls are listed") {
                try await house.rows("results", "--state", "control").count == 5
            }
            #expect(try await Set(hms.observations().map(\.accession)) == ["L1"])
            #expect(try await house.holdReasons() == [])
            try await daemon.stop()
        }
    }
}
