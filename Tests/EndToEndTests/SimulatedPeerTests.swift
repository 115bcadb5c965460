import Core
import Foundation
import Testing

extension EndToEnd {
    /// The simulated analyser against the daemon, and against the simulated host.
    @Suite("Simulated analyser and host")
    struct SimulatedPeers {
        private let orders = ["L-00001", "L-00002"].map { MadeUpOrder(accession: $0, mrn: "M-\($0)", test: "GLU") }

        private func analyser(_ arguments: String...) async throws -> Output {
            try await run(Binary.path, ["simulate", "analyser", "--profiles", Binary.profiles] + arguments)
        }

        private func start(_ peer: String, _ arguments: [String], _ folder: TemporaryFolder) throws -> Program {
            try Program(
                Binary.path, ["simulate", peer, "--profiles", Binary.profiles] + arguments, folder: folder, name: peer)
        }

        /// The end of the first line, once it is there: where a peer is found.
        private func place(_ program: Program, after words: String) async throws -> String {
            try await eventually("'\(words)'") {
                if !program.isRunning { throw TestFailure("it ended: \(program.err)") }
                return program.out.contains("\n")
            }
            let line = String(program.out.prefix { $0 != "\n" })
            guard line.hasPrefix(words) else { throw TestFailure("the first line is '\(line)'") }
            return String(line.dropFirst(words.count))
        }

        // MARK: - With the daemon

