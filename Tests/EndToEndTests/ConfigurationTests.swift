import Foundation
import Testing

extension EndToEnd {
    @Suite("What `check` finds wrong, `serve` does not start with; what it finds right, `serve` opens")
    struct ConfigurationChecks {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        /// What `check` says about a configuration, each line without the file's name: `6: devices[2]…`.
        private func complaints(_ text: String) async throws -> [String] {
            let file = try folder.write(text, to: "c.yaml")
            let output = try await labrador("check", "--config", file)
            #expect(output.code == (output.err.isEmpty ? 0 : 1))
            return output.err.split(separator: "\n").map { $0.replacingOccurrences(of: file + ":", with: "") }
        }

        private func device(_ id: String, _ listen: String, _ more: String = "") -> String {
            "  - { id: \(id), profile: erba-xl-1000, link: { tcp: { listen: \"\(listen)\"\(more) } } }\n"
        }

        private var profiles: String { "profiles: [\(Binary.profiles)]\n" }

        @Test(
            "two listeners at one address are told at the second",
            arguments: [
                ("127.0.0.1:24001", 3, "device a listens on 127.0.0.1:24001 (line 3)"),
                ("0.0.0.0:24001", 3, "device a listens"), ("[::]:24001", 3, "device a listens"),
                ("localhost:8080", 0, ""), ("0.0.0.0:8080", 3, "the console listens on 127.0.0.1:8080 (by default)"),
                ("127.0.0.1:0", 0, ""), ("127.0.0.2:24001", 0, ""), ("0.0.0.0:11112", 3, "radiology listens"),
            ])
        func clash(second: String, first: Int, words: String) async throws {
            let found = try await complaints(
                profiles + "devices:\n" + device("a", "127.0.0.1:24001") + device("b", second)
                    + "  - { id: c, profile: erba-xl-1000, link: { tcp: { listen: '127.0.0.1:0' } } }\n"
                    + (second.hasSuffix("11112") ? "dicom: { ae_title: LAB }\n" : ""))
            if words.isEmpty {
                #expect(found == [])
            } else {
                #expect(found.count == 1)
                #expect(found.allSatisfy { $0.hasPrefix("4: devices[2].link.tcp.listen: ") && $0.contains(words) })
            }
        }

        @Test(
            "station rules: what they name must be there",
            arguments: [
                ("{ modality: CT, station_ae: CT01 }", ""), ("{ procedure: 'CT*', station_ae: [CT01, CT02] }", ""),
                ("{ location: ER, station_ae: CT03 }", "no modality has the AE title 'CT03'; the configured ones are"),
                ("{ station_ae: CT01 }", "a rule names a modality, a location or a procedure"),
                ("{ modality: CT }", "station_ae"), ("{ modality: ct, station_ae: CT01 }", "'ct' is no modality"),
                ("{ modality: CT, room: 1, station_ae: CT01 }", "room"),
            ])
        func stations(rule: String, words: String) async throws {
            let found = try await complaints(
                """
                dicom:
                  listen: 127.0.0.1:24004
                  stations: [\(rule)]
                  modalities:
                    - { id: ct-1, ae_title: CT01, host: 127.0.0.1, modality: CT }
                    - { id: ct-2, ae_title: CT02, host: 127.0.0.1, modality: CT }

                """)
            if words.isEmpty {
                #expect(found == [])
            } else {
                #expect(found.count == 1)
                #expect(found.allSatisfy { $0.hasPrefix("3: dicom.stations[1]") && $0.contains(words) }, "\(found)")
            }
        }

        @Test("orders, console and radiology are counted in")
        func otherListeners() async throws {
            let found = try await complaints(
                """
                api: { listen: 127.0.0.1:24001 }
                orders: { hl7: { listen: 0.0.0.0:24001 } }
                dicom:
                  listen: 127.0.0.1:24001

                """)
            #expect(found.count == 2)
            #expect(found.first?.hasPrefix("2: orders.hl7.listen: ") == true)
            #expect(found.last?.hasPrefix("4: dicom.listen: ") == true)
        }

