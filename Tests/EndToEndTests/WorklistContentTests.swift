import Foundation
import Testing

extension EndToEnd {
    @Suite("What orders do to the worklist", .enabled("DCMTK's programs are installed") { Modality.isInstalled })
    struct WorklistContent {
        private let house: House
        private let scanner: Modality

        init() throws {
            house = try House(
                ["haem-1": "horiba-yumizen-h500"], modalities: ["CT01": "CT", "PET01": "PT"], posts: false)
            scanner = Modality(aeTitle: "CT01", port: house.dicom)
        }

        private let header = "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|RAD|20261122091500||"
        private let pid = "PID|1||MRN0004^^^HOSP^MR||DAS^SUNIL^^^Dr||19600105|M"

        /// An order of a CT and a PET step, or a part of it.
        private func petct(_ control: String, at time: String = "20261122100000+0530", steps: [String] = ["S1", "S2"])
            -> [UInt8]
        {
            hl7(
                [
                    header + "OMI^O23^OMI_O23|1|P|2.5.1", pid, "PV1|1|O|ONC^3|||||77^SHAH^RAVI",
                    "ORC|\(control)|P-1|F-1", time.isEmpty ? "TQ1|1" : "TQ1|1||||||\(time)",
                    "OBR|1|P-1|F-1|PETCT^PET-CT whole body||||||||||||||||||||||||||WHLC|^Staging",
                ]
                    + steps.map {
                        "IPC|R26-1|RP-1|1.2.826.0.1.3680043.9.7|\($0)|\($0 == "S1" ? "CT|||NM 1|CT01" : "PT|||NM 2|PET01")"
                    })
        }

        private func entries(_ modality: Modality? = nil) async throws -> [[String: String]] {
            try await (modality ?? scanner).worklist([
                "0040,0100[0].0040,0003": "", "0040,0100[0].0040,0009": "", "0040,0100[0].0040,0011": "",
                "0040,1001": "", "0040,1004": "", "0040,1002": "", "0008,0090": "", "0038,0300": "",
            ])
        }

        private func send(_ message: [UInt8]) async throws -> Verdict {
            try #require(try await house.sendOrders([message]).first)
        }

        @Test("several steps, moved, cancelled one by one: the next query sees each change")
        func steps() async throws {
            let daemon = try await house.start()
            let pet = Modality(aeTitle: "PET01", port: house.dicom)
            #expect(try await send(petct("NW")) == .accepted("1 placed"))
            let entry = try #require(try await entries().first)
            for (tag, value) in [
                "0040,0009": "S1", "0040,0011": "NM 1", "0040,0003": "100000", "0040,1001": "RP-1", "0008,0060": "CT",
                "0020,000d": "1.2.826.0.1.3680043.9.7", "0040,1004": "WHLC", "0040,1002": "Staging",
                "0008,0090": "SHAH^RAVI", "0038,0300": "ONC 3", "0010,0010": "DAS^SUNIL^^Dr",
            ] { #expect(entry[tag] == value, "\(tag)") }
            #expect(try await entries(pet).map { $0["0040,0009"] } == ["S2"])

            #expect(try await send(petct("XO", at: "20261122113000+0530", steps: ["S2"])) == .accepted("1 amended"))
            #expect(try await entries().map { $0["0040,0003"] } == ["100000"])
            #expect(try await entries(pet).map { $0["0040,0003"] } == ["113000"])
            // A change that says no time leaves it.
            #expect(try await send(petct("XO", at: "")) == .accepted("1 amended"))
            #expect(try await entries(pet).map { $0["0040,0003"] } == ["113000"])

            #expect(try await send(petct("CA", steps: ["S2"])) == .accepted("1 cancelled"))
            #expect(try await entries(pet).isEmpty)
            #expect(try await entries().count == 1)
            let rows = try await house.rows("worklist")
            #expect(
                rows.map { "\($0["step_id"]?.text ?? "") \($0["state"]?.text ?? "")" } == [
                    "S1 scheduled", "S2 cancelled",
                ])
            #expect(try await send(petct("CA", steps: ["S1"])) == .accepted("1 cancelled"))
            #expect(try await entries().isEmpty)
            let story = try await house.command("explain", "R26-1").out.split { $0.isWhitespace }.joined(separator: " ")
            #expect(story.contains("Step 2 (S2): PT for PET01"), "\(story)")
            try await daemon.stop()
        }