        @Test(
            "it asks the daemon for orders",
            arguments: ["generic-astm", "generic-hl7", "mindray-bs-200", "cepheid-genexpert-hl7"])
        func query(profile: String) async throws {
            let house = try House(["device": profile], posts: false)
            let daemon = try await house.start()
            try await house.place(orders)
            let to = "tcp://127.0.0.1:\(try house.port("device"))"
            // The daemon tells a Mindray analyser the number of the test.
            let test = profile == "mindray-bs-200" ? "1" : "GLU"
            let asked = try await analyser("--profile", profile, "--to", to, "--query", "L-00001", "--query", "L-00002")
            #expect(asked.code == 0, "\(asked.err)")
            #expect(
                asked.out == """
                    query L-00001: 1 specimen ordered
                      L-00001, patient M-L-00001, tests \(test)
                    query L-00002: 1 specimen ordered
                      L-00002, patient M-L-00002, tests \(test)

                    """)
            let none = try await analyser("--profile", profile, "--to", to, "--query", "L-00009", "--json")
            #expect(none.code == 1)
            #expect(none.out == #"{"query":"L-00009","answer":"nothing ordered"}"# + "\n")
            #expect(none.err.contains("1 of 1 queries brought no orders."))
            let all = try await analyser("--profile", profile, "--to", to, "--query", "ALL", "--json")
            #expect(all.code == 0, "\(all.err)")
            #expect(
                all.out.split(separator: "\n").map(String.init)
                    == orders.map {
                        #"{"query":"ALL","specimen":"\#($0.accession)","patient":"\#($0.mrn)","tests":["\#(test)"],"act":"place"}"#
                    })
            try await daemon.stop()
        }

        @Test(
            "it takes the orders that the daemon sends unasked, and their withdrawal",
            arguments: ["generic-astm", "generic-hl7"])
        func download(profile: String) async throws {
            let port = try Loopback.freePort()
            let house = try House(
                ["device": profile], posts: false,
                links: ["device": "{ tcp: { listen: 127.0.0.1:\(port) } }, orders: download"])
            let daemon = try await house.start()
            let device = try start(
                "analyser", ["--profile", profile, "--to", "tcp://127.0.0.1:\(port)", "--receive", "120"], house.folder)
            try await house.place([orders[0]])
            try await eventually("the order at the device") {
                device.out.contains("order L-00001, patient M-L-00001, tests GLU\n")
            }
            #expect(try await house.sendOrders([orders[0].general(control: "CA")]).allSatisfy(\.isAccepted))
            try await eventually("the withdrawal at the device") { device.out.contains(", withdrawn: GLU\n") }
            device.signal(SIGKILL)
            try await device.ended()
            try await daemon.stop()
        }

        @Test("a daemon on a serial port finds the analyser behind a pseudo-terminal of its own")
        func pseudoTerminal() async throws {
            let folder = try TemporaryFolder()
            let device = try start(
                "analyser", ["--profile", "horiba-yumizen-h500", "--pty", "--tries", "3", "--fast"], folder)
            let path = try await place(device, after: "pty ")
            let house = try House(
                ["device": "horiba-yumizen-h500"], posts: false,
                links: ["device": "{ serial: { port: \(path), baud: 9600 } }"])
            let daemon = try await house.start()
            #expect(try await device.ended() == 0, "\(device.err)")
            let accepted = device.out.split(separator: "\n").count { $0.contains("accepted in") }
            #expect(accepted > 0)
            #expect(try await house.rows("devices").first?["messages"]?.text == "\(accepted)")
            try await daemon.stop()
        }

        @Test(
            "over a serial line it asks, and sends",
            .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/socat"), "socat is installed"))
        func serial() async throws {
            let folder = try TemporaryFolder()
            let (ours, theirs) = (folder.path + "/ours", folder.path + "/theirs")
            let cable = try Program(
                "/usr/bin/socat", ["pty,raw,echo=0,link=\(ours)", "pty,raw,echo=0,link=\(theirs)"], folder: folder,
                name: "socat")
            try await eventually("both ends of the line") {
                [ours, theirs].allSatisfy { FileManager.default.fileExists(atPath: $0) }
            }
            let house = try House(
                ["device": "generic-astm"], posts: false, links: ["device": "{ serial: { port: \(ours) } }"])
            let daemon = try await house.start()
            try await house.place(orders)
            let asked = try await analyser(
                "--profile", "generic-astm", "--to", "serial:\(theirs)", "--query", "L-00001")
            #expect(asked.code == 0, "\(asked.err)")
            #expect(asked.out.contains("L-00001, patient M-L-00001, tests GLU"))
            let sent = try await analyser("--profile", "generic-astm", "--to", "serial:\(theirs)")
            #expect(sent.code == 0, "\(sent.err)")
            try await daemon.stop()
            cable.signal(SIGKILL)
            try await cable.ended()
        }

        @Test("a daemon that connects finds the analyser that listens, also after it hung up in mid-frame")
        func listening() async throws {
            let folder = try TemporaryFolder()
            let device = try start(
                "analyser",
                [
                    "--profile", "generic-astm", "--listen", "127.0.0.1:0", "--fault", "hang-up:4", "--fast", "--query",
                    "L-00001", "--results", Binary.profiles + "/generic/astm/testcases/values-as-written/session.astm",
                    "--repeat", "2",
                ], folder)
            let address = try await place(device, after: "listening on ")
            let house = try House(
                ["device": "generic-astm"], posts: false, links: ["device": "{ tcp: { connect: \(address) } }"])
            let daemon = try await house.start()
            try await house.place(orders)
            #expect(try await device.ended() == (device.out.contains("nothing ordered") ? 1 : 0), "\(device.err)")
            #expect(device.out.contains("message 2: accepted in "))
            // The order may come later than the question.
            #expect(
                device.out.contains("L-00001, patient M-L-00001, tests GLU") || device.out.contains("nothing ordered"))
            try await daemon.stop()
        }

        /// Every fault against the daemon itself; the rest of the grid is between the simulators in virtual time.
        @Test(
            "whatever goes wrong on the line, the daemon has each result once",
            arguments: [
                ("horiba-yumizen-h500", "wrong-checksum:3"), ("horiba-yumizen-h500", "lost-ack:4"),
                ("horiba-yumizen-h500", "lost-frame:4"), ("horiba-yumizen-h500", "duplicate-frame:2"),
                ("horiba-yumizen-h500", "split:2"), ("horiba-yumizen-h500", "merge:1"),
                ("horiba-yumizen-h500", "noise:2"), ("horiba-yumizen-h500", "hang-up:4"),
                ("mindray-bc-5380", "lost-ack:3"), ("mindray-bc-5380", "split:1"), ("mindray-bc-5380", "merge:1"),
                ("mindray-bc-5380", "noise:2"), ("mindray-bc-5380", "hang-up:3"), ("mindray-bc-5380", "broken-block:3"),
            ])
        func faults(profile: String, fault: String) async throws {
            let house = try House(["device": profile], posts: false)
            let daemon = try await house.start()
            let isASTM = profile.hasPrefix("horiba")
            var file: [UInt8] = []
            for number in 1...4 {
                let specimen = "L-1000\(number)"
                file +=
                    isASTM
                    ? MadeUp.yumizen(specimen).flatMap { $0 } + [0x04] : MadeUp.mindray(specimen, id: "\(number)")
            }
            let path = house.folder.path + "/results"
            try Data(file).write(to: URL(fileURLWithPath: path))
            let sent = try await analyser(
                "--profile", profile, "--to", "tcp://127.0.0.1:\(try house.port("device"))", "--results", path,
                "--fault",
                fault, "--fast", "--tries", "20", "--seed", "3")
            #expect(sent.code == 0, "\(sent.out) \(sent.err)")
            let rows = try await house.rows("results")
            let found = Dictionary(grouping: rows.compactMap { $0["accession"]?.text }, by: { $0 }).mapValues(\.count)
            let each = isASTM ? 3 : 2
            #expect(found == Dictionary(uniqueKeysWithValues: (1...4).map { ("L-1000\($0)", each) }))
            try await daemon.stop()
        }

        // MARK: - Without a daemon

        private static let orderFile =
            #"[{"accession":"L-00001","mrn":"M-1","kind":"laboratory","patient":{"family":"T"},"tests":[{"code":"GLU"}]}]"#

        @Test("the simulated host takes results, answers and sends orders; over TCP, listening and connecting")
        func host() async throws {
            let folder = try TemporaryFolder()
            let orders = try folder.write(Self.orderFile, to: "orders.json")
            let saved = folder.path + "/saved"
            let host = try start(
                "host",
                [
                    "--profile", "generic-astm", "--listen", "127.0.0.1:0", "--orders", orders, "--send-orders",
                    "--save",
                    saved,
                ], folder)
            let address = try await place(host, after: "listening on ")
            let device = try await analyser(
                "--profile", "generic-astm", "--to", "tcp://\(address)", "--query", "L-00001", "--results",
                Binary.profiles + "/generic/astm/testcases/values-as-written/session.astm", "--receive", "3")
            #expect(device.code == 0, "\(device.err)")
            #expect(device.out.contains("message 1: accepted in "))
            #expect(device.out.contains("query L-00001: 1 specimen ordered\n  L-00001, patient M-1, tests GLU\n"))
            try await eventually("the host's lines") { host.out.contains("query for L-00001: 1 order\n") }
            #expect(host.out.contains("Nothing is stored"))
            #expect(host.out.contains("message: result "))
            try await eventually("the order sent unasked") { host.out.contains("order L-00001: accepted\n") }
            host.signal(SIGKILL)
            try await host.ended()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: saved))
            #expect(String(decoding: bytes, as: UTF8.self).contains("Q|1|^L-00001"))
        }

        @Test("the simulated host answers HL7 from the other end of its pseudo-terminal")
        func hostOnPseudoTerminal() async throws {
            let folder = try TemporaryFolder()
            let orders = try folder.write(Self.orderFile, to: "orders.json")
            let host = try start("host", ["--profile", "generic-hl7", "--pty", "--orders", orders], folder)
            let path = try await place(host, after: "pty ")
            let device = try await analyser(
                "--profile", "generic-hl7", "--to", "serial:\(path)", "--query", "L-00001", "--tries", "3")
            #expect(device.code == 0, "\(device.err)")
            #expect(device.out.contains("L-00001, patient M-1, tests GLU"))
            host.signal(SIGKILL)
            try await host.ended()
        }

        @Test("the profiles' own results are accepted, those that are meant to be refused are not sent")
        func ownResults() async throws {
            let folder = try TemporaryFolder()
            for profile in ["generic-hl7", "generic-astm", "mindray-bs-200", "erba-xl-1000"] {
                let host = try start("host", ["--profile", profile, "--listen", "127.0.0.1:0"], folder)
                let address = try await place(host, after: "listening on ")
                let device = try await analyser("--profile", profile, "--to", "tcp://\(address)")
                #expect(device.code == 0, "\(profile): \(device.out) \(device.err)")
                host.signal(SIGKILL)
                try await host.ended()
            }
        }

        @Test("an order that is refused by the device, and results that are refused by the host")
        func refusals() async throws {
            let folder = try TemporaryFolder()
            let orders = try folder.write(Self.orderFile, to: "orders.json")
            let device = try start(
                "analyser", ["--profile", "generic-hl7", "--listen", "127.0.0.1:0", "--receive", "60", "--refuse"],
                folder)
            let address = try await place(device, after: "listening on ")
            let host = try await run(
                Binary.path,
                [
                    "simulate", "host", "--profiles", Binary.profiles, "--profile", "generic-hl7", "--to",
                    "tcp://\(address)",
                    "--orders", orders, "--send-orders", "--seconds", "2",
                ])
            #expect(host.out.contains("order L-00001: refused: AA; ORC-1 UA"), "\(host.out) \(host.err)")
            device.signal(SIGKILL)
            try await device.ended()
            let refusing = try start(
                "host", ["--profile", "mindray-bc-5380", "--listen", "127.0.0.1:0", "--refuse"], folder)
            let place = try await place(refusing, after: "listening on ")
            let refused = try await analyser("--profile", "mindray-bc-5380", "--to", "tcp://\(place)")
            #expect(refused.code == 1)
            #expect(refused.out.contains("message 1: not accepted: AE The simulated host refuses everything\n"))
            refusing.signal(SIGKILL)
            try await refusing.ended()
        }

        @Test(
            "wrong usage is told with what would be right",
            arguments: [
                (["--to", "tcp://h:1", "--pty"], "one of --to, --listen and --pty"),
                ([], "one of --to, --listen and --pty"),
                (["--pty", "--fault", "lost"], "Names are lost-ack, wrong-checksum"),
                (["--pty", "--fault", "lost-ack:0"], "N from 1"),
                (["--pty", "--fault", "no-ack"], "no-ack is not possible with LIS01 frames"),
                (["--to", "h:1"], "tcp://HOST:PORT or serial:PATH"), (["--listen", "h"], "HOST:PORT"),
            ])
        func usage(arguments: [String], words: String) async throws {
            let output = try await run(
                Binary.path,
                ["simulate", "analyser", "--profile", "generic-astm", "--profiles", Binary.profiles] + arguments)
            #expect(output.code == 2, "\(output.out)")
            #expect(output.err.contains(words), "\(output.err)")
        }

        @Test("the help explains each fault in a line")
        func help() async throws {
            for peer in ["analyser", "host"] {
                let output = try await labrador("simulate", peer, "--help")
                for fault in ["lost-ack", "wrong-checksum", "hang-up", "wrong-control-id", "silence"] {
                    #expect(output.out.contains("\n  \(fault) "), "\(peer) \(fault)")
                }
            }
        }
    }
}