        @Test("a token or certificate file that is of no use is told at its line; a listing command does not mind")
        func files() async throws {
            try folder.write("", to: "empty")
            try folder.write("secret\n", to: "token")
            let text = """
                destinations:
                  - id: hms
                    fhir:
                      url: http://127.0.0.1:1/fhir
                      token_file: \(folder.path)/none
                      trust_file: \(folder.path)/empty
                  - { id: b, fhir: { url: "http://127.0.0.1:1/", token_file: \(folder.path)/empty } }
                  - { id: c, fhir: { url: "http://127.0.0.1:1/", token_file: \(folder.path)/token } }

                """
            let found = try await complaints(text)
            #expect(found.count == 3)
            for (line, words) in zip(found, ["5: ", "6: ", "7: "]) { #expect(line.hasPrefix(words)) }
            #expect(found.first?.contains("it cannot be read") == true)
            #expect(found.last?.contains("it is empty") == true)
            let serve = try await labrador("serve", "--config", folder.path + "/c.yaml")
            #expect(serve.code == 1)
            #expect(serve.err.contains("c.yaml:5: "))
            #expect(try await labrador("devices", "--config", folder.path + "/c.yaml").code == 69)
        }

        @Test("one port for several devices: each by its own addresses, which must not overlap")
        func sharedPort() async throws {
            let place = "127.0.0.1:24001"
            let first = device("a", place, ", allow: [10.0.0.0/24]")
            #expect(
                try await complaints(
                    profiles + "devices:\n" + first + device("b", place, ", allow: 10.0.1.7")
                        + device("c", place, ", allow: [10.0.1.8, 'fd00::/8']")) == [])
            let wrong = [
                (device("b", place), "4: devices[2].link.tcp.listen: ", "give both devices an `allow`"),
                (
                    device("b", place, ", allow: [10.9.0.1, 10.0.0.7]"), "4: devices[2].link.tcp.allow: ",
                    "10.0.0.7 overlaps 10.0.0.0/24 of device a (line 3)"
                ),
                (device("b", "0.0.0.0:24001", ", allow: 10.0.1.7"), "4: devices[2].link.tcp.listen: ", "is taken"),
            ]
            for (second, start, words) in wrong {
                let found = try await complaints(profiles + "devices:\n" + first + second)
                #expect(found.count == 1)
                #expect(found.allSatisfy { $0.hasPrefix(start) && $0.contains(words) }, "\(found)")
            }
        }

