import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Commands without a daemon")
    struct OfflineCommands {
        @Test(
            "wrong usage is 2, with a word on what would be right",
            arguments: [
                ["nonsense"], ["holds", "release"], ["holds", "release", "../etc"], ["queue", "--state", "none"],
                ["results", "--limit", "0"], ["serve", "--log-level", "loud"], ["decode", "x"], ["devices"],
                ["simulate", "hms", "--fail-rate", "2"],
            ])
        func usage(arguments: [String]) async throws {
            let output = try await run(Binary.path, arguments, directory: "/")
            #expect(output.code == 2)
            #expect(!output.err.isEmpty)
        }

        @Test(
            "without a daemon it is 69, and how to start one",
            arguments: [
                ["devices"], ["orders"], ["worklist"], ["results"], ["holds"], ["queue"], ["explain", "L1"],
                ["echo", "CT01"], ["holds", "release", "H1"], ["queue", "retry", "D1"],
                ["orders", "import", "/dev/null"],
            ])
        func notRunning(arguments: [String]) async throws {
            let house = try House([:])
            let output = try await run(Binary.path, arguments + ["--config", house.config], directory: "/")
            #expect(output.code == 69)
            #expect(output.err.contains("labrador serve"))
        }

        @Test("`check` says what would run")
        func check() async throws {
            let house = try House(["haem-1": "horiba-yumizen-h500"], modalities: ["CT01": "CT"])
            let output = try await house.command("check")
            #expect(output.code == 0)
            for part in [
                "haem-1: horiba-yumizen-h500", "CT01", "FHIR at http://127.0.0.1:\(house.hms)/fhir", "Asia/Kolkata",
            ] {
                #expect(output.out.contains(part), "\(part)")
            }
        }

        @Test("`check` refuses what the radiology side cannot do")
        func radiologyMistakes() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                """
                dicom:
                  worklist: { scope: location }
                  modalities: [{ id: a, ae_title: CT01, modality: CT, host: "::1", port: 104 }]
                """, to: "radiology.yaml")
            let output = try await run(Binary.path, ["check", "--config", file], directory: "/")
            #expect(output.code == 1)
            for words in ["radiology.yaml:3: ", "IPv6", "so it needs a `location`"] {
                #expect((output.out + output.err).contains(words), "\(words)")
            }
        }

        @Test("`check` tells every mistake with file, line and remedy")
        func mistakes() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                """
                facility: { time_zone: Asia/Kolkatta }
                stroe: { path: /tmp/x }
                profiles: [\(Binary.profiles)]
                api: { listen: 8080 }
                devices:
                  - { id: a, profile: erba-xl1000, link: { tcp: { listen: 127.0.0.1:0 } } }
                  - { id: a, profile: erba-xl-1000, link: { tcp: { listen: 127.0.0.1:99999 } } }
                dicom: { ae_title: MUCH-TOO-LONG-A-TITLE }
                destinations:
                  - { id: hms, fhir: { url: hms.example.in } }

                """, to: "bad.yaml")
            let output = try await labrador("check", "--config", file)
            #expect(output.code == 1)
            let lines = output.err.split(separator: "\n").map(String.init)
            for (line, words) in [
                (1, "Asia/Kolkatta"), (2, "did you mean 'store'"), (4, "HOST:PORT"), (6, "erba-xl-1000"),
                (7, "'a' names two"),
                (7, "99999"), (8, "at most 16"), (10, "https://HOST"),
            ] {
                #expect(lines.contains { $0.hasPrefix("\(file):\(line): ") && $0.contains(words) }, "\(line): \(words)")
            }
            #expect(lines.allSatisfy { $0.hasPrefix("\(file):") })
            #expect(try await labrador("serve", "--config", file).code == 1)
            let missing = try await labrador("check", "--config", folder.path + "/none.yaml")
            #expect(missing.code == 1)
            #expect(missing.err.hasPrefix(folder.path + "/none.yaml:1: "))
        }

        @Test("`check` names a mistake inside a profile by the profile's own file and line")
        func profileMistake() async throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(
                atPath: folder.path + "/p/acme/one", withIntermediateDirectories: true)
            try folder.write("name: One\nprotocol: astm\npass_trough: true\n", to: "p/acme/one/profile.yaml")
            let file = try folder.write(
                """
                profiles: [\(folder.path)/p]
                devices:
                  - { id: a, profile: acme-one, link: { tcp: { listen: 127.0.0.1:0 } } }
                  - { id: b, profile: acme-one, link: { tcp: { listen: 127.0.0.1:0 } } }

                """, to: "labrador.yaml")
            let output = try await labrador("check", "--config", file)
            #expect(output.code == 1)
            let lines = output.err.split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("\(folder.path)/p/acme/one/profile.yaml:3: ") } == 1)
            #expect(lines.allSatisfy { $0.hasPrefix("\(folder.path)/p/acme/one/profile.yaml:") })
            #expect(output.err.contains("did you mean 'pass_through'"))
        }

        @Test(
            "profiles can be looked at while the configuration names one that is not there; `check` says what is near")
        func wrongConfiguration() async throws {
            let folder = try TemporaryFolder()
            let recording = try folder.write("H|\\^&\rP|1\rO|1|L1\rR|1|^^^WBC|7.4|10E3/uL\rL|1|N\r", to: "one.astm")
            let file = try folder.write(
                """
                profiles: [\(Binary.profiles)]
                devices: [{ id: a, profile: yumizen, link: { tcp: { listen: 127.0.0.1:0 } } }]
                destinations: [{ id: hms, fihr: {} }]

                """, to: "labrador.yaml")
            let checked = try await labrador("check", "--config", file)
            #expect(checked.code == 1)
            #expect(checked.err.contains("\(file):2: devices[1].profile: there is no profile 'yumizen'"))
            #expect(checked.err.contains("did you mean 'horiba-yumizen-h500'?"))
            #expect(try await labrador("profile", "list", "--config", file).out.contains("horiba-yumizen-h500"))
            #expect(try await labrador("profile", "show", "sysmex-xn", "--config", file).code == 0)
            let decoded = try await labrador(
                "decode", recording, "--profile", "horiba-yumizen-h500", "--config", file)
            #expect(decoded.code == 0)
            #expect(decoded.out.contains("WBC"))
        }

        @Test("`decode`: text and JSON, framed and not, from a file and from standard input")
        func decode() async throws {
            let folder = try TemporaryFolder()
            let records =
                "H|\\^&|||H500^1^2|||||||P|LIS2-A2|20261122093107\rP|1\rO|1|L1||^^^DIF\r"
                + "R|1|^^^WBC|7.40|10E3/uL|4.0 - 10.0^X|H||F||x|20261122093107\rR|2|^^^XYZ|1|g/dL\rL|1|N\r"
            let bare = try folder.write(records, to: "bare.astm")
            let framed = folder.path + "/framed.astm"
            let frames = ASTMLine.frames(records.split(separator: "\r").map(String.init))
            try Data([0x05] + frames.flatMap { $0 } + [0x04]).write(to: URL(fileURLWithPath: framed))

            for file in [bare, framed] {
                let output = try await labrador(
                    "decode", file, "--profile", "horiba-yumizen-h500", "--format", "json", "--profiles",
                    Binary.profiles)
                #expect(output.code == 0)
                let report = try JSONValue(parsing: Array(output.out.utf8), maximumDepth: 64)
                #expect(report["link"]?["frames"]?.text == (file == framed ? "6" : "0"))
                let message = try #require(report["messages"]?.list.first)
                #expect(message["kind"]?.text == "result")
                #expect(message["specimen"]?.text == "L1")
                let observation = try #require(message["observations"]?.list.first)
                let expected = [
                    "code": "WBC", "loinc": "6690-2", "value": "7.40", "unit": "10*3/uL", "device_unit": "10E3/uL",
                    "status": "final", "range": "4.0 - 10.0", "performed": "2026-11-22T09:31:07+05:30",
                ]
                for (key, value) in expected { #expect(observation[key]?.text == value, "\(key)") }
                #expect(observation["flags"]?.list.compactMap(\.text) == ["H"])
                #expect(observation.keys.isSuperset(of: ["name", "comparator", "device_flags", "held"]))
                #expect(message["problems"]?.list.compactMap { $0["held"]?.text } == ["unmapped-test"])
            }
            let piped = try await run(
                "/bin/sh",
                [
                    "-c", "\"$0\" decode - --profile horiba-yumizen-h500 --profiles \"$1\" < \"$2\"", Binary.path,
                    Binary.profiles,
                    framed,
                ])
            #expect(piped.code == 0)
            #expect(piped.out.contains("7.40"))
            let unreadable = try await labrador(
                "decode", "/dev/null", "--profile", "horiba-yumizen-h500", "--profiles", Binary.profiles)
            #expect(unreadable.code == 1)
        }

        @Test("`decode` and `orders import` read pipes and /dev/stdin")
        func pipes() async throws {
            let capture = Binary.repository + "/samples/messages/yumizen-cbc.astm"
            for input in ["<(cat \"$2\")", "/dev/stdin < \"$2\"", "- < \"$2\""] {
                let command = "\"$0\" decode --profile horiba-yumizen-h500 --profiles \"$1\" \(input)"
                let output = try await run("/bin/bash", ["-c", command, Binary.path, Binary.profiles, capture])
                #expect(output.code == 0, "\(output.err)")
                #expect(output.out.contains("WBC"))
            }
            let folder = try await labrador(
                "decode", "/tmp", "--profile", "generic-astm", "--profiles", Binary.profiles)
            #expect(folder.code == 1)
            #expect(folder.err.contains("not a folder"))
        }

        @Test("an unknown profile is a sentence with what is near it")
        func unknownProfile() async throws {
            for (id, words) in [("yumizen-h500", "Near it: horiba-yumizen-h500."), ("nope", "labrador profile list")] {
                let output = try await labrador("decode", "/dev/null", "--profile", id, "--profiles", Binary.profiles)
                #expect(output.code == 1)
                #expect(output.err.hasPrefix("There is no profile '\(id)' in \(Binary.profiles)"))
                #expect(output.err.contains(words))
            }
        }

        @Test("commands without daemon take labrador.yaml of the working directory, unless folders are named")
        func configurationHere() async throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(
                atPath: folder.path + "/own/acme/one", withIntermediateDirectories: true)
            try folder.write("name: One\nprotocol: astm\npass_through: true\n", to: "own/acme/one/profile.yaml")
            try folder.write("profiles: [own]\nfacility: { time_zone: Asia/Kathmandu }\n", to: "labrador.yaml")
            try folder.write(
                "H|\\^&|||x|||||||P|1|20261122093107\rP|1\rO|1|L1\rR|1|^^^A|1|g/L||N||F||||20261122093107\rL|1|N\r",
                to: "c.astm")
            let list = try await labrador("profile", "list", directory: folder.path)
            let rows = list.out.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(rows.first == "id name protocol tests folder")
            #expect(
                rows.dropFirst().allSatisfy { $0.hasPrefix("acme-one One astm 0 ") && $0.hasSuffix("own/acme/one") })
            #expect(rows.count == 2)
            let decoded = try await labrador(
                "decode", "c.astm", "--profile", "acme-one", "--format", "json", directory: folder.path)
            #expect(decoded.out.contains("2026-11-22T09:31:07+05:45"), "\(decoded)")
            let named = try await labrador("profile", "list", "--profiles", Binary.profiles, directory: folder.path)
            #expect(!named.out.contains("acme-one"))
        }

        @Test("a profile's file is printed as it is")
        func show() async throws {
            let output = try await labrador("profile", "show", "erba-xl-1000", "--profiles", Binary.profiles)
            let file = Binary.profiles + "/erba/xl-1000/profile.yaml"
            #expect(output.out == (try String(contentsOfFile: file, encoding: .utf8)))
            #expect(output.err == "# \(file)\n")
            #expect(try await labrador("--version").out.hasPrefix("0."))
        }

        @Test("the profile library lists, shows and tests itself")
        func profiles() async throws {
            let list = try await labrador("profile", "list", "--profiles", Binary.profiles)
            #expect(list.code == 0)
            for id in ["horiba-yumizen-h500", "erba-xl-1000", "mindray-bc-5380", "generic-astm"] {
                #expect(list.out.contains(id))
            }
            #expect(
                try await labrador("profile", "show", "erba-xl-1000", "--profiles", Binary.profiles).out.contains(
                    "GLCC"))
            #expect(try await labrador("profile", "show", "nobody-none", "--profiles", Binary.profiles).code == 1)
            #expect(try await labrador("profile", "test", Binary.profiles).code == 0)
        }
    }
}