        @Test("ADT: new demographics and a merge are on the worklist at the next query")
        func demographics() async throws {
            let daemon = try await house.start()
            #expect(try await send(petct("NW")) == .accepted("1 placed"))
            let update = hl7([
                header + "ADT^A08|2|P|2.5.1", "PID|1||MRN0004^^^HOSP^MR||DAS^SUNITA||19600105|F", "PV1|1|I|ICU^7",
            ])
            #expect(try await send(update) == .accepted("1 with new demographics"))
            var entry = try #require(try await entries().first)
            #expect(entry["0010,0010"] == "DAS^SUNITA" && entry["0038,0300"] == "ICU 7")
            let other = hl7([header + "ADT^A08|3|P|2.5.1", "PID|1||MRN00040^^^HOSP^MR||OTHER^NAME"])
            #expect(try await send(other) == .accepted("no order concerned"))
            let merge = hl7([
                header + "ADT^A40|4|P|2.5.1", "PID|1||MRN0009^^^HOSP^MR||DAS^SUNITA", "MRG|MRN0004^^^HOSP^MR",
            ])
            #expect(try await send(merge) == .accepted("1 merged into another record"))
            entry = try #require(try await entries().first)
            #expect(entry["0010,0020"] == "MRN0009" && entry["0010,0010"] == "DAS^SUNITA")
            let admit = hl7([header + "ADT^A11|5|P|2.5.1", "PID|1||MRN0009^^^HOSP^MR"])
            #expect(try await send(admit) == .accepted("no order concerned"))
            try await daemon.stop()
        }

        @Test(
            "Bahmni: a rule gives modality and station, the moment of receipt the start; its cancellation finds the order"
        )
        func bahmni() async throws {
            var text = try String(contentsOfFile: house.config, encoding: .utf8)
            text = text.replacing(
                "dicom:\n",
                with:
                    "dicom:\n  unscheduled: received\n  stations: [{ procedure: \"CT*\", modality: CT, station_ae: CT01 }]\n"
            )
            try text.write(toFile: house.config, atomically: true, encoding: .utf8)
            let daemon = try await house.start()
            func order(_ control: String, _ status: String, _ number: String, _ accession: String) -> [UInt8] {
                hl7([
                    "MSH|^~\\&||BahmniEMR|||20261122091500||ORM^O01|\(accession)|P|2.5",
                    "PID|||MRN0004^^^HOSP^MR||Das^Sunil||1960-01-05|M",
                    "ORC|\(control)|\(number)|\(number)||\(status)||^^^^^R",
                    "OBR||||CTHEAD^CT head^99B^CTHEAD^CT head^99B||||||||||||^Mehta^Priya||\(accession)",
                    "ZDS|1.2.826.0.1.3680043.9.5",
                ])
            }
            #expect(try await send(order("NW", "SC", "ORD-312", "ORD-312")) == .accepted("1 placed"))
            let entry = try #require(try await entries().first)
            #expect(entry["0008,0050"] == "ORD-312" && entry["0008,0060"] == "CT" && entry["0040,0001"] == "CT01")
            #expect(entry["0020,000d"] == "1.2.826.0.1.3680043.9.5" && entry["0040,0002"]?.count == 8)
            #expect(try await send(order("CA", "CA", "ORD-312", "ORD-313")) == .accepted("1 cancelled"))
            #expect(try await entries().isEmpty)
            try await daemon.stop()
        }
    }
}
