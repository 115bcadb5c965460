import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("What goes over a link is shown, followed, saved and decoded")
    struct Traces {
        private let house: House
        private let frames = MadeUp.yumizen("L1", [("WBC", "7.40", "10E3/uL", "N")])

        init() throws { house = try House(["haem-1": "horiba-yumizen-h500"], posts: false) }

        /// A session in which each frame comes damaged before it comes right.
        private func damagedSession() async throws {
            let (port, frames) = (try house.port("haem-1"), frames)
            try await offPool {
                let line = try ASTMLine(port: port)
                #expect(try line.raw([0x05]) == 0x06)
                for frame in frames {
                    var broken = frame
                    broken[4] ^= 1
                    #expect(try line.raw(broken) == 0x15)
                    #expect(try line.raw(frame) == 0x06)
                }
                try line.only([0x04])
            }
            try await eventually("the end of the connection") {
                try await house.command("devices", "trace", "haem-1").out.contains("closed by the device")
            }
        }

        private func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }

        @Test("wrong checksums over TCP: the remark, the verdicts, the capture, and what it decodes to")
        func wrongChecksums() async throws {
            let daemon = try await house.start()
            try await damagedSession()

            let device = try #require(try await house.rows("devices").first)
            #expect(
                device["remark"]?.text?.hasPrefix(
                    "Checksum wrong in 5 of the last 10 frames: check parity and baud rate")
                    == true)
            #expect(device["remark_since"]?.text?.hasSuffix("Z") == true)

            let shown = try await house.command("devices", "trace", "haem-1")
            #expect(shown.code == 0)
            let words = [
                "opened 127.0.0.1:", "in   <ENQ>\n", "ENQ: the line is granted", "out  <ACK>\n",
                "in   <STX>1H|", "NAK: checksum wrong, computed ", ", received ", "out  <NAK>\n", "frame 1 accepted",
                "frame 5 received, being saved", "message saved as M1", "EOT: the line is free", "closed by the device",
            ]
            var rest = shown.out[...]
            for word in words {
                let found = try #require(rest.range(of: word), "\(word) is not in order in \(shown.out)")
                rest = rest[found.upperBound...]
            }
            let rows = try await house.rows("devices", "trace", "haem-1")
            #expect(rows.compactMap { $0["sequence"]?.text } == (1...rows.count).map { "\($0)" })
            #expect(rows.count { $0["text"]?.text?.hasPrefix("NAK: checksum wrong") == true } == 5)

            // Also over a file that others could read before.
            let file = try house.folder.write("old", to: "trace.capture")
            let saved = try await house.command("devices", "trace", "haem-1", "--save", file)
            #expect(saved.code == 0)
            #expect(saved.out == "")
            #expect(saved.err.contains("\(rows.count) entries are in \(file). The file holds patient data."))
            #expect(try mode(file) == 0o600)

            var sent: [UInt8] = [0x05]
            for frame in frames {
                var broken = frame
                broken[4] ^= 1
                sent += broken + frame
            }
            sent.append(0x04)
            let raw = house.folder.path + "/raw"
            try Data(sent).write(to: URL(fileURLWithPath: raw))
            let options = ["--profile", "horiba-yumizen-h500", "--profiles", Binary.profiles, "--format", "json"]
            let ofCapture = try await run(Binary.path, ["decode", file] + options)
            let ofBytes = try await run(Binary.path, ["decode", raw] + options)
            #expect(ofCapture.code == 0)
            #expect(ofCapture.out == ofBytes.out)
            #expect(ofCapture.out.contains("\"7.40\""))
            let page = try await HTTP.get(port: house.api, "/devices/haem-1")
            #expect(page.status == 200)
            #expect(String(decoding: page.body, as: UTF8.self).contains("<span>message saved as M1</span>"))

            // The analyser it was taken from can be played with it.
            let played = try await labrador(
                "simulate", "analyser", "--profile", "horiba-yumizen-h500", "--profiles", Binary.profiles, "--to",
                "tcp://127.0.0.1:\(try house.port("haem-1"))", "--results", file)
            #expect(played.code == 0)
            #expect(played.out.contains("message 1: accepted"))
            try await daemon.stop()
        }

        @Test("a followed trace goes on with what comes, until Ctrl-C")
        func follow() async throws {
            let daemon = try await house.start()
            let program = try Program(
                Binary.path, ["devices", "trace", "haem-1", "--follow", "--config", house.config],
                folder: house.folder, name: "follow")
            for number in 1...2 {
                #expect(try await house.astm("haem-1", [MadeUp.yumizen("L\(number)")]) == [.accepted()])
                try await eventually("session \(number)") { program.out.contains("message saved as M\(number)") }
            }
            #expect(program.isRunning)
            program.signal(SIGINT)
            try await program.ended()
            #expect(program.out.split(separator: "\n").count { $0.contains("message saved as") } == 2)
            try await daemon.stop()
        }

        @Test("what cannot be shown or saved is said in a sentence")
        func refusals() async throws {
            let daemon = try await house.start()
            let unknown = try await house.command("devices", "trace", "haem-9")
            #expect(unknown.code == 1)
            #expect(unknown.err.contains("No device of this name is configured."))
            let nowhere = try await house.command("devices", "trace", "haem-1", "--save", "/nowhere/x")
            #expect(nowhere.code == 1)
            #expect(nowhere.err.contains("/nowhere/x cannot be written"))
            #expect(try await house.command("devices", "trace", "haem-1", "--save", "x", "--json").code == 2)
            #expect(try await house.command("devices", "trace").code == 2)
            try await daemon.stop()
            #expect(try await house.command("devices", "trace", "haem-1").code == 69)
        }
    }
}
