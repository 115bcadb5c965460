import Core
import Foundation
import Testing

extension EndToEnd {
    /// A chemistry analyser that speaks neither ASTM nor HL7, against the daemon.
    @Suite("Devices that speak in blocks of their own")
    struct BlockPeers {
        private static let socat = "/usr/bin/socat"
        static var hasSocat: Bool { FileManager.default.isExecutableFile(atPath: socat) }

        private static let ack: UInt8 = 0x06
        private static let nak: UInt8 = 0x15

        /// A block as the AU480 writes it, class B; with BCC where the site's profile says so.
        private static func block(_ text: String, checked: Bool = false) -> [UInt8] {
            let text = Array(text.utf8)
            return [0x02] + text + [0x03] + (checked ? [text.reduce(0x03, ^)] : [])
        }

        private static func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }

        /// Result block: rack, number, specimen, tests of number and value.
        private static func results(_ specimen: String, _ tests: [(String, String)]) -> String {
            tests.reduce("D 000101 0001\(padded(specimen, 26))    E0     ") {
                $0 + $1.0 + padded($1.1, 9) + "        "
            }
        }

        /// Sends a block and reads one character; nil when the other side hung up.
        private static func say(_ block: [UInt8], over client: TCPClient) throws -> UInt8 {
            try client.write(block)
            return try client.byte()
        }

        private func values(in house: House) async throws -> [String] {
            try await house.rows("results").map { row in
                "\(row["accession"]?.text ?? "") \(row["test"]?.text ?? "")=\(row["value"]?.text ?? "") \(row["state"]?.text ?? "")"
            }.sorted()
        }

