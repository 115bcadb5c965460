import Core
import Foundation
import Testing

extension EndToEnd {
    /// Analysers that ask for orders: the one in plain Python over LIS01, and the HL7 one whose judges are `hl7` and
    /// `hl7apy`.
    @Suite("Analysers ask for their orders")
    struct OrderPeer {
        private static let asking = Python.resultsASTM + "orders: { dialect: astm }\n"
        private static let law = Python.resultsHL7 + "orders: { dialect: law }\n"

        private let orders = ["L1", "L2"].map { MadeUpOrder(accession: $0, mrn: "M-\($0)") }

        private func instrument(
            _ scenario: String, _ house: House, _ device: String = "device", _ specimens: String...
        ) async throws -> JSONValue {
            let output = try await run(
                Python.interpreter,
                ["\(Python.scripts)/instrument.py", scenario, "--port", "\(house.port(device))"] + specimens)
            return try Python.last(output.code, output.out, output.err)
        }

        // MARK: - ASTM

        @Test("a query for one specimen, for two, and for one that nobody knows")
        func query() async throws {
            let house = try House(["device": "test-asking"], posts: false, profiles: ["test/asking": Self.asking])
            let daemon = try await house.start()
            try await house.place(orders)
            let one = try await instrument("query", house, "device", "L1")
            #expect(one.records.map { $0[0] } == ["H", "P", "O", "L"])
            #expect(one.ordered == ["L1"])
            #expect(one.records[2][4] == "^^^CBC")
            #expect(one.records[3] == ["L", "1", "F"])
            #expect(one.seconds("seconds") < 1)
            #expect(try await instrument("query", house, "device", "L1", "L2").ordered == ["L1", "L2"])
            // LIS02-A2 L.3: I, no information from the last query.
            let none = try await instrument("query", house, "device", "NOBODY")
            #expect(none.records.map { $0[0] } == ["H", "L"])
            #expect(none.records.last == ["L", "1", "I"])
            try await daemon.stop()
        }

        @Test("a receiver that refuses frames, interrupts, or bids for the line at the same moment gets its answer")
        func troubled() async throws {
            let house = try House(["device": "test-asking"], posts: false, profiles: ["test/asking": Self.asking])
            let daemon = try await house.start()
            try await house.place(orders)
            #expect(try await instrument("refusing", house, "device", "L1").ordered == ["L1"])
            #expect(try await instrument("hopeless", house, "device", "L1")["tries"]?.text == "6")
            _ = try await instrument("interrupting", house, "device", "L1")
            #expect(try await instrument("contending", house, "device", "L2").ordered == ["L2"])
            // What it sent with its priority counts.
            try await eventually("its results") {
                try await house.rows("results", "--accession", "L2").count == 3
            }
            try await daemon.stop()
        }

        /// Three devices at once, since each waits for a timer of the standard.
        @Test("10 s after NAK to ENQ, 15 s for the reply to ENQ and to a frame")
        func timers() async throws {
            let house = try House(
                ["busy": "test-asking", "silent": "test-asking", "mute": "test-asking"], posts: false,
                profiles: ["test/asking": Self.asking])
            let daemon = try await house.start()
            try await house.place(orders)
            async let busy = instrument("busy", house, "busy", "L1")
            async let silent = instrument("silent", house, "silent", "L1")
            async let mute = instrument("mute", house, "mute", "L1")
            #expect(try await busy.ordered == ["L1"])
            for told in [try await silent, try await mute] {
                #expect((14.5...17).contains(told.seconds("waited")))
            }
            try await daemon.stop()
        }

        // MARK: - HL7