        @Test("serial lines, connections and idle times: what can be, and what is told at its line")
        func links() async throws {
            func device(_ id: String, _ link: String) -> String {
                "  - { id: \(id), profile: generic-astm, link: { \(link) } }\n"
            }
            let right =
                profiles + "devices:\n"
                + device(
                    "a",
                    "serial: { port: /dev/serial/by-id/usb-x, baud: 300, data_bits: 7, parity: even, stop_bits: 2, "
                        + "flow: rtscts }")
                + device("b", "serial: { port: /dev/ttyS9 }")
                + device("c", "tcp: { connect: 'analyser.lab:5100', idle: 10m }")
                + device("d", "tcp: { listen: '127.0.0.1:0', one_connection: true }")
            #expect(try await complaints(right) == [])
            let shown = try await labrador("check", "--config", folder.path + "/c.yaml").out
            for words in [
                "a: generic-astm, on serial port /dev/serial/by-id/usb-x, 300 7E2 rtscts",
                "b: generic-astm, on serial port /dev/ttyS9, 9600 8N1",
                "c: generic-astm, connects to analyser.lab:5100, closed after 10 min of silence",
                "d: generic-astm, listens on 127.0.0.1:0 for anybody, one connection at a time",
            ] { #expect(shown.contains(words), "\(words)") }

            let wrong: [(link: String, words: String)] = [
                ("serial: { port: COM3 }", "'COM3' is no path"), ("serial: { baud: 9600 }", "'port' is missing"),
                ("serial: { port: /dev/x, baud: 9601 }", "9601 is no usual rate; possible: 300, 600"),
                ("serial: { port: /dev/x, data_bits: 9 }", "out of range"),
                ("serial: { port: /dev/x, parity: evne }", "did you mean 'even'"),
                ("serial: { port: /dev/x, stop_bits: 3 }", "out of range"),
                ("serial: { port: /dev/x, flow: xon }", "possible: none, xonxoff, rtscts"),
                ("serial: { port: /dev/x, tls: {} }", "'tls' is not known here"),
                ("serial: { port: /dev/x }, tcp: { connect: 'x:1' }", "exactly one of 'tcp', 'serial'"),
                ("tcp: { listen: '127.0.0.1:0', connect: 'x:1' }", "exactly one of 'listen', 'connect'"),
                ("tcp: { allow: 10.0.0.1 }", "exactly one of 'listen', 'connect'"),
                ("tcp: { listen: '127.0.0.1:24001', allow: [] }", "an empty list lets nobody in"),
                ("tcp: { connect: 'x:0' }", "port 0 cannot be connected to"),
                ("tcp: { connect: 'x:1', allow: 10.0.0.1 }", "'allow' is not known here"),
                ("tcp: { connect: 'x:1', idle: 10 }", "is not a duration"),
                ("tcp: { connect: 'x:1', idle: 10ms }", "out of range"),
                ("tcp: { listen: '127.0.0.1:0', one_connection: maybe }", "not true or false"),
                ("tcp: { listen: '127.0.0.1:0', tls: {} }", "'certificate_file' is missing"),
                ("tcp: { connect: 'x:1', tls: { key_file: /k } }", "belong together"),
                ("tcp: { connect: 'x:1', tls: { server_name: 10.0.0.1 } }", "is an address"),
                ("tcp: { connect: 'x:1', tls: { ca_file: /none } }", "'/none' cannot be used: no certificate"),
            ]
            for (link, words) in wrong {
                let found = try await complaints(profiles + "devices:\n" + device("a", link))
                #expect(
                    found.contains { $0.hasPrefix("3: devices[1].link") && $0.contains(words) }, "\(link): \(found)")
            }
            let twice = try await complaints(
                profiles + "devices:\n" + device("a", "serial: { port: /dev/x }")
                    + device("b", "serial: { port: /dev/x }"))
            #expect(twice == ["4: devices[2].link.serial.port: '/dev/x' is taken: it is the port of device a (line 3)"])
        }

