import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Serial lines, devices that listen, and TLS")
    struct Transport {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        private static let socat = "/usr/bin/socat"
        private static let openssl = "/usr/bin/openssl"
        static var hasSocat: Bool { FileManager.default.isExecutableFile(atPath: socat) }
        static var hasTLS: Bool { hasSocat && FileManager.default.isExecutableFile(atPath: openssl) }

        /// A house with these devices, none of which listens by itself.
        private func house(_ devices: String...) throws -> House {
            try House([:], posts: false, more: "devices:\n" + devices.map { "  - \($0)\n" }.joined())
        }

        private func state(_ device: String, in house: House) async throws -> (word: String, remark: String) {
            let row = try #require(try await house.rows("devices").first { $0["id"]?.text == device })
            return (row["state"]?.text ?? "", row["remark"]?.text ?? "")
        }

        /// A line that goes from thread to thread, used by one at a time.
        private struct Held: @unchecked Sendable {
            let line: ASTMLine
        }

        /// A line to a port that is about to be listened to.
        private func line(to port: Int) async throws -> Held {
            var found: ASTMLine?
            try await eventually("port \(port)") {
                found = try? ASTMLine(port: port)
                return found != nil
            }
            return Held(line: try #require(found))
        }

        /// A serial cable whose far end is a TCP port of this machine: the near end is a pseudo-terminal with a name.
        private func cable(_ number: Int) async throws -> (process: Program, end: Held) {
            let name = folder.path + "/usb-adapter"
            let port = try Loopback.freePort()
            let process = try Program(
                Self.socat, ["pty,raw,echo=0,link=\(name)", "TCP-LISTEN:\(port),bind=127.0.0.1"], folder: folder,
                name: "cable-\(number)")
            return (process, try await line(to: port))
        }

        private static let message = ASTMLine.frames([
            "H|\\^&|||X^1|||||||P|LIS2-A2|20261122093107", "P|1", "O|1|L1||^^^WBC",
            "R|1|^^^WBC|7.40|10*3/uL||N||F||||20261122093107", "L|1|N",
        ])

        @Test(
            "a serial device: absent at the start, then there; pulled out in mid-frame, and plugged in again",
            .enabled(if: hasSocat, "needs socat"))
        func serial() async throws {
            let port = folder.path + "/usb-adapter"
            let house = try house(
                "{ id: chem-1, profile: generic-astm, link: { serial: { port: \(port), baud: 4800, flow: none } } }")
            let daemon = try await house.start()
            try await eventually("that it is missed") {
                try await state("chem-1", in: house).remark.hasPrefix("\(port) is not there: is the cable plugged in?")
            }
            #expect(try await state("chem-1", in: house).word == "offline")

            let first = try await cable(1)
            try await eventually("the port") { try await state("chem-1", in: house).word == "connected" }
            let near = first.end
            try await offPool {
                let line = near.line
                #expect(try line.raw([0x05]) == 0x06)
                #expect(try line.raw(Self.message[0]) == 0x06)
                // The second frame breaks off.
                try line.only(Array(Self.message[1].prefix(3)))
            }
            let ports = try await house.rows("ports")
            let row = try #require(ports.first { $0["device"]?.text == "chem-1" })
            #expect(row["port"]?.text == port)
            #expect(row["used_by"]?.text?.hasPrefix("labrador (\(daemon.program.processID))") == true)
            first.process.signal(SIGKILL)
            try await first.process.ended()
            try await eventually("the end") { try await state("chem-1", in: house).word == "offline" }

            let second = try await cable(2)
            try await eventually("the port again") { try await state("chem-1", in: house).word == "connected" }
            let again = second.end
            #expect(try await offPool { try again.line.send(Self.message) } == .accepted())
            try await eventually("the result, once") {
                try await house.rows("results").map { $0["value"]?.text } == ["7.40"]
            }
            // Without a device at the other end the daemon stops as fast as ever.
            second.process.signal(SIGKILL)
            #expect(try await daemon.stop() == 0)
        }

        @Test("a device that listens: called again after it dropped us, and results come over our connection")
        func connect() async throws {
            let port = try Loopback.freePort()
            let house = try house(
                "{ id: haem-2, profile: generic-astm, link: { tcp: { connect: localhost:\(port) } } }")
            let daemon = try await house.start()
            try await eventually("that it is missed") {
                try await state("haem-2", in: house).remark.contains("it refused the connection")
            }
            let server = try TCPServer(port: port)
            // The first connection is dropped in the middle of a message.
            try await offPool {
                let line = ASTMLine(try server.accept())
                #expect(try line.raw([0x05]) == 0x06)
                #expect(try line.raw(Self.message[0]) == 0x06)
            }
            #expect(
                try await offPool { try ASTMLine(try server.accept()).send(Self.message) } == .accepted())
            try await eventually("the result, once") {
                try await house.rows("results").map { $0["value"]?.text } == ["7.40"]
            }
            #expect(try await daemon.stop() == 0)
        }

        /// A certificate of its own and its key.
        private func certificate(_ name: String) async throws {
            let output = try await run(
                Self.openssl,
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    "\(folder.path)/\(name).key", "-out", "\(folder.path)/\(name).pem",
                ])
            try #require(output.code == 0, "\(output.err)")
        }

        @Test(
            "TLS with a peer that uses another implementation: mutual as a server, and as a client",
            .enabled(if: hasTLS, "needs socat and openssl"))
        func tls() async throws {
            for name in ["lab", "device"] { try await certificate(name) }
            let (listening, connecting, plain) = (
                try Loopback.freePort(), try Loopback.freePort(), try Loopback.freePort()
            )
            let files = "certificate_file: \(folder.path)/lab.pem, key_file: \(folder.path)/lab.key"
            let house = try house(
                "{ id: a, profile: generic-astm, link: { tcp: { listen: 127.0.0.1:\(listening), tls: { \(files), "
                    + "client_ca_file: \(folder.path)/device.pem } } } }",
                "{ id: b, profile: generic-astm, link: { tcp: { connect: 127.0.0.1:\(connecting), tls: { \(files), "
                    + "ca_file: \(folder.path)/device.pem } } } }")
            let check = try await house.command("check")
            #expect(
                check.out.contains("listens on 127.0.0.1:\(listening) for anybody, with TLS and a client certificate"))
            #expect(check.out.contains("connects to 127.0.0.1:\(connecting), with TLS and a client certificate"))
            let daemon = try await house.start()
            let device = "cert=\(folder.path)/device.pem,key=\(folder.path)/device.key,cafile=\(folder.path)/lab.pem"

            // A device that connects: socat speaks TLS to the daemon for the test's plain connection.
            let out = try Program(
                Self.socat,
                ["TCP-LISTEN:\(plain),bind=127.0.0.1", "OPENSSL:127.0.0.1:\(listening),verify=1,\(device)"],
                folder: folder, name: "tls-out")
            let first = try await line(to: plain)
            #expect(try await offPool { try first.line.send(Self.message) } == .accepted())

            // A device that listens: socat takes the daemon's TLS and goes on in clear to the test.
            let server = try TCPServer(port: try Loopback.freePort())
            let into = try Program(
                Self.socat,
                [
                    "OPENSSL-LISTEN:\(connecting),bind=127.0.0.1,verify=1,reuseaddr,fork,\(device)",
                    "TCP:127.0.0.1:\(server.port)",
                ], folder: folder, name: "tls-in")
            #expect(try await offPool { try ASTMLine(try server.accept()).send(Self.message) } == .accepted())
            try await eventually("both messages") {
                try await house.rows("devices").map { $0["messages"]?.text } == ["1", "1"]
            }

            // A peer in clear is told apart.
            let clear = try TCPClient(port: listening)
            try clear.write([0x05])
            try await eventually("the words") {
                try await state("a", in: house).remark.contains("The peer does not speak TLS")
            }
            #expect(try await daemon.stop() == 0)
            for process in [out, into] { process.signal(SIGKILL) }
        }

        @Test("a thousand devices in one configuration: found right, opened, and each at a port of its own")
        func thousand() async throws {
            let house = try House(
                [:], posts: false,
                more: "devices:\n"
                    + (0..<1_000).map { index in
                        "  - { id: d\(index), profile: generic-astm, link: { tcp: { listen: 127.0.0.1:0 } } }\n"
                    }.joined())
            let daemon = try await house.start()
            let rows = try await house.rows("devices")
            #expect(rows.count == 1_000)
            #expect(Set(rows.compactMap { $0["listening"]?.text }).count == 1_000)
            let port = try #require(rows.last?["listening"]?.text?.split(separator: ":").last.flatMap { Int($0) })
            #expect(try await offPool { try ASTMLine(port: port).send(Self.message) } == .accepted())
            #expect(try await daemon.stop() == 0)
        }

        @Test("two devices at one port; the address chooses")
        func sharedPort() async throws {
            let port = try Loopback.freePort()
            let house = try house(
                "{ id: a, profile: generic-astm, link: { tcp: { listen: 127.0.0.1:\(port), allow: 127.0.0.2 } } }",
                "{ id: b, profile: generic-astm, link: { tcp: { listen: 127.0.0.1:\(port), allow: 127.0.0.1 } } }")
            let daemon = try await house.start()
            #expect(try await offPool { try ASTMLine(port: port).send(Self.message) } == .accepted())
            #expect(try await house.rows("devices").map { $0["messages"]?.text } == ["0", "1"])
            #expect(try await daemon.stop() == 0)
        }
    }
}
