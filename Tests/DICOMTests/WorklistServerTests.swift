import Core
import Testing

@testable import DICOM

/// Modality Worklist C-FIND over the network, asked by pynetdicom and by DCMTK's findscu.
@Suite(.serialized, .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom))
struct WorklistServerTests {
    private static let step = "00400100"
    private static let entries = [
        TestSource.entry("R26-1", given: "ASHA", id: "MRN0001", time: "101500"),
        TestSource.entry(
            "R26-2", family: "\u{0930}\u{093E}\u{0935}", given: "\u{0906}\u{0936}\u{093E}", id: "MRN0002",
            time: "090000"),
        TestSource.entry("R26-3", family: "MÜLLER", id: "00123", modality: "MR", station: "MR01"),
        TestSource.entry("R26-4", family: "SINGH", id: "123", date: "20261123"),
        TestSource.entry("R26-5", family: "PARKED") { $0.studyInstanceUID = "" },
    ]

    private func find(
        _ server: TestServer, _ keys: [String: Any], _ more: [String: Any] = [:]
    ) throws -> (accessions: [String], answer: [String: Any]) {
        var keys = keys
        if keys["00080050"] == nil { keys["00080050"] = "" }
        var settings: [String: Any] = ["do": "find", "port": Int(server.port), "keys": keys]
        settings.merge(more) { $1 }
        let answer = try Peers.pynetdicom(settings)
        let responses = answer["responses"] as? [[String: Any]] ?? []
        return (responses.compactMap { $0["00080050"] as? String }, answer)
    }

    @Test("keys of every kind, one at a time", arguments: [false, true])
    func keys(implicit: Bool) throws {
        let server = try TestServer(TestSource(Self.entries))
        let cases: [([String: Any], [String])] = [
            ([:], ["R26-2", "R26-3", "R26-1", "R26-4"]),
            ([Self.step: [["00080060": "MR"]]], ["R26-3"]),
            ([Self.step: [["00080060": "CT", "00400001": "CT01", "00400002": "20261122"]]], ["R26-2", "R26-1"]),
            ([Self.step: [["00400002": "20261122-20261123", "00400003": "1010-"]]], ["R26-1", "R26-4"]),
            ([Self.step: [["00400002": "20261123-"]]], ["R26-4"]),
            (["00080050": "R26-1"], ["R26-1"]), (["00080050": "R26-?"], ["R26-2", "R26-3", "R26-1", "R26-4"]),
            (["00100020": "123"], ["R26-4"]), (["00100020": "00123"], ["R26-3"]),
            (["00100010": "ra*"], ["R26-1"]), (["00100010": "muller"], ["R26-3"]),
            (["00100010": "NOBODY"], []), ([Self.step: [[String: String]]()], ["R26-2", "R26-3", "R26-1", "R26-4"]),
        ]
        for (keys, expected) in cases {
            let found = try find(server, keys, ["implicit": implicit])
            #expect(found.accessions == expected, "\(keys)")
            #expect((found.answer["statuses"] as? [Int]) == expected.map { _ in 0xFF00 } + [0], "\(keys)")
        }
        #expect(server.log.contains("not served: the study instance UID is missing"))
    }

    @Test("texts come back as they are, in UTF-8 only when needed")
    func characterSets() throws {
        let server = try TestServer(TestSource(Self.entries))
        let keys: [String: Any] = ["00100010": "", "00100020": ""]
        let answers = try find(server, keys).answer["responses"] as? [[String: Any]] ?? []
        #expect(answers.map { $0["00100010"] as? String } == ["राव^आशा", "MÜLLER^ASHA", "RAO^ASHA", "SINGH^ASHA"])
        #expect(answers.map { $0["00080005"] as? String } == ["ISO_IR 192", "ISO_IR 192", nil, nil])
    }

    @Test(
        "keys are read in the character set the query declares",
        arguments: [
            ("ISO_IR 192", "राव*", "R26-2"), ("ISO_IR 192", "Müller", "R26-3"), ("ISO_IR 100", "müLLER*", "R26-3"),
        ])
    func queryCharacterSets(set: String, name: String, expected: String) throws {
        let server = try TestServer(TestSource(Self.entries))
        #expect(try find(server, ["00080005": set, "00100010": name]).accessions == [expected])
    }