        @Test("`allow` takes addresses and ranges only")
        func allow() async throws {
            #expect(
                try await complaints(
                    profiles + "devices:\n" + device("a", "[::]:24001", ", allow: [10.0.0.0/24, 'fd00::/8']")) == [])
            let found = try await complaints(
                profiles + "devices:\n" + device("a", "[::]:24001", ", allow: [10.0.0.0/24, analyser]"))
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("3: devices[1].link.tcp.allow[2]: 'analyser' is neither") == true)
        }

        @Test("ids, hosts, modalities, folders and a path too long for the control socket")
        func values() async throws {
            let long = folder.path + "/" + String(repeating: "x", count: 100)
            let found = try await complaints(
                """
                store: { path: \(long) }
                profiles: [\(Binary.profiles), nowhere]
                api: { listen: "10.0.0.256:80" }
                devices:
                \(device("'a b'", "127.0.0.1:0"))\(device("\"a\\tb\"", "127.0.0.1:0"))\(device("c", "-x:1"))\
                dicom:
                  modalities:
                    - { id: ct, ae_title: CT01, modality: CT }
                    - { id: ct, ae_title: CT02, modality: ct }
                    - { id: mr, ae_title: MR01, modality: MAGNETICRESONANCE, host: "a b" }

                """)
            let wanted = [
                (1, "the control socket"), (2, "there is no folder \(folder.path)/nowhere"),
                (3, "neither an IP address"),
                (5, "one word"), (6, "one word"), (7, "neither an IP address"), (11, "'ct' names two modalities"),
                (11, "'ct' is no modality"), (12, "'MAGNETICRESONANCE' is no modality"), (12, "neither an IP address"),
            ]
            #expect(found.count == wanted.count)
            for (line, words) in wanted {
                #expect(found.contains { $0.hasPrefix("\(line): ") && $0.contains(words) }, "\(line): \(words)")
            }
        }

        @Test("worklist and character set, of all modalities and of one")
        func worklist() async throws {
            let found = try await complaints(
                """
                dicom:
                  character_set: LATIN
                  worklist: { scope: location, window: { past: 12h, future: 7d }, force: {} }
                  modalities:
                    - { id: ct, ae_title: CT01, modality: CT, strict_character_set: true }
                    - id: mr
                      ae_title: MR01
                      modality: MR
                      location: ER
                      worklist:
                        window: { past: 1d }
                        force: { "0040,0001": "MORE THAN 16 CHARACTERS", "0032,1064": x }
                        omit: [ "0018,0015", 00400010 ]
                    - { id: us, ae_title: US01, modality: US, worklist: { scope: own-ae, started: maybe } }

                """)
            let wanted = [
                (2, "'LATIN' is no character set"), (3, "whole days"), (3, "'force' is not known"),
                (5, "goes with a character_set"),
                (5, "needs a `location`"), (11, "'future' is missing"), (12, "cannot be sent with VR AE"),
                (12, "is a sequence"),
                (13, "is no attribute of the worklist"), (13, "is no tag"), (14, "maybe"),
            ]
            #expect(found.count == wanted.count, "\(found)")
            for (line, words) in wanted {
                #expect(found.contains { $0.hasPrefix("\(line): ") && $0.contains(words) }, "\(line): \(words)")
            }
            #expect(
                try await complaints(
                    """
                    dicom:
                      character_set: GB18030
                      worklist: { window: { past: 1d, future: 7d }, started: true }
                      modalities:
                        - id: ct
                          ae_title: CT01
                          modality: CT
                          location: ER
                          character_set: "\\\\ISO 2022 IR 87"
                          strict_character_set: true
                          worklist: { scope: location, force: { "0040,0010": CT ONE }, omit: ["0032,1064"], ignore: "0040,0001" }

                    """) == [])
        }

        @Test("a byte order mark and the line ends of Windows change nothing")
        func windows() async throws {
            let text =
                "\u{FEFF}facility:\n  name: Ward\n\(profiles)store: { path: /tmp/x }\ndevices:\n"
                + device("a", "[::1]:0")
            #expect(try await complaints(text.replacingOccurrences(of: "\n", with: "\r\n")) == [])
            let wrong = try await complaints((text + "nonsense: 1\n").replacingOccurrences(of: "\n", with: "\r\n"))
            #expect(wrong.count == 1)
            #expect(wrong.first?.hasPrefix("7: 'nonsense'") == true)
        }

        @Test("a port that is taken when `serve` starts is one sentence")
        func taken() async throws {
            let house = try House(["haem-1": "horiba-yumizen-h500"])
            let daemon = try await house.start()
            let port = try house.port("haem-1")
            for (more, place) in [
                ("api: { listen: 127.0.0.1:0 }\ndevices:\n" + device("a", "127.0.0.1:\(port)"), "Device a"),
                ("api: { listen: 127.0.0.1:\(house.api) }\n", "api.listen"),
            ] {
                let text = profiles + "store: { path: \(folder.path)/s }\n" + more
                let serve = try await labrador(
                    "serve", "--log-level", "error", "--config", try folder.write(text, to: "second.yaml"))
                #expect(serve.code == 1)
                #expect(serve.err.hasPrefix("\(place): cannot listen on 127.0.0.1:"))
                #expect(serve.err.contains("another program listens there already"))
                #expect(serve.err.split(separator: "\n").count == 1, "\(serve.err)")
            }
            try await daemon.stop()
        }

        @Test("a destination that is not supported yet is one mistake")
        func unsupported() async throws {
            let found = try await complaints(
                """
                destinations:
                  - { id: lis, hl7: { connect: 10.0.0.5:6661 } }

                """)
            #expect(found.map { $0.prefix(2) } == ["2:"])
        }
    }
}
