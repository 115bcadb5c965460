import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Profiles are read anew while the daemon runs")
    struct Reload {
        private static let profile = """
            extends: erba-xl-1000
            name: Ours
            tests:
              GLCC: { name: Glucose }
            """

        private let house: House

        init() throws {
            house = try House(
                ["chem-1": "lab-one", "haem-1": "horiba-yumizen-h500"], profiles: ["lab/one": Self.profile])
        }

        private var file: String { house.folder.path + "/profiles/lab/one/profile.yaml" }

        /// As many editors do: another file is written and takes the place of the old one.
        private func write(_ text: String) throws {
            let other = file + ".new"
            try Data(text.utf8).write(to: URL(fileURLWithPath: other))
            #expect(rename(other, file) == 0)
        }

        private func session(_ code: String, _ value: String, time: String) -> [[UInt8]] {
            MadeUp.erba("L26-1", code: code, value: value, time: time)
        }

        private func remark(_ device: String) async throws -> String {
            try await house.rows("devices").first { $0["id"]?.text == device }?["remark"]?.text ?? ""
        }

        @Test("a changed file serves the next result over the connection that stands, and what it held before")
        func changed() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L26-1", mrn: "MRN0001")])
            let port = try house.port("chem-1")
            let line = try await OpenLine(port)
            #expect(try await line.send(session("GLCC", "104", time: "20260928132311")) == .accepted())
            #expect(try await line.send(session("NEWT", "7.1", time: "20260928132312")) == .accepted())
            try await eventually("the unknown test is held") { try await house.holdReasons() == ["unmapped-test"] }
            #expect(try await hms.observations().map(\.code) == ["GLCC"])

            try write(Self.profile + "\n  NEWT: { name: New test, local: NT }\n")
            try await eventually("the held result is understood and sent", within: .seconds(15)) {
                try await hms.observations().map(\.code).sorted() == ["GLCC", "NEWT"]
            }
            #expect(try await house.holdReasons() == [])
            #expect(try await line.send(session("NEWT", "7.2", time: "20260928132313")) == .accepted())
            try await eventually("the next one goes through") { try await hms.observations().count == 3 }
            let seen = try #require(try await hms.observations().first { $0.value == "7.2" })
            #expect(seen.loinc == "NT")
            #expect(daemon.program.err.contains("device chem-1 has a new profile"))
            #expect(!daemon.program.err.contains("device haem-1 has a new profile"))
            try await daemon.stop()
        }

        @Test("a broken file changes nothing; log and device say why, with file and line")
        func broken() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L26-1", mrn: "MRN0001")])
            try write(Self.profile + "\ncharset: utf8\n")
            try await eventually("the mistake in the log", within: .seconds(15)) {
                daemon.program.err.contains("\(file):5: charset: 'utf8' is not known here")
            }
            #expect(daemon.program.err.contains("the old ones go on"))
            #expect(try await remark("chem-1").contains("\(file):5: charset"))
            #expect(try await remark("haem-1") == "")
            #expect(try await house.astm("chem-1", [session("GLCC", "104", time: "20260928132311")]) == [.accepted()])
            try await eventually("the old profile reads on") { try await hms.observations().map(\.code) == ["GLCC"] }

            try write(Self.profile + "\ncharset: utf-8\n")
            try await eventually("the remark is gone", within: .seconds(15)) { try await remark("chem-1") == "" }
            try await daemon.stop()
        }

        @Test("SIGHUP reads the profiles at once, and ends nothing")
        func hangUp() async throws {
            let daemon = try await house.start()
            daemon.program.signal(SIGHUP)
            try await eventually("word that nothing changed") {
                daemon.program.err.contains("profiles were read anew: nothing changed")
            }
            try write("extends: roche-cobas-c311\n")
            daemon.program.signal(SIGHUP)
            try await eventually("the new profile") { daemon.program.err.contains("device chem-1 has a new profile") }
            #expect(daemon.program.isRunning)
            #expect(try await daemon.stop() == 0)
        }

        @Test("another protocol is refused in words")
        func otherProtocol() async throws {
            let daemon = try await house.start()
            try write("name: Other\nprotocol: hl7\npass_through: true\n")
            daemon.program.signal(SIGHUP)
            try await eventually("the refusal") {
                daemon.program.err.contains("protocol: device chem-1 speaks astm, and the profile is for hl7 now")
            }
            #expect(try await remark("chem-1").contains("the old one goes on"))
            try await daemon.stop()
        }

        @Test("a site's file that overrides a shipped profile is found when it is new")
        func newFile() async throws {
            let daemon = try await house.start()
            let folder = house.folder.path + "/profiles/horiba/yumizen-h500"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("extends: horiba-yumizen-h500\ntests: { WBC: { local: LEUK } }\n".utf8)
                .write(to: URL(fileURLWithPath: folder + "/profile.yaml"))
            try await eventually("the override", within: .seconds(15)) {
                daemon.program.err.contains("device haem-1 has a new profile")
            }
            try await daemon.stop()
        }

        @Test("a file in use that vanishes is told, and another of its id is not taken")
        func vanished() async throws {
            let maker = house.folder.path + "/profiles/horiba"
            let folder = maker + "/yumizen-h500"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("extends: horiba-yumizen-h500\ntests: { WBC: { local: LEUK } }\n".utf8)
                .write(to: URL(fileURLWithPath: folder + "/profile.yaml"))
            let daemon = try await house.start()
            #expect(rename(maker, maker + ".away") == 0)
            daemon.program.signal(SIGHUP)
            try await eventually("the refusal") { daemon.program.err.contains("is no longer there: put it back") }
            #expect(try await remark("haem-1").contains("\(folder)/profile.yaml:1: this file"))
            #expect(!daemon.program.err.contains("device haem-1 has a new profile"))
            #expect(rename(maker + ".away", maker) == 0)
            daemon.program.signal(SIGHUP)
            try await eventually("the remark is gone") { try await remark("haem-1") == "" }
            try await daemon.stop()
        }

        @Test("when its terminal goes away, SIGHUP ends the daemon in order")
        func terminal() async throws {
            // A terminal of its own, that hangs up when this program is told so.
            let terminal = """
                import os, pty, signal, sys
                signal.pthread_sigmask(signal.SIG_SETMASK, [])
                child, screen = pty.fork()
                if child == 0:
                    # Whoever runs the tests may be meant to outlive its terminal; this one is not.
                    signal.signal(signal.SIGHUP, signal.SIG_DFL)
                    os.execv(sys.argv[1], sys.argv[1:])
                def hang_up(*_): os.close(screen)
                signal.signal(signal.SIGTERM, hang_up)
                while True:
                    try:
                        seen = os.read(screen, 4096)
                    except OSError:
                        break
                    if not seen: break
                    os.write(1, seen.replace(b"\\r\\n", b"\\n"))
                _, status = os.waitpid(child, 0)
                sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 100 + os.WTERMSIG(status))
                """
            let daemon = try DaemonProcess(
                config: house.config, folder: house.folder, launcher: ["/usr/bin/python3", "-c", terminal])
            try await eventually("`ready` on the terminal") { daemon.program.out.contains("ready\n") }
            // As long as the terminal stands, it is about profiles.
            let child = try #require(daemon.radiologyProcess)
            #expect(kill(child, SIGHUP) == 0)
            try await eventually("profiles read anew") { daemon.program.out.contains("profiles were read anew") }
            daemon.program.signal(SIGTERM)
            #expect(try await daemon.program.ended() == 0)
        }
    }
}

/// A connection that stays open over the steps of a test; one step at a time uses it.
private final class OpenLine: @unchecked Sendable {
    private let line: ASTMLine

    init(_ port: Int) async throws {
        let client = try TCPClient(port: port)
        line = ASTMLine(client)
    }

    func send(_ frames: [[UInt8]]) async throws -> Verdict { try await offPool { try self.line.send(frames) } }
}