    @Test("only what was asked for, empty where nothing is known, FF01 for what is not supported")
    func returned() throws {
        let server = try TestServer(TestSource(Self.entries))
        let step: [String: String] = ["00400009": "", "00400007": "", "00400012": "", "00400003": ""]
        let keys: [String: Any] = [
            "00080050": "R26-1", "00101030": "", "0020000D": "", "00081110": [[String: String]](), Self.step: [step],
        ]
        let answer = try find(server, keys).answer
        let response = try #require((answer["responses"] as? [[String: Any]])?.first)
        #expect(Set(response.keys) == ["00080050", "00101030", "0020000D", "00081110", Self.step])
        #expect(response["00101030"] as? String == "")
        #expect((response["00081110"] as? [Any])?.isEmpty == true)
        #expect(response["0020000D"] as? String == "1.2.826.0.1.3680043.9.1")
        let item = try #require((response[Self.step] as? [[String: String]])?.first)
        #expect(item == ["00400003": "101500", "00400007": "CT head", "00400009": "S-R26-1", "00400012": ""])
        let odd = try find(server, ["00080050": "R26-1", "00180015": ""]).answer
        #expect(odd["statuses"] as? [Int] == [0xFF01, 0])
        // Sent by devices although not part of the model.
        let level = try find(server, ["00080050": "R26-1", "00080052": "WORKLIST"]).answer
        #expect(level["statuses"] as? [Int] == [0xFF00, 0])
    }

    @Test("a modality sees its own steps")
    func scope() throws {
        let server = try TestServer(TestSource(Self.entries), scope: .ownAE)
        #expect(try find(server, [:], ["calling": "MR01"]).accessions == ["R26-3"])
        #expect(try find(server, [Self.step: [["00400001": "CT01"]]], ["calling": "MR01"]).accessions == [])
    }

    @Test("wrong keys get A900 with an Error Comment")
    func refused() throws {
        let server = try TestServer(TestSource(Self.entries))
        let cases: [([String: Any], String)] = [
            ([Self.step: [["00400002": "20261122"], ["00400002": "20261123"]]], "More than one item"),
            ([Self.step: [["00400002": "yesterday"]]], "Start Date"),
            ([Self.step: [["00400003": "9999"]]], "Start Time"),
            (["00080005": "ISO_IR 999", "00100010": "Müller"], "(0010,0010)"),
        ]
        for (keys, comment) in cases {
            let answer = try find(server, keys).answer
            #expect(answer["statuses"] as? [Int] == [0xA900], "\(keys)")
            #expect((answer["comment"] as? String)?.contains(comment) == true, "\(answer)")
        }
    }

    @Test("a worklist that cannot be read is said to be so, not empty")
    func brokenSource() throws {
        let server = try TestServer(TestSource([], isBroken: true))
        #expect(try find(server, [:]).answer["statuses"] as? [Int] == [0xC001])
    }

    @Test("more matches than the limit are refused, not cut")
    func tooMany() throws {
        let server = try TestServer(.many(11)) { $0.maxMatches = 10 }
        let answer = try find(server, [:]).answer
        #expect(answer["statuses"] as? [Int] == [0xA700])
        #expect(try find(server, ["00100020": "MRN3"]).accessions == ["R26-100003"])
    }

    @Test("keys that could keep the processor busy are refused with a comment")
    func greedyKeys() throws {
        let server = try TestServer(.many(100))
        let list = [String](repeating: "a", count: 500).joined(separator: "\\")
        for (tag, key) in [("00080050", list), ("00100020", String(repeating: "*", count: 1_000) + "x")] {
            let answer = try find(server, [tag: key]).answer
            #expect(answer["statuses"] as? [Int] == [0xA900])
            #expect((answer["comment"] as? String)?.contains("more than") == true)
        }
    }

    @Test("an order without a station is served to the only modality of its kind")
    func noStation() throws {
        let server = try TestServer(TestSource([TestSource.entry("R1", station: "")]), scope: .ownAE)
        let answer = try find(server, [Self.step: [["00400001": "CT01"]]])
        #expect(answer.accessions == ["R1"])
        let response = (answer.answer["responses"] as? [[String: Any]])?.first
        #expect((response?[Self.step] as? [[String: String]])?.first?["00400001"] == "CT01")
        #expect(try find(server, [:], ["calling": "MR01"]).accessions == [])
    }

