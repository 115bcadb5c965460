import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Commands with a daemon")
    struct Commands {
        private let house: House

        init() throws {
            house = try House(
                ["haem-1": "horiba-yumizen-h500", "chem-1": "erba-xl-1000"], modalities: ["CT01": "CT"], posts: false)
        }

        /// Rows have at least these keys (contract, section 2).
        private func expect(_ keys: String, in rows: [JSONValue], _ listing: String) {
            #expect(!rows.isEmpty, "\(listing) is empty")
            for row in rows {
                let missing = Set(keys.components(separatedBy: ", ")).subtracting(row.keys)
                #expect(missing.isEmpty, "\(listing) lacks \(missing)")
            }
        }

        @Test("a device's last message is known after a restart, and tables name the hospital's zone")
        func restart() async throws {
            var daemon = try await house.start()
            _ = try await house.astm("haem-1", [MadeUp.yumizen("L1")])
            let before = try #require(try await house.rows("devices").first)["last_message"]?.text
            try await daemon.stop()
            daemon = try await house.start(run: 1)
            let rows = try await house.rows("devices")
            #expect(rows.map { $0["messages"]?.text } == ["0", "0"])
            #expect(rows.map { ($0["last_message"]?.text ?? "").isEmpty } == [false, true])
            // To the second: the journal keeps when the last byte came, the board when it was acknowledged.
            #expect(rows.first?["last_message"]?.text?.prefix(19) == before?.prefix(19))
            let table = try await house.command("devices")
            #expect(table.out.hasSuffix("\nTimes are in Asia/Kolkata.\n"))
            try await daemon.stop()
        }

        @Test("every listing: JSON keys, tables, filters")
        func listings() async throws {
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            let imaging = """
                {"accession":"R1","mrn":"M1","kind":"imaging","procedure":{"code":"CTHEAD"},"modality":"CT",
                 "station_ae":"CT01","scheduled":"2026-11-22T10:00:00+05:30"}
                """
            #expect(try await HTTP.post(port: house.api, "/api/v1/orders", json: imaging).status == 201)
            _ = try await house.astm("haem-1", [MadeUp.yumizen("L1"), MadeUp.yumizen("L2")])
            try await eventually("six results") { try await house.rows("results").count == 6 }

            expect("id, profile, state, listening, last_message", in: try await house.rows("devices"), "devices")
            expect(
                "id, accession, mrn, test, value, unit, state, device", in: try await house.rows("results"), "results")
            expect("id, reason, accession, device, since, what", in: try await house.rows("holds"), "holds")
            expect(
                "accession, mrn, modality, station_ae, scheduled, state", in: try await house.rows("worklist"),
                "worklist")
            #expect(try await house.rows("orders").count == 2)
            #expect(try await house.rows("queue").isEmpty)
            #expect(
                try await Set(house.rows("results", "--accession", "L1").compactMap { $0["state"]?.text }) == ["stored"]
            )
            #expect(
                try await Set(house.rows("results", "--state", "held").compactMap { $0["accession"]?.text }) == ["L2"])
            #expect(try await house.rows("results", "--limit", "1").count == 1)
            for listing in ["devices", "orders", "worklist", "results", "holds", "queue"] {
                let table = try await house.command(listing)
                #expect(table.code == 0)
                #expect(!table.out.contains("{"), "\(listing) prints JSON unasked")
            }
            try await daemon.stop()
        }

        @Test("a reader that has seen enough ends a listing in silence")
        func closedPipe() async throws {
            let daemon = try await house.start()
            let pipe = "\"$0\" devices --config \"$1\" | { exec 0<&-; sleep 1; }; exit ${PIPESTATUS[0]}"
            let ended = try await run("/bin/bash", ["-c", pipe, Binary.path, house.config])
            #expect(ended.code == 128 + SIGPIPE)
            #expect(ended.err == "")
            try await daemon.stop()
        }

        @Test("a person's decisions: assign, reject, release; each once")
        func decisions() async throws {
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            // A unit the profile does not know for this test: held until a person releases it.
            _ = try await house.astm(
                "chem-1",
                [
                    MadeUp.erba("L1", value: "5.8", unit: "mmol/l"),
                    MadeUp.erba("L1", code: "CRR", value: "1", unit: "furlong"),
                ])
            _ = try await house.astm("haem-1", [MadeUp.yumizen("L8"), MadeUp.yumizen("L9")])
            try await eventually("three holds") {
                try await house.holdReasons() == ["no-order", "no-order", "unit-mismatch"]
            }
            func id(_ accession: String) async throws -> String {
                let rows = try await house.rows("holds")
                return try #require(rows.first { $0["accession"]?.text == accession }?["id"]?.text)
            }
            let (unit, first, second) = (try await id("L1"), try await id("L8"), try await id("L9"))
            #expect(try await house.command("holds", "release", first).code == 1)
            #expect(try await house.command("holds", "assign", first, "--order", "NONE").code == 1)
            #expect(try await house.command("holds", "assign", first, "--order", "L1").code == 0)
            #expect(try await house.command("holds", "reject", second, "--reason", "tube mixed up").code == 0)
            #expect(try await house.command("holds", "release", unit).code == 0)
            for done in [unit, first, second] { #expect(try await house.command("holds", "release", done).code == 1) }
            #expect(try await house.holdReasons() == [])
            #expect(try await house.rows("results", "--state", "rejected").count == 3)
            #expect(try await house.rows("results", "--state", "stored").count == 5)
            try await daemon.stop()
        }

        @Test("explain tells the story of every kind of thing, and raw bytes")
        func explain() async throws {
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "MRN1")])
            _ = try await house.astm("haem-1", [MadeUp.yumizen("L1"), MadeUp.yumizen("L2")])
            try await eventually("the hold") { try await house.holdReasons() == ["no-order"] }
            let result = try #require(try await house.rows("results", "--accession", "L1").first?["id"]?.text)
            for (subject, word) in [
                ("L1", "order"), ("MRN1", "order"), ("M1", "received"), (result, "received"), ("H1", "held"),
                ("L2", "held"),
            ] {
                let story = try #require(try await house.rows("explain", subject).first, "\(subject)")
                let steps = story["steps"]?.list ?? []
                #expect(
                    steps.contains { $0["step"]?.text == word }, "\(subject): \(steps.compactMap { $0["step"]?.text })")
                let text = try await house.command("explain", subject)
                #expect(text.code == 0)
                #expect(!text.out.isEmpty)
            }
            let raw = try await house.rows("explain", "M1").first?["raw"]?.list.compactMap(\.text) ?? []
            #expect(raw.contains { $0.contains("^^^WBC|7.40|10E3/uL") }, "\(raw)")
            #expect(try await house.command("explain", "NOTHING").code == 1)
            try await daemon.stop()
        }

        @Test("orders are imported from JSON, JSON lines and CSV; a file with a mistake changes nothing")
        func importing() async throws {
            let daemon = try await house.start()
            let orders = (1...3).map { MadeUpOrder(accession: "L\($0)", mrn: "M\($0)").json }
            let files = [
                try house.folder.write("[" + orders.joined(separator: ",") + "]", to: "orders.json"),
                try house.folder.write(orders.joined(separator: "\n") + "\n", to: "orders.jsonl"),
                try house.folder.write(
                    "accession,mrn,kind,patient.family,tests\nL4,M4,laboratory,TEST,CBC;ESR\n", to: "orders.csv"),
            ]
            for (file, told) in zip(files, ["3 placed, 0 amended", "0 placed, 3 amended", "1 placed, 0 amended"]) {
                let done = try await house.command("orders", "import", file)
                #expect(done.code == 0)
                #expect(done.out.hasPrefix(told), "\(done.out)")
            }
            let wrong = try house.folder.write(
                orders[0] + "\n" + #"{"accession":"L5","kind":"laboratory"}"# + "\n", to: "wrong.jsonl")
            let refused = try await house.command("orders", "import", wrong)
            #expect(refused.code == 1)
            #expect(refused.err.contains("\(wrong):2: "))
            #expect(refused.err.contains("mrn"))
            #expect(
                try await Set(house.rows("orders").compactMap { $0["accession"]?.text }) == ["L1", "L2", "L3", "L4"])
            try await daemon.stop()
        }

        @Test("one daemon a store, one listener a port; the reason is told")
        func second() async throws {
            let daemon = try await house.start()
            let same = try await house.command("serve")
            #expect(same.code == 1)
            #expect(same.err.contains("already uses"))
            #expect(try await house.rows("devices").count == 2)
            let other = try House(["x": "generic-astm"])
            let config = try String(contentsOfFile: other.config, encoding: .utf8)
                .replacing("\(try other.port("x"))", with: "\(try house.port("haem-1"))")
            let clash = try await labrador("serve", "--config", try other.folder.write(config, to: "clash.yaml"))
            #expect(clash.code == 1)
            #expect(clash.err.contains("Device x: cannot listen on 127.0.0.1:\(try house.port("haem-1"))"))
            try await daemon.stop()
        }

        @Test(
            "the virtual analyser speaks to the daemon",
            arguments: [("haem-1", "horiba-yumizen-h500"), ("chem-1", "erba-xl-1000")])
        func simulate(device: String, profile: String) async throws {
            let daemon = try await house.start()
            let sent = try await run(
                Binary.path,
                ["simulate", "analyser", "--profile", profile, "--to", "tcp://127.0.0.1:\(try house.port(device))"],
                directory: Binary.repository)
            #expect(sent.code == 0, "\(sent.err)")
            let accepted = sent.out.split(separator: "\n").count { $0.contains("accepted in") }
            #expect(accepted > 0)
            let row = try #require(try await house.rows("devices").first { $0["id"]?.text == device })
            #expect(row["messages"]?.text == "\(accepted)")
            try await daemon.stop()
        }
    }
}