        @Test(
            "HL7 queries of three kinds; every answer passes hl7apy",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") },
            arguments: [
                ("qry-q02", "mindray-bs-200", ["QCK^Q02", "DSR^Q03"], ["QCK^Q02"]),
                ("qbp-q11", "test-law", ["RSP^K11", "OML^O33"], ["RSP^K11", "OML^O33"]),
                (
                    "qbp-q11-al", "test-law", ["ACK^Q11", "RSP^K11", "OML^O33"], ["ACK^Q11", "RSP^K11", "OML^O33"]
                ),
                ("qry-q02", "generic-hl7", ["QCK^Q02", "DSR^Q03"], ["QCK^Q02"]),
                ("qbp-q11", "generic-hl7", ["RSP^K11", "OML^O33"], ["RSP^K11", "OML^O33"]),
                ("qbp-z03", "generic-hl7", ["RSP^Z02"], ["RSP^Z02"]),
                ("qbp-z03", "cepheid-genexpert-hl7", ["RSP^Z02"], ["RSP^Z02"]),
            ])
        func hl7(kind: String, profile: String, wanted: [String], nothing: [String]) async throws {
            let house = try House(["device": profile], posts: false, profiles: ["test/law": Self.law])
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "MRN1", test: "GLU")])
            let port = "\(try house.port("device"))"
            let told = try await Python.peer("hl7_analyser", "query", kind, port, "L1")
            #expect(told.types == wanted)
            let lines = told.segments
            switch kind {
            case "qry-q02":
                // The mapped number of the test, and the barcode on its line.
                #expect(lines.contains { $0.hasPrefix("DSP|21||L1") })
                #expect(lines.contains { $0.hasPrefix(profile == "generic-hl7" ? "DSP|29||GLU^" : "DSP|29||1^") })
            case "qbp-q11", "qbp-q11-al":
                #expect(lines.contains { $0.hasPrefix("SPM|1|L1|") })
                #expect(lines.contains { $0.hasPrefix("OBR|") && $0.contains("|GLU") })
                #expect(lines.contains { $0.hasPrefix("ORC|NW") })
            default:
                #expect(lines.contains { $0.hasPrefix("OBR|1|||GLU") })
                #expect(lines.contains { $0.hasPrefix("SPM|1|L1|") })
            }
            let none = try await Python.peer("hl7_analyser", "query", kind, port, "NOBODY99")
            #expect(none.types == nothing)
            switch kind {
            case "qry-q02": #expect(none.segments.contains { $0.hasPrefix("QAK|SR|NF") })
            case "qbp-q11", "qbp-q11-al": #expect(none.segments.contains { $0.hasPrefix("ORC|DC") })
            default: #expect(!none.segments.contains { $0.hasPrefix("OBR") })
            }
            try await daemon.stop()
        }

        @Test(
            "orders sent unasked are taken one after the other; a refused one is seen by a person",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") },
            arguments: [("orm", "ORM^O01"), ("law", "OML^O33")])
        func download(dialect: String, type: String) async throws {
            let profile = Python.resultsHL7 + "orders: { dialect: law, download: \(dialect) }\n"
            let house = try House(
                ["device": "test-told"], posts: false, profiles: ["test/told": profile],
                told: ["device"])
            let daemon = try await house.start()
            try await house.place(orders)
            let told = try await Python.peer("hl7_analyser", "download", "\(house.port("device"))", "2", "1")
            #expect(told.types == [type, type])
            #expect(told.segments.filter { $0.hasPrefix("OBR|") }.count == 2)
            try await daemon.stop()
        }

        @Test("orders sent unasked to an ASTM analyser")
        func broadcast() async throws {
            let profile = Self.asking.replacing("astm }", with: "astm, download: true }")
            let house = try House(
                ["device": "test-told"], posts: false, profiles: ["test/told": profile],
                told: ["device"])
            let daemon = try await house.start()
            try await house.place([orders[0]])
            #expect(try await instrument("listen", house).ordered == ["L1"])
            try await daemon.stop()
        }

        // MARK: - Other transports

        @Test(
            "orders go to MLLP servers written by others; one of them closes the connection behind each message",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") },
            arguments: ["hl7", "hl7apy"])
        func servers(package: String) async throws {
            let port = try Loopback.freePort()
            let profile = Python.resultsHL7 + "orders: { dialect: orm }\n"
            let house = try House(
                ["device": "test-told"], posts: false, profiles: ["test/told": profile],
                links: ["device": "{ tcp: { connect: 127.0.0.1:\(port) } }"], told: ["device"])
            let server = try Python.start("mllp_servers", package, "\(port)", folder: house.folder)
            let daemon = try await house.start()
            try await house.place(orders)
            try await eventually("two orders", within: .seconds(60)) {
                if !server.isRunning { throw TestFailure(server.err) }
                return server.out.split(separator: "\n").count > 2
            }
            for line in server.out.split(separator: "\n").dropFirst() {
                let told = try JSONValue(parsing: Array(line.utf8), maximumDepth: 8)
                #expect(told["type"]?.text?.hasPrefix("ORM^O01") == true)
                #expect(told["wrong"]?.text == nil)
            }
            try await daemon.stop()
            try await server.kill()
        }

        @Test("an analyser that is the TCP server is connected to, and asks over that connection")
        func analyserListens() async throws {
            let port = try Loopback.freePort()
            let house = try House(
                ["device": "test-asking"], posts: false, profiles: ["test/asking": Self.asking],
                links: ["device": "{ tcp: { connect: 127.0.0.1:\(port) } }"])
            let instrument = try Python.start(
                "instrument", "query", "--listen", "\(port)", "L1", folder: house.folder)
            let daemon = try await house.start()
            try await house.place(orders)
            let told = try Python.last(try await instrument.ended(), instrument.out, instrument.err)
            #expect([["L1"], []].contains(told.ordered))
            try await daemon.stop()
        }

        @Test(
            "a serial line, as a pair of pseudo-terminals, does what TCP does",
            .enabled(
                if: FileManager.default.isExecutableFile(atPath: "/usr/bin/socat"), "socat is installed"),
            arguments: ["results", "troubled", "restarted", "query", "refusing", "contending"])
        func serial(scenario: String) async throws {
            let folder = try TemporaryFolder()
            let (ours, theirs) = (folder.path + "/ours", folder.path + "/theirs")
            let cable = try Program(
                "/usr/bin/socat", ["pty,raw,echo=0,link=\(ours)", "pty,raw,echo=0,link=\(theirs)"], folder: folder,
                name: "socat")
            try await eventually("both ends of the line") {
                [ours, theirs].allSatisfy { FileManager.default.fileExists(atPath: $0) }
            }
            let house = try House(
                ["device": "test-asking"], posts: false, profiles: ["test/asking": Self.asking],
                links: ["device": "{ serial: { port: \(ours), baud: 9600 } }"])
            let daemon = try await house.start()
            try await house.place(orders)
            for layout in ASTMPeer.layouts {
                let told = try await Python.peer(
                    "instrument", scenario, "--tty", theirs, "--layout", layout, "L1", "L2")
                switch scenario {
                case "results", "troubled", "restarted": #expect(told["sessions"]?.text == "2")
                default: #expect(told.ordered == ["L1", "L2"])
                }
            }
            if !["query", "refusing"].contains(scenario) {
                let wanted = scenario == "contending" ? ["L1"] : ["L1", "L2"]
                for specimen in wanted {
                    try await eventually("three results of \(specimen)") {
                        try await house.rows("results", "--accession", specimen).count == 3
                    }
                }
            }
            try await daemon.stop()
            try await cable.kill()
        }
    }
}

/// What the scripts tell of an exchange.
extension JSONValue {
    /// The records of an ASTM answer, taken apart.
    fileprivate var records: [[String]] {
        (self["records"]?.list ?? []).compactMap(\.text).map {
            $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The specimens of its O records.
    fileprivate var ordered: [String] {
        records.filter { $0[0] == "O" && $0.count > 2 }.map { String($0[2].prefix { $0 != "^" }) }
    }

    /// Type and event of each HL7 message.
    fileprivate var types: [String] {
        (self["messages"]?.list ?? []).compactMap { $0["type"]?.text }
            .map { $0.split(separator: "^").prefix(2).joined(separator: "^") }
    }

    fileprivate var segments: [String] {
        (self["messages"]?.list ?? []).flatMap { $0["segments"]?.list ?? [] }.compactMap(\.text)
    }

    fileprivate func seconds(_ key: String) -> Double { self[key]?.text.flatMap { Double($0) } ?? .infinity }
}
