import Foundation
import Testing

extension EndToEnd {
    /// python-hl7's MLLP client, written by others.
    @Suite("Peers written by others")
    struct IndependentPeer {
        static let python = "/usr/bin/python3"

        /// Whether Debian's python3-hl7 is installed.
        static func hasClient() async throws -> Bool {
            guard FileManager.default.isExecutableFile(atPath: python) else { return false }
            return try await run(python, ["-c", "import hl7.client"]).code == 0
        }

        @Test(
            "the python-hl7 client places an order and sends a result",
            .enabled("python3-hl7 is installed") { try await hasClient() })
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
                Self.python, ["-c", script, "\(house.orders)", "\(house.port("haem-2"))"], directory: house.folder.path)
            #expect(result.err == "")
            #expect(result.out == "ACK^O21^ACK|AA|A77\nACK^R01^ACK|AA|A78\n")
            try await eventually("two observations") { try await hms.stats()["unique"] == 2 }
            #expect(try await Set(hms.observations().map(\.mrn)) == ["MRN7"])
            try await daemon.stop()
        }
    }
}
