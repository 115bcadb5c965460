import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Commands with which profiles are written")
    struct ProfileCommands {
        private let cbc = Binary.repository + "/samples/messages/yumizen-cbc.astm"

        @Test("`decode` names the fields that nothing used, and lists all of them")
        func fields() async throws {
            let short = try await labrador(
                "decode", cbc, "--profile", "horiba-yumizen-h500", "--profiles", Binary.profiles)
            #expect(short.code == 0)
            #expect(short.out.contains("  Not used: H.5 'H500^"))
            let long = try await labrador(
                "decode", cbc, "--profile", "horiba-yumizen-h500", "--fields", "--profiles", Binary.profiles)
            let rows = long.out.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(rows.contains("R|1 R.4 value 7.41"), "\(long.out)")
            let json = try await labrador(
                "decode", cbc, "--profile", "horiba-yumizen-h500", "--format", "json", "--profiles", Binary.profiles)
            let report = try JSONValue(parsing: Array(json.out.utf8), maximumDepth: 64)
            let fields = try #require(report["messages"]?.list.first?["fields"]?.list)
            #expect(fields.contains { $0["path"]?.text == "R.4" && $0["used"]?.list.compactMap(\.text) == ["value"] })
            #expect(fields.contains { $0["path"]?.text == "H.5" && $0["used"]?.list.isEmpty == true })
        }

        @Test("a table is as wide as the terminal")
        func terminalWidth() async throws {
            let output = try await run(
                "/usr/bin/env",
                [
                    "script", "-qec",
                    "stty cols 64; \(Binary.path) decode \(cbc) --profile horiba-yumizen-h500 --profiles \(Binary.profiles)",
                    "/dev/null",
                ])
            let lines = output.out.split(whereSeparator: \.isNewline)
            #expect(lines.contains { $0.contains("WBC") && $0.contains("7.41") }, "\(output)")
            #expect(lines.allSatisfy { $0.count <= 64 }, "\(output.out)")
        }

        @Test("an empty recording is refused, and so is an id that a profile has")
        func emptyOrTaken() async throws {
            let folder = try TemporaryFolder()
            let file = folder.path + "/empty.astm"
            try Data().write(to: URL(fileURLWithPath: file))
            let output = folder.path + "/out"
            for arguments in [
                ["decode", file, "--profile", "horiba-yumizen-h500"], ["profile", "identify", file],
                ["profile", "new", file, "--id", "acme-x", "--name", "X", "--output", output],
            ] {
                let empty = try await run(Binary.path, arguments + ["--profiles", Binary.profiles])
                #expect(empty.code == 1 && (empty.out + empty.err).contains("empty.astm is empty."), "\(empty)")
            }
            let taken = try await labrador(
                "profile", "new", cbc, "--id", "sysmex-xn", "--name", "X", "--output", output, "--profiles",
                Binary.profiles)
            #expect(taken.code == 1 && (taken.out + taken.err).contains("`extends: sysmex-xn`"), "\(taken)")
            #expect(!FileManager.default.fileExists(atPath: output))
        }

        @Test("a capture with wrong checksums says so, and what would read it")
        func checksums() async throws {
            let folder = try TemporaryFolder()
            let records = ["H|\\^&|||H500", "P|1", "O|1|L1", "R|1|^^^WBC|7.40|10E3/uL", "L|1|N"]
            // The first digit of each checksum is made another one.
            let frames = ASTMLine.frames(records).map { frame in
                var frame = Array(frame)
                let digit = frame[frame.count - 4]
                frame[frame.count - 4] = digit == 0x30 ? 0x31 : 0x30
                return frame
            }
            let file = folder.path + "/wrong.astm"
            try Data([0x05] + frames.flatMap { $0 } + [0x04]).write(to: URL(fileURLWithPath: file))
            let output = try await labrador(
                "decode", file, "--profile", "horiba-yumizen-h500", "--profiles", Binary.profiles)
            #expect(output.code == 1)
            let words = output.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("5 frames came with a wrong checksum"), "\(output)")
            #expect(words.contains("`link: { checksum: lenient }`"))
        }

        @Test("`profile identify` names the profile, in words and as JSON")
        func identify() async throws {
            let text = try await labrador("profile", "identify", cbc, "--profiles", Binary.profiles)
            #expect(text.code == 0)
            #expect(text.out.hasPrefix("horiba-yumizen-h500 fits best.\n"), "\(text)")
            let json = try await labrador("profile", "identify", cbc, "--json", "--profiles", Binary.profiles)
            let answer = try JSONValue(parsing: Array(json.out.utf8), maximumDepth: 64)
            #expect(answer["best"]?.list.compactMap(\.text) == ["horiba-yumizen-h500"])
            #expect(answer["profiles"]?.list.contains { $0["id"]?.text == "generic-hl7" } == true)
            let noise = try await labrador("profile", "identify", "/dev/null", "--profiles", Binary.profiles)
            #expect(noise.code == 1)
            #expect(noise.err.hasPrefix("/dev/null is empty."), "\(noise)")
        }

        @Test("`profile new` writes a profile that passes its own test case, and overwrites nothing")
        func new() async throws {
            let folder = try TemporaryFolder()
            let arguments = [
                "profile", "new", cbc, "--id", "acme-cell-1", "--output", folder.path + "/own", "--profiles",
                Binary.profiles,
            ]
            let output = try await run(Binary.path, arguments, directory: "/")
            #expect(output.code == 0, "\(output)")
            let own = folder.path + "/own/acme/cell-1"
            for file in [
                "profile.yaml", "README.md", "testcases/first-recording/message.astm",
                "testcases/first-recording/expected.json",
            ] { #expect(FileManager.default.fileExists(atPath: "\(own)/\(file)"), "\(file)") }
            let yaml = try String(contentsOfFile: own + "/profile.yaml", encoding: .utf8)
            #expect(yaml.contains("name: 'Acme Cell 1'"))
            #expect(yaml.contains("loinc: 6690-2"))
            let recording = try String(contentsOfFile: own + "/testcases/first-recording/message.astm", encoding: .utf8)
            #expect(!recording.contains("000101"), "the specimen id is another one")
            #expect(try await labrador("profile", "test", own).code == 0)
            let again = try await run(Binary.path, arguments, directory: "/")
            #expect(again.code == 1)
            #expect(again.err.contains("nothing is overwritten"))
            #expect(try String(contentsOfFile: own + "/profile.yaml", encoding: .utf8) == yaml)
        }

        @Test("`profile new` without a terminal names what is missing")
        func newWithoutAnswers() async throws {
            let none = try await labrador("profile", "new")
            #expect(none.code == 2)
            #expect(none.err.contains("CAPTURE is missing"))
            let unnamed = try await labrador("profile", "new", cbc)
            #expect(unnamed.code == 2)
            #expect(unnamed.err.contains("--id is missing"))
            let wrong = try await labrador("profile", "new", cbc, "--id", "../x")
            #expect(wrong.code == 2)
            #expect(wrong.err.contains("no profile id"))
        }

        @Test("`profile new` asks at a terminal")
        func newAsks() async throws {
            let folder = try TemporaryFolder()
            let output = try await run(
                "/bin/bash",
                [
                    "-c",
                    "printf '%s\\n%s\\n\\n%s\\n' \(cbc) acme-two \(folder.path)/p | script -qec "
                        + "'\(Binary.path) profile new --profiles \(Binary.profiles)' /dev/null",
                ])
            #expect(output.out.contains("the profile's id"), "\(output)")
            #expect(FileManager.default.fileExists(atPath: folder.path + "/p/acme/two/profile.yaml"))
        }

        @Test("`profile list` has columns, and JSON; a broken profile is in it")
        func list() async throws {
            let folder = try TemporaryFolder()
            for model in ["good", "bad"] {
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/acme/\(model)", withIntermediateDirectories: true)
            }
            try folder.write("name: Good\nprotocol: hl7\ntests: { A: {}, B: {} }\n", to: "acme/good/profile.yaml")
            try folder.write("name: Bad\nprotocol: hl7\ntest: {}\n", to: "acme/bad/profile.yaml")
            let list = try await labrador("profile", "list", "--profiles", folder.path)
            let rows = list.out.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(rows.contains("acme-good Good hl7 2 \(folder.path)/acme/good"), "\(list)")
            #expect(rows.contains("cannot be read; see labrador profile show acme-bad"))
            let json = try await labrador("profile", "list", "--json", "--profiles", folder.path)
            let entries = try JSONValue(parsing: Array(json.out.utf8), maximumDepth: 8).list
            #expect(entries.contains { $0["id"]?.text == "acme-good" && $0["protocol"]?.text == "hl7" })
            let broken = try await labrador("profile", "show", "acme-bad", "--profiles", folder.path)
            #expect(broken.code == 1)
            #expect(broken.out == "name: Bad\nprotocol: hl7\ntest: {}\n")
            #expect(
                broken.err.contains("/acme/bad/profile.yaml:3: 'test' is not known here, did you mean"), "\(broken)")
        }

        @Test("`profile show --resolved` is a profile of its own that passes the same cases")
        func resolved() async throws {
            let folder = try TemporaryFolder()
            let output = try await labrador("profile", "show", "sysmex-xn", "--resolved", "--profiles", Binary.profiles)
            #expect(output.code == 0)
            #expect(output.out.contains("  range: R.6.1  # standard"))
            let copy = folder.path + "/sysmex/xn"
            try FileManager.default.createDirectory(atPath: folder.path + "/sysmex", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Binary.profiles + "/sysmex/xn", toPath: copy)
            try folder.write(output.out, to: "sysmex/xn/profile.yaml")
            #expect(try await labrador("profile", "test", copy).code == 0)
        }

        @Test("`profile test` shows every difference and writes them on demand")
        func update() async throws {
            let folder = try TemporaryFolder()
            let own = folder.path + "/acme/one"
            try FileManager.default.createDirectory(
                atPath: own + "/testcases/first", withIntermediateDirectories: true)
            try folder.write("name: One\nprotocol: astm\npass_through: true\n", to: "acme/one/profile.yaml")
            try FileManager.default.copyItem(atPath: cbc, toPath: own + "/testcases/first/message.astm")
            #expect(try await labrador("profile", "test", own).code == 1)
            let written = try await labrador("profile", "test", own, "--update")
            #expect(written.code == 0, "\(written)")
            #expect(written.out.contains("1 written anew"))
            #expect(try await labrador("profile", "test", own).code == 0)
            try folder.write(
                "name: One\nprotocol: astm\npass_through: true\nspecimen: { from: O.4 }\nresults: { unit: R.6 }\n",
                to: "acme/one/profile.yaml")
            let changed = try await labrador("profile", "test", own)
            #expect(changed.code == 1)
            #expect(changed.out.contains("acme-one/first: \(own)/testcases/first\n"))
            #expect(changed.out.contains(".messages[1].specimen should be \"L26-000101\" and is \"\""))
            #expect(changed.out.contains(".messages[1].observations[5].device_unit should be"))
        }
    }

}
