import Core
import Foundation
import Testing

extension EndToEnd {
    /// Analysers in Python on a LIS01 link: one written from the standard, and the package `astm`.
    @Suite("ASTM peers that share no code with us", .enabled("Python is installed") { try await Python.has("json") })
    struct ASTMPeer {
        static let layouts = ["record", "packed", "one"]
        private let house: House

        init() throws { house = try House(["device": "test-astm"], profiles: ["test/astm": Python.resultsASTM]) }

        /// What the HMS must have of these specimens: three results each, their values the specimen's place.
        private func expect(_ specimens: [String], at hms: StandIn) async throws {
            try await eventually("\(specimens.count * 3) results", within: .seconds(60)) {
                try await hms.stats()["unique"] ?? 0 >= specimens.count * 3
            }
            let seen = try await hms.observations().map { "\($0.accession) \($0.code) \($0.value ?? "")" }
            let wanted = specimens.enumerated().flatMap { place, specimen in
                ["WBC", "HGB", "PLT"].enumerated().map { "\(specimen) \($1) \(place + 1).\($0 + 1)" }
            }
            #expect(seen.sorted() == wanted.sorted())
            let stats = try await hms.stats()
            #expect(stats["received"] == stats["unique"])
            #expect(stats["corrections"] == 0)
            #expect(try await house.holdReasons() == [])
        }

        @Test(
            "sessions right behind each other, a troubled line, and sessions started over",
            arguments: ["results", "troubled", "restarted"], layouts)
        func sends(scenario: String, layout: String) async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            let specimens = (1...20).map { "L\($0)" }
            try await house.place(specimens.map { MadeUpOrder(accession: $0, mrn: "M-\($0)") })
            let port = "\(try house.port("device"))"
            let output = try await run(
                Python.interpreter,
                ["\(Python.scripts)/instrument.py", scenario, "--port", port, "--layout", layout] + specimens)
            #expect(try Python.last(output.code, output.out, output.err)["sessions"]?.text == "20")
            try await expect(specimens, at: hms)
            try await daemon.stop()
        }

        @Test(
            "a session cut behind any of its records and resumed as LIS02-A2 4.2.2 allows merges, and nothing doubles")
        func resumes() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            // A header, two patients with two orders of three results, and the terminator: 20 records, 20 cuts.
            let specimens = (1...20).flatMap { cut in [11, 12, 21, 22].map { "L-\(cut)-\($0)" } }
            try await house.place(specimens.map { MadeUpOrder(accession: $0, mrn: "M-\($0)") })
            let told = try await Python.peer("instrument", "resumed", "--port", "\(house.port("device"))", "L")
            #expect(told["cuts"]?.text == "20")
            #expect((told["specimens"]?.list ?? []).compactMap(\.text) == specimens)
            try await eventually("240 results", within: .seconds(60)) {
                try await hms.stats()["unique"] ?? 0 >= specimens.count * 3
            }
            let seen = try await hms.observations()
            #expect(Set(seen.map(\.accession)) == Set(specimens))
            #expect(seen.count == specimens.count * 3)
            #expect(Set(seen.map { "\($0.accession) \($0.code)" }).count == seen.count)
            for observation in seen {
                let place = observation.accession.suffix(2)
                #expect(observation.value?.hasPrefix("\(place).") == true)
            }
            let stats = try await hms.stats()
            #expect(stats["received"] == stats["unique"])
            #expect(stats["corrections"] == 0)
            #expect(try await house.holdReasons() == [])
            try await daemon.stop()
        }

        @Test(
            "the package `astm` sends results",
            .enabled("the package astm is installed (`make python`)") { try await Python.has("astm") },
            arguments: layouts)
        func packageSends(layout: String) async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            let specimens = ["L1", "L2", "L3"]
            try await house.place(specimens.map { MadeUpOrder(accession: $0, mrn: "M-\($0)") })
            let told = try await Python.peer(
                "astm_package", "client", "\(house.port("device"))", layout, "L1", "L2", "L3")
            #expect(told["sessions"]?.text == "3")
            try await expect(specimens, at: hms)
            try await daemon.stop()
        }

        @Test(
            "the package `astm` takes what the simulated analyser sends",
            .enabled("the package astm is installed (`make python`)") { try await Python.has("astm") })
        func packageTakes() async throws {
            let folder = try TemporaryFolder()
            let taken = folder.path + "/taken.jsonl"
            let server = try Python.start("astm_package", "server", "0", taken, folder: folder)
            try await eventually("it listens") {
                if !server.isRunning { throw TestFailure(server.err) }
                return server.out.hasSuffix("\n")
            }
            let port = server.out.trimmingCharacters(in: .whitespacesAndNewlines)
            // In one frame: the package never hands on a message that came in several.
            let records = [
                "H|\\^&", "P|1", "O|1|L1||^^^CBC", "R|1|^^^WBC|7.40|10*3/uL", "R|2|^^^HGB|---|g/dL", "L|1|N",
            ]
            let session: [UInt8] = [0x05] + ASTMLine.frames(records).joined() + [0x04]
            try Data(session).write(to: URL(fileURLWithPath: folder.path + "/session.astm"))
            let sent = try await labrador(
                "simulate", "analyser", "--profile", "generic-astm", "--profiles", Binary.profiles, "--to",
                "tcp://127.0.0.1:\(port)", "--results", folder.path + "/session.astm")
            #expect(sent.code == 0, "\(sent.out) \(sent.err)")
            let lines = { ((try? String(contentsOfFile: taken, encoding: .utf8)) ?? "").split(separator: "\n") }
            try await eventually("\(records.count) records") { lines().count >= records.count }
            let seen = try lines().map { try JSONValue(parsing: Array($0.utf8), maximumDepth: 64).list }
            #expect(seen.map { $0.first?.text } == records.map { String($0.prefix(1)) })
            #expect(seen[2][2].text == "L1")
            #expect(seen[3...4].map { $0[3].text } == ["7.40", "---"])
            try await server.kill()
        }

        @Test(
            "our own instrument is one: what the package `astm` sends passes its checks, as every answer of ours must",
            .enabled("the package astm is installed (`make python`)") { try await Python.has("astm") })
        func instrumentTakesPackage() async throws {
            let folder = try TemporaryFolder()
            let port = "\(try Loopback.freePort())"
            let instrument = try Python.start("instrument", "listen", "--listen", port, folder: folder)
            try await eventually("it listens") {
                if !instrument.isRunning { throw TestFailure(instrument.err) }
                return instrument.out == "listening\n"
            }
            _ = try await Python.peer("astm_package", "client", port, "record", "L1")
            let told = try Python.last(try await instrument.ended(), instrument.out, instrument.err)
            let records = (told["records"]?.list ?? []).compactMap(\.text)
            #expect(records.map { $0.prefix(1) } == ["H", "P", "O", "R", "R", "R", "L"])
            #expect(records[2] == "O|1|L1||^^^CBC|R")
        }
    }
}