    @Test("a configured window cuts only what names no date, and says so in the log")
    func window() throws {
        // The server's clock stands at 2026-11-18.
        let server = try TestServer(
            TestSource(Self.entries), rules: { $0.modalities[0].worklist.window = WorklistWindow(past: 1, future: 4) })
        #expect(try find(server, ["00100020": ""]).accessions == ["R26-2", "R26-3", "R26-1"])
        #expect(server.log.contains("cut to the configured window"))
        #expect(try find(server, [Self.step: [["00400002": "20261123"]]]).accessions == ["R26-4"])
        #expect(try find(server, ["00100020": ""], ["calling": "MR01"]).accessions.count == 4)
    }

    @Test("keys and attributes inside a code sequence, as a device sends them", arguments: [false, true])
    func codes(implicit: Bool) throws {
        let coded = TestSource.entry("R26-9") {
            $0.procedureCode = WorklistCode(value: "CTHEAD", scheme: "99HMS", meaning: "CT head")
        }
        let server = try TestServer(TestSource(Self.entries + [coded]))
        let found = try find(
            server, ["00321064": [["00080100": "CT*", "00080104": ""]]], ["implicit": implicit])
        #expect(found.accessions == ["R26-9"])
        let response = try #require((found.answer["responses"] as? [[String: Any]])?.first)
        #expect((response["00321064"] as? [[String: String]]) == [["00080100": "CTHEAD", "00080104": "CT head"]])
        #expect(try find(server, ["00321064": [["00080100": "X"]]]).accessions == [])
    }

    @Test("the last query is kept: who asked, how it ended, how many it got, and its bytes to be read again")
    func kept() throws {
        let server = try TestServer(TestSource(Self.entries))
        _ = try find(server, ["00100020": "123"])
        _ = try find(server, [Self.step: [["00400002": "soon"]]], ["calling": "MR01"])
        let kept = server.queries.all
        #expect(kept.map(\.aeTitle) == ["CT01", "MR01"])
        #expect(kept.map(\.status) == [0, 0xA900] && kept.map(\.matches) == [1, 0])
        let bytes = try #require(kept.first?.identifier)
        let set = try DataSetReader.read(bytes, .explicitLittleEndian)
        #expect(set[DICOM.Tag(0x0010, 0x0020)]?.bytes == Array("123 ".utf8))
    }

    @Test("C-CANCEL ends the responses with FE00")
    func cancel() throws {
        let server = try TestServer(.many(20_000))
        let statuses = try find(server, [:], ["cancel": 5, "keep": false]).answer["statuses"] as? [Int] ?? []
        #expect(statuses.last == 0xFE00)
        #expect(statuses.count < 20_000)
    }

    @Test("findscu of DCMTK gets the same")
    func findscu() throws {
        let server = try TestServer(TestSource(Self.entries))
        let keys = ["0010,0010=RA*", "0008,0050", "0040,0100[0].0008,0060=CT", "0020,000d"]
        let output = try Peers.dcmtk(
            "findscu",
            ["-v", "-W", "-aet", "CT01", "-aec", "LABRADOR"] + keys.flatMap { ["-k", $0] }
                + ["127.0.0.1", "\(server.port)"])
        #expect(output.status == 0)
        #expect(output.text.contains("Find Response: 1 (Pending)") && !output.text.contains("Find Response: 2"))
        #expect(output.text.contains("[RAO^ASHA]") && output.text.contains("[R26-1"))
        #expect(output.text.contains("Received Final Find Response (Success)"))
    }

    @Test("no name, identifier or key reaches the log")
    func quietLog() throws {
        let server = try TestServer(TestSource(Self.entries))
        _ = try find(server, ["00100010": "SINGH", "00100020": "123", Self.step: [["00400002": "SECRET"]]])
        _ = try find(server, ["00100010": "SINGH"])
        server.server.stop()
        for line in server.log.all { #expect(!line.contains("SINGH") && !line.contains("SECRET"), "\(line)") }
    }
}
