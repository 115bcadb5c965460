import ASTM
import Core
import HL7
import Profiles
import TestKit
import Testing

/// Whatever a device asks, what goes back is a message of the right form, and nothing stops the process.
@Suite struct HostileDialogueTests {
    private static let queries = ShippedProfiles.cases.filter { $0.fact.contains("query") }

    private func converse(_ profile: Profile, _ bytes: [UInt8]) {
        let facility = Facility(timeZone: "Nowhere/Land")
        guard let query = profile.query(in: bytes, facility: facility) else { return }
        var orders: [WorkOrder] = []
        if case .specimens(let names) = query.wanted {
            #expect(names.count <= DialogueLimits.specimensPerQuery)
            orders = names.prefix(3).map { work($0, ["GLU", "WBC", "989", "|^~\\&\r"], family: "A|^\\&\r\n~") }
        } else if case .all = query.wanted {
            orders = [work("S1", ["GLU", "WBC", "989"])]
        }
        let answer = profile.answer(query, orders: orders, context: context(facility: facility))
        if profile.wire == .astm {
            for message in answer.following {
                let parsed = try? ASTMMessage.parse(message.content)
                let letters = String((parsed?.records ?? []).map(\.type.letter))
                #expect(letters.wholeMatch(of: /H(PO+|Q)*L/) != nil, "\(letters)")
            }
        } else if profile.wire == .blocks {
            for message in answer.following {
                #expect(!message.content.isEmpty && message.content.allSatisfy { $0 >= 0x1C }, "\(message.content)")
                _ = profile.told(in: message.content)
            }
        } else {
            for content in [answer.reply].compactMap({ $0 }) + answer.following.map(\.content) {
                let names = ((try? HL7Message.parse(content))?.segments ?? nil)?.map(\.name) ?? []
                #expect(names.first == "MSH" && Set(names).isSubset(of: Self.written), "\(names)")
            }
            for message in answer.following { _ = profile.response(in: bytes, to: message) }
        }
    }

    private static let written: Set<String> = [
        "MSH", "MSA", "ERR", "QAK", "QPD", "QRD", "QRF", "DSP", "DSC", "PID", "ORC", "OBR", "TQ1", "SPM", "SAC",
    ]

    /// The query's text without framing.
    private func texts(_ profile: Profile, _ bytes: [UInt8]) -> [UInt8] {
        profile.wire == .astm ? LinkTranscript.messages(in: bytes).messages.first?.text ?? bytes : bytes
    }

    @Test(arguments: queries)
    func cutAtEveryPlace(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.profile(id: test.profile)
        let bytes = texts(profile, try test.capture().bytes)
        for length in 0...bytes.count { converse(profile, Array(bytes[..<length])) }
    }

    @Test(arguments: queries)
    func mutated(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.profile(id: test.profile)
        let original = texts(profile, try test.capture().bytes)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        let alphabet = Array("|^\\&~@`HQPOL\r\n0A\u{1}".utf8) + [0xFF, 0xC3]
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<(1 + random(6)) where !bytes.isEmpty {
                let place = random(bytes.count)
                switch random(3) {
                case 0: bytes[place] = alphabet[random(alphabet.count)]
                case 1: bytes.insert(alphabet[random(alphabet.count)], at: place)
                default: bytes.remove(at: place)
                }
            }
            converse(profile, bytes)
        }
    }

    @Test func longFieldsTakeLinearTime() throws {
        let profile = try ShippedProfiles.profile(id: "generic-astm")
        let head = "H|\\^&|||G\rQ|1|"
        for filler in ["\\", "^", "^A\\", "&", "A"] {
            let text = head + String(repeating: filler, count: 100_000 / filler.utf8.count) + "\rL|1|N\r"
            let time = ContinuousClock().measure { converse(profile, Array(text.utf8)) }
            #expect(time < .seconds(20), "\(filler)")
        }
    }
}
