import Core
import Profiles
import TestKit
import Testing

@Suite struct HL7DialogueTests {
    private func profile(_ dialect: String, _ more: String = "", tests: String = "pass_through: true") throws -> Profile
    {
        try Profiles.ProfileLibrary.read(
            text: "name: T\nprotocol: hl7\norders: { dialect: \(dialect)\(more) }\n\(tests)\n", id: "t", file: "t")
    }

    // MARK: - Mindray

    private func mindray(_ barcode: String, _ subject: String = "OTH", head: String = "|^~\\&|") -> [String] {
        let (mark, component) = (String(head.prefix(1)), String(head.dropFirst().prefix(1)))
        return [
            "MSH\(head)Mindray|BS-200|||20260314||QRY^Q02|7|P|2.3.1||||||ASCII",
            "QRD|20260314115959|R|D|3|||RD|\(barcode)|\(subject)|||T",
            "QRF|BS-200|20260314000000|20260314235959|||RCT|COR|ALL",
        ].map { $0.replacing("|", with: mark).replacing("^", with: component) }
    }

    @Test func mindrayOneSample() throws {
        let profile = try profile("mindray", tests: "tests: { GLU: { order_code: '1' } }")
        let exchange = Exchange(profile, mindray("S1"), orders: [work("S1", ["GLU", "XYZ"], priority: .stat)])
        #expect(exchange.wanted == .specimens(["S1"]))
        #expect(
            exchange[0] == "MSH|^~\\&|Labrador||Mindray|BS-200|20260314120000||QCK^Q02|1|P|2.3.1||||||ASCII|||")
        #expect(
            Array(exchange.lines.dropFirst().prefix(4)) == [
                "MSA|AA|7|Message accepted|||0|", "ERR|0|", "QAK|SR|OK|", "",
            ])
        #expect(exchange[5].contains("|DSR^Q03|2|"))
        #expect(exchange.lines.contains("DSP|21||S1||") && exchange.lines.contains("DSP|24||Y||"))
        #expect(exchange.lines.contains("DSP|29||1^^^||") && !exchange.lines.contains { $0.hasPrefix("DSP|30") })
        #expect(exchange.lines.contains { $0.hasPrefix("QRD|20260314115959|R|D|3|||RD|S1|OTH") })
        #expect(exchange.lines.last == "DSC||")
        #expect(exchange.following.map(\.controlID) == ["2"])
        #expect(exchange.remarks.count == 1 && exchange.remarks[0].contains("XYZ"))
    }

    @Test func mindrayNothingOrdered() throws {
        let profile = try profile("mindray", tests: "tests: { GLU: {} }")
        for orders in [[], [work("S1", ["WBC"])], [work("S1", ["GLU"]), work("S1", ["GLU"], number: 2, mrn: "MRN-2")]] {
            let exchange = Exchange(profile, mindray("S1"), orders: orders)
            #expect(exchange.lines.last == "QAK|SR|NF|" && exchange.following.isEmpty)
        }
    }

    @Test func mindrayGroupIsNumberedToTheLast() throws {
        let profile = try profile("mindray")
        let orders = (1...3).map { work("S\($0)", ["K"], number: Int64($0), mrn: "MRN-\($0)") }
        let exchange = Exchange(profile, mindray(""), orders: orders)
        guard case .all(let from?, let to?) = exchange.wanted else { return #expect(Bool(false)) }
        #expect(from.compact(offsetSeconds: 19_800) == "20260314000000")
        #expect(to.compact(offsetSeconds: 19_800) == "20260314235959")
        #expect(exchange.lines.filter { $0.hasPrefix("DSC") } == ["DSC|1|", "DSC|2|", "DSC||"])
        #expect(exchange.following.map(\.awaitsAnswer) == [true, true, true])
        #expect(Exchange(profile, mindray(""), orders: []).lines.last == "QAK|SR|NF|")
    }

    @Test func mindrayCancelAndOtherDelimiters() throws {
        let profile = try profile("mindray")
        let cancel = Exchange(profile, mindray("S1", "CAN"), orders: [work("S1", ["K"])])
        #expect(cancel.wanted == .cancel && cancel.following.isEmpty && cancel.lines.last == "ERR|0|")
        let other = Exchange(profile, mindray("S1", head: "#*~\\&#"), orders: [work("S1", ["K"], given: "A#B*C|D")])
        #expect(other.lines.first?.hasPrefix("MSH#*~\\&#Labrador##Mindray#BS-200#") == true)
        #expect(other.lines.contains("DSP#3##RAO A\\F\\B\\S\\C|D##"))
        #expect(other.lines.contains("DSP#29##K***##"))
    }

    // MARK: - LAW

    private func law(_ qpd: String) -> [String] {
        [
            "MSH|^~\\&|AN|LAB|LIS|HOSP|20260314||QBP^Q11^QBP_Q11|q-1|P|2.5.1|||NE|AL||UNICODE UTF-8|||LAB-27^IHE",
            "QPD|\(qpd)",
            "RCP|I||R",
        ]
    }

    @Test func lawWorkForOneSpecimen() throws {
        let facility = Facility(authorities: ["HOSP": "urn:labrador:mrn"])
        let exchange = Exchange(
            try profile("law"), law("WOS^Work Order Step^IHELAW|tag|S1"),
            orders: [work("S1", ["K", "NA"], number: 42)],
            context: context(attempt: 3, facility: facility))
        #expect(
            exchange.lines == [
                "MSH|^~\\&|LIS|HOSP|AN|LAB|20260314120000||RSP^K11^RSP_K11|1|P|2.5.1|||NE|NE||UNICODE UTF-8|||LAB-27^IHE",
                "MSA|AA|q-1", "QAK|tag|OK|WOS^Work Order Step^IHELAW", "QPD|WOS^Work Order Step^IHELAW|tag|S1", "",
                "MSH|^~\\&|LIS|HOSP|AN|LAB|20260314120000||OML^O33^OML_O33|2|P|2.5.1|||NE|AL||UNICODE UTF-8|||LAB-28^IHE",
                "PID|1||MRN-1^^^HOSP^MR||RAO^ASHA^^^^^L||19810402|F", "SPM|1|S1||\"\"|||||||P^^HL70369", "SAC|||S1",
                "ORC|NW||||||||20260314120000", "TQ1|||||||||R^^HL70485", "OBR||42-K-3||K^^L",
                "ORC|NW||||||||20260314120000", "TQ1|||||||||R^^HL70485", "OBR||42-NA-3||NA^^L",
            ])
    }

    @Test func lawNothingToDo() throws {
        let nothing = ["SPM|1|S9||\"\"|||||||U^^HL70369", "SAC|||S9", "ORC|DC||||||||20260314120000"]
        let profile = try profile("law")
        #expect(Array(Exchange(profile, law("WOS|tag|S9")).lines.suffix(3)) == nothing)
        let all = Exchange(profile, law("WOS_ALL|tag"))
        #expect(all.wanted == .all(from: nil, to: nil))
        #expect(Array(all.lines.suffix(3)) == ["SPM|1|||\"\"|||||||U^^HL70369", "SAC", "ORC|DC||||||||20260314120000"])
        let unclear = Exchange(profile, law("WOS|tag|"))
        #expect(unclear.wanted == .specimens([]) && unclear.following.isEmpty)
        #expect(unclear.lines.contains("MSA|AE|q-1") && unclear.lines.contains("QAK|tag|AE|WOS"))
    }

    @Test func everyAttemptHasIdsOfItsOwn() throws {
        let profile = try profile("law")
        #expect(profile.numbersAttempts)
        let ids = (1...2).flatMap { attempt in
            Exchange(
                profile, law("WOS_ALL|tag"), orders: [work("S1", ["K", "NA"]), work("S2", ["K"], number: 2)],
                context: context(attempt: attempt)
            ).lines.filter { $0.hasPrefix("OBR") }
        }
        #expect(ids.count == 6 && Set(ids).count == 6)
    }

    // MARK: - Cepheid

    @Test func cepheid() throws {
        let profile = try profile("cepheid")
        let head = "MSH|^~\\&|ICU^GeneXpert^1.0||LIS||20260314||QBP^Z03^QBP_Z03|m-1|P|2.5"
        let one = Exchange(
            profile, [head, "QPD|Z03^HOST QUERY|tag|PAT|S1", "RCP|I"], orders: [work("S1", ["MTB"], priority: .urgent)])
        #expect(
            one.lines == [
                "MSH|^~\\&|LIS||ICU^GeneXpert^1.0||20260314120000||RSP^Z02|1|P|2.5|||NE|NE", "MSA|AA|m-1",
                "QAK|tag|OK|Z03^HOST QUERY", "QPD|Z03^HOST QUERY|tag|PAT|S1", "PID|1||MRN-1||RAO^ASHA||19810402|F",
                "ORC|NW|1|||||||20260314115000", "OBR|1|||MTB|||||||A", "TQ1|||||||||R", "SPM|1|S1||ORH|||||||P",
            ])
        #expect(one.following.isEmpty)
        #expect(Exchange(profile, [head, "QPD|Z03^HOST QUERY|tag||S9"]).lines.count == 4)
        let all = [head.replacing("Z03", with: "Z01"), "QPD|Z01^REQUEST TEST ORDERS|tag|ALL"]
        #expect(Exchange(profile, all).wanted == .all(from: nil, to: nil))
        let cancel = Exchange(profile, [head.replacing("QBP^Z03^QBP_Z03", with: "QCN^J01^QCN_J01"), "QID|tag|N/D"])
        #expect(cancel.wanted == .cancel && cancel.lines == [])
    }

    @Test func anotherDialectsQueryIsNone() throws {
        let law = Array(law("WOS|tag|S1").joined(separator: "\r").utf8)
        let mindray = Array(mindray("S1").joined(separator: "\r").utf8)
        #expect(try profile("mindray").query(in: law) == nil)
        #expect(try profile("law").query(in: mindray) == nil)
        #expect(try profile("orm").query(in: law) == nil)
        #expect(try profile("law").query(in: Array("MSH|^~\\&|A|||||ORU^R01|1".utf8)) == nil)
    }

    @Test func theQuerysCharacterSetIsUsed() throws {
        let profile = try profile("law")
        for (declared, letter) in [
            ("8859/1", [UInt8(0xEB)]), ("UNICODE UTF-8", Array("ë".utf8)), ("", Array("ë".utf8)),
        ] {
            let lines = law("WOS|tag|S1").map { $0.replacing("UNICODE UTF-8", with: declared) }
            let exchange = Exchange(profile, lines, orders: [work("S1", ["K"], given: "Zoë")])
            let wanted = Array("^Zo".utf8) + letter + Array("^".utf8)
            let content = try #require(exchange.following.first).content
            #expect(content.firstRange(of: wanted) != nil, "\(declared)")
            #expect(shownLines(content).first?.contains("|NE|AL||\(declared)|") == true)
        }
    }

    @Test func aHostileListIsBounded() throws {
        let list = (0..<50_000).map { "S\($0)" }.joined(separator: "~")
        let exchange = Exchange(try profile("law"), law("WOS|tag|\(list)"))
        guard case .specimens(let names) = exchange.wanted else { return #expect(Bool(false)) }
        #expect(names.count == DialogueLimits.specimensPerQuery)
        #expect(exchange.following.count == DialogueLimits.specimensPerQuery)
        #expect(exchange.remarks == ["The query names 50000 specimens; the first 500 were answered."])
    }
}
