import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Why a modality does not see an order", .enabled("DCMTK's programs are installed") { Modality.isInstalled })
    struct WorklistExplain {
        private let house: House
        private let scanner: Modality

        init() throws {
            house = try House([:], modalities: ["CT01": "CT", "US01": "US"], posts: false)
            scanner = Modality(aeTitle: "CT01", port: house.dicom)
        }

        private func imaging(_ accession: String, _ station: String, day: String = "20261122", family: String)
            -> [UInt8]
        {
            hl7([
                "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|RAD|20261122091500||OMI^O23^OMI_O23|1|P|2.5.1||||||UNICODE UTF-8",
                "PID|1||MRN-\(accession)^^^HOSP^MR||\(family)^A||19600105|M", "ORC|NW|P-\(accession)|\(accession)",
                "TQ1|1||||||\(day)100000+0530", "OBR|1|P-\(accession)|\(accession)|CTHEAD^CT head plain",
                "IPC|\(accession)|RP1|1.2.826.0.1.3680043.9.\(accession.count)|SPS1|\(station.prefix(2))||||\(station)",
            ])
        }

        private func explain(_ arguments: String...) async throws -> (
            query: JSONValue, rows: [String: (shown: Bool, by: String)]
        ) {
            let output = try await run(
                Binary.path,
                ["worklist", "explain", "--ae", "CT01", "--json", "--config", house.config] + arguments)
            #expect(output.code == 0, "\(output.err)")
            var lines = try output.out.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            let query = lines.removeFirst()
            var rows: [String: (shown: Bool, by: String)] = [:]
            for line in lines {
                rows[try #require(line["accession"]?.text)] = (
                    line["shown"] == .bool(true), line["removed_by"]?.text ?? ""
                )
            }
            return (query, rows)
        }

        @Test("with the keys of its last query, with keys given, and at another moment")
        func explain() async throws {
            let daemon = try await house.start()
            for order in [
                imaging("R1", "CT01", family: "RAO"), imaging("R2", "US01", family: "DAS"),
                imaging("R3", "CT01", day: "20261123", family: "SEN"),
            ] { #expect(try await house.sendOrders([order]) == [.accepted("1 placed")]) }

            var (query, rows) = try await explain()
            #expect(query["source"]?.text == "no query yet")
            #expect(rows["R1"]?.shown == true && rows["R3"]?.shown == true && rows["R2"]?.by == "scope")

            #expect(try await scanner.worklist(["0040,0100[0].0040,0002": "20261122"]).count == 1)
            try await eventually("the query is kept") {
                try await explain().query["source"]?.text == "last query"
            }
            (query, rows) = try await explain()
            #expect(query["sent"] == .number("1") && query["status"]?.text == "0000")
            #expect(rows["R1"]?.shown == true && rows["R2"]?.by == "scope" && rows["R3"]?.by == "key")

            (query, rows) = try await explain("--key", "0010,0010=SEN*", "--accession", "R3")
            #expect(query["source"]?.text == "given keys")
            #expect(rows.count == 1 && rows["R3"]?.shown == true)

            let told = try await house.command("worklist", "explain", "--ae", "ct01")
            let words = told.out.split { $0.isWhitespace }.joined(separator: " ")
            #expect(
                told.code == 0 && words.contains("does not match: the entry has 20261123"), "\(told.out)\(told.err)")
            let unknown = try await house.command("worklist", "explain", "--ae", "NOBODY")
            #expect(unknown.code == 1 && unknown.err.contains("Configured: CT01, US01"))
            let refused = try await house.command("worklist", "explain", "--ae", "CT01", "--at", "soon")
            #expect(refused.code == 1 && refused.err.contains("is no time"))
            try await daemon.stop()
        }
    }
}
