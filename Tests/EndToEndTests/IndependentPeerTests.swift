import Foundation
import Testing

extension EndToEnd {
    /// HL7 peers of the packages `hl7` and `hl7apy`, which also judge every answer.
    @Suite("HL7 peers written by others")
    struct IndependentPeer {
        @Test(
            "the python-hl7 client places an order and sends a result",
            .enabled("python3-hl7 is installed") { try await Python.has("hl7.client") })
        func pythonHL7() async throws {
            let house = try House(["haem-2": "mindray-bc-5380"])
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            let order = MadeUpOrder(accession: "L26-7", mrn: "MRN7")
            try Data(order.laboratory(id: "A77")).write(to: URL(fileURLWithPath: house.folder.path + "/order.hl7"))
            try Data(MadeUp.mindray("L26-7", mrn: "MRN7", id: "A78")).write(
                to: URL(fileURLWithPath: house.folder.path + "/result.hl7"))
            let script = """
                import sys, hl7
                from hl7.client import MLLPClient
                for port, file in ((sys.argv[1], "order.hl7"), (sys.argv[2], "result.hl7")):
                    with MLLPClient("127.0.0.1", int(port)) as client:
                        answer = client.send_message(open(file, "rb").read())
                    assert answer[:1] == b"\\x0b" and answer[-2:] == b"\\x1c\\r", answer
                    message = hl7.parse(answer[1:-2].decode())
                    print(message["MSH"][0][9], message["MSA"][0][1], message["MSA"][0][2], sep="|")
                """
            let result = try await run(
                Python.interpreter, ["-c", script, "\(house.orders)", "\(house.port("haem-2"))"],
                directory: house.folder.path)
            #expect(result.err == "")
            #expect(result.out == "ACK^O21^ACK|AA|A77\nACK^R01^ACK|AA|A78\n")
            try await eventually("two observations") { try await hms.stats()["unique"] == 2 }
            #expect(try await Set(hms.observations().map(\.mrn)) == ["MRN7"])
            try await daemon.stop()
        }

        @Test(
            "python-hl7 sends ORU^R01, ORU^R30 and OUL^R22 of every version; hl7apy finds no fault in the answers",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") })
        func everyVersion() async throws {
            let house = try House(["haem-1": "test-hl7"], profiles: ["test/hl7": Python.resultsHL7])
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "MRN1")])
            let sent = try await Python.peer("acknowledgements", "results", "\(house.port("haem-1"))", "L1")
            let codes = (sent["codes"]?.list ?? []).compactMap(\.text)
            #expect(codes.count == 27)
            try await eventually("\(codes.count) observations") { try await hms.stats()["unique"] == codes.count }
            #expect(try await hms.observations().map(\.code).sorted() == codes.sorted())
            #expect(try await hms.stats()["received"] == codes.count)
            try await daemon.stop()
        }

        @Test(
            "what MSH-15 and MSH-16 ask for, by each policy, in each version and with any delimiters",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") },
            arguments: ["by-message", "original", "enhanced", "never"])
        func acknowledgements(policy: String) async throws {
            let profile = "name: Test\nprotocol: hl7\npass_through: true\nlink: { acknowledge: \(policy) }\n"
            let house = try House(["device": "test-device"], posts: false, profiles: ["test/device": profile])
            let daemon = try await house.start()
            let peer = try Python.start(
                "acknowledgements", "grid", "\(house.port("device"))", policy, "L1", folder: house.folder)
            if policy == "never" {
                try await eventually("all is sent", within: .seconds(60)) { !peer.isRunning || peer.out == "sent\n" }
                try await eventually("all is taken", within: .seconds(60)) {
                    try await house.rows("devices").first?["messages"]?.text == "450"
                }
            } else {
                let code = try await peer.ended(within: .seconds(120))
                _ = try Python.last(code, peer.out, peer.err)
            }
            // Every good message is understood, every bad one waits for a person.
            var stored: Set<String> = []
            try await eventually("225 results", within: .seconds(60)) {
                stored = Set(try await house.rows("results", "--limit", "1000").compactMap { $0["test"]?.text })
                return stored.count == 225
            }
            try await daemon.stop()
            let told = try Python.last(try await peer.ended(), peer.out, peer.err)
            #expect(told["messages"]?.text == "450")
            #expect(stored == Set((told["codes"]?.list ?? []).compactMap(\.text)))
            #expect(stored.count == 225)
        }

        @Test(
            "the simulated analyser sends to servers written by others",
            .enabled("hl7 and hl7apy are installed (`make python`)") { try await Python.has("hl7", "hl7apy") },
            arguments: ["hl7", "hl7apy"])
        func servers(package: String) async throws {
            let folder = try TemporaryFolder()
            let server = try Python.start("mllp_servers", package, "0", folder: folder)
            try await eventually("it listens") {
                if !server.isRunning { throw TestFailure(server.err) }
                return server.out.hasSuffix("\n")
            }
            let port = server.out.trimmingCharacters(in: .whitespacesAndNewlines)
            try Data(MadeUp.mindray("L1", id: "A1")).write(to: URL(fileURLWithPath: folder.path + "/result.hl7"))
            let sent = try await labrador(
                "simulate", "analyser", "--profile", "mindray-bc-5380", "--profiles", Binary.profiles, "--to",
                "tcp://127.0.0.1:\(port)", "--results", folder.path + "/result.hl7")
            #expect(sent.code == 0, "\(sent.out) \(sent.err)")
            try await eventually("it tells of the message") { server.out.split(separator: "\n").count > 1 }
            #expect(server.out.split(separator: "\n")[1] == #"{"type": "ORU^R01", "control": "A1"}"#)
            try await server.kill()
        }
    }
}