        @Test("a query is answered, results come, the daemon dies in between, and every result is there once")
        func session() async throws {
            let house = try House(["au": "beckman-au480"], posts: false)
            let order = MadeUpOrder(accession: "L26-00071", mrn: "M-71", test: "001")
            var daemon = try await house.start()
            try await house.place([order])
            let port = try house.port("au")
            try await offPool {
                let client = try TCPClient(port: port, timeout: 10)
                #expect(try Self.say([0x05], over: client) == Self.ack)
                #expect(try Self.say(Self.block("RB"), over: client) == Self.ack)
                #expect(
                    try Self.say(Self.block("R 000101 0001" + Self.padded("L26-00071", 26)), over: client) == Self.ack)
                let reply = try client.bytes(through: 0x03)
                #expect(
                    String(decoding: reply, as: UTF8.self)
                        == "\u{2}S 000101 0001" + Self.padded("L26-00071", 26) + "    E0010\u{3}")
                try client.write([Self.ack])
                #expect(try Self.say(Self.block("R 000102 0002" + Self.padded("NONE-1", 26)), over: client) == Self.ack)
                #expect(try client.bytes(through: 0x03) == Self.block("SE"))
                try client.write([Self.ack])
                #expect(try Self.say(Self.block("RE"), over: client) == Self.ack)
                #expect(
                    try Self.say(Self.block(Self.results("L26-00071", [("001", "5.31")])), over: client) == Self.ack)
                // Half a block, and the daemon is gone.
                try client.write(Array(Self.block(Self.results("L26-00071", [("012", "0.97")])).prefix(40)))
            }
            try await daemon.kill()
            daemon = try await house.start(run: 1)
            try await offPool {
                let client = try TCPClient(port: port, timeout: 10)
                // The analyser had no answer and sends again; the one before as well, to be sure.
                for tests in [[("001", "5.31")], [("012", "0.97")]] {
                    #expect(try Self.say(Self.block(Self.results("L26-00071", tests)), over: client) == Self.ack)
                }
            }
            try await eventually("both results, once") {
                try await values(in: house) == ["L26-00071 001=5.31 stored", "L26-00071 012=0.97 stored"]
            }
            #expect(try await daemon.stop() == 0)
        }

        @Test(
            "the same over a serial line, with a BCC: what is damaged is refused and comes again",
            .enabled(if: hasSocat, "needs socat"))
        func serial() async throws {
            let folder = try TemporaryFolder()
            let name = folder.path + "/usb-adapter"
            let far = try Loopback.freePort()
            let cable = try Program(
                Self.socat, ["pty,raw,echo=0,link=\(name)", "TCP-LISTEN:\(far),bind=127.0.0.1"], folder: folder,
                name: "cable")
            var held: Held?
            try await eventually("the cable") {
                held = (try? TCPClient(port: far, timeout: 10)).map { Held(client: $0) }
                return held != nil
            }
            let end = try #require(held)
            let check = "check: { kind: xor, over: text-and-end, form: byte, place: after-end }"
            let shipped = try String(contentsOfFile: Binary.profiles + "/beckman/au480/profile.yaml", encoding: .utf8)
            let own = shipped.replacing("  start: STX\n", with: "  start: STX\n  \(check)\n")
            let house = try House(
                [:], posts: false, profiles: ["beckman/au480": own],
                more:
                    "devices:\n  - { id: au, profile: beckman-au480, link: { serial: { port: \(name), baud: 9600, flow: none } } }\n"
            )
            let order = MadeUpOrder(accession: "L26-00072", mrn: "M-72", test: "004")
            let daemon = try await house.start()
            try await house.place([order])
            try await eventually("the port") {
                try await house.rows("devices").first?["state"]?.text == "connected"
            }
            try await offPool {
                let client = end.client
                var wrong = Self.block(Self.results("L26-00072", [("004", "88.4")]), checked: true)
                wrong[60] ^= 1
                #expect(try Self.say(wrong, over: client) == Self.nak)
                let query = Self.block("R 000101 0001" + Self.padded("L26-00072", 26), checked: true)
                #expect(try Self.say(query, over: client) == Self.ack)
                let reply = try client.bytes(through: 0x03)
                #expect(try client.byte() == reply.dropFirst().reduce(0, ^))
                #expect(String(decoding: reply, as: UTF8.self).hasSuffix("L26-00072    E0040\u{3}"))
                try client.write([Self.ack])
                let right = Self.block(Self.results("L26-00072", [("004", "88.4")]), checked: true)
                #expect(try Self.say(right, over: client) == Self.ack)
            }
            try await eventually("the result, once") {
                try await values(in: house) == ["L26-00072 004=88.4 stored"]
            }
            cable.signal(SIGKILL)
            #expect(try await daemon.stop() == 0)
        }

        /// A line that goes from thread to thread, used by one at a time.
        private struct Held: @unchecked Sendable {
            let client: TCPClient
        }

        @Test(
            "the simulated analyser sends a profile's recordings in its own framing, and asks",
            arguments: ["beckman-au480", "tosoh-g8", "fuji-dri-chem-nx500", "sensa-core-st-200"])
        func simulated(profile: String) async throws {
            let house = try House(["device": profile], posts: false)
            let daemon = try await house.start()
            let to = "tcp://127.0.0.1:\(try house.port("device"))"
            let sent = try await run(
                Binary.path, ["simulate", "analyser", "--profiles", Binary.profiles, "--profile", profile, "--to", to])
            #expect(sent.code == 0, "\(sent.out) \(sent.err)")
            try await eventually("its results") { try await house.rows("results").count > 2 }
            guard profile == "beckman-au480" else {
                #expect(try await daemon.stop() == 0)
                return
            }
            try await house.place([MadeUpOrder(accession: "L26-00073", mrn: "M-73", test: "007")])
            let asked = try await run(
                Binary.path,
                [
                    "simulate", "analyser", "--profiles", Binary.profiles, "--profile", profile, "--to", to, "--query",
                    "L26-00073", "--json",
                ])
            #expect(asked.code == 0, "\(asked.err)")
            #expect(
                asked.out.contains(#""specimen":"L26-00073""#) && asked.out.contains(#""tests":["007"]"#),
                "\(asked.out)")
            let none = try await run(
                Binary.path,
                [
                    "simulate", "analyser", "--profiles", Binary.profiles, "--profile", profile, "--to", to, "--query",
                    "L26-99999", "--json",
                ])
            #expect(none.out.contains(#""answer":"nothing ordered""#), "\(none.out) \(none.err)")
            #expect(try await daemon.stop() == 0)
        }
    }
}
