import Core
import Profiles
import TestKit
import Testing

/// A peer can never stop the process: cut and damaged recordings give an answer, and every line that is read is in it once.
@Suite struct HostileInputTests {
    /// A generator with a fixed seed (SplitMix64, public domain).
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private func check(_ profile: Profile, _ bytes: [UInt8]) {
        let report = profile.decode(bytes)
        // Nothing twice, whatever came; what was sent cannot be counted in damaged text.
        #expect(LineAccount.mistakes(in: report, expected: 0).filter { $0.contains("times") } == [])
        _ = report.text
        _ = report.json
        _ = profile.interpret(wire: profile.wire, bytes: bytes, facility: Facility(timeZone: "Nowhere/Land"))
    }

    @Test(arguments: ShippedProfiles.cases)
    func cutAtManyPlaces(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.profile(id: test.profile)
        let bytes = try test.capture().bytes
        // Other places for each recording, so that all of them together are cut everywhere.
        let step = max(1, bytes.count / 40)
        for length in stride(from: test.fact.utf8.count % step, to: bytes.count, by: step) {
            check(profile, Array(bytes[..<length]))
        }
    }

    /// Lines that cost the square of their length if every part were looked for from the field's beginning.
    private static let crowded: [(name: String, wire: WireProtocol, lines: @Sendable (Int) -> [String])] = [
        ("components of a value", .astm, { ["R|1|^^^A|a" + String(repeating: "^", count: $0) + "b"] }),
        ("repeats of a value", .astm, { ["R|1|^^^A|" + String(repeating: "a\\", count: $0) + "b"] }),
        ("flags", .astm, { ["R|1|^^^A|1|||" + String(repeating: "a\\", count: $0) + "b"] }),
        ("comments", .astm, { ["C|1|I|" + String(repeating: "a\\", count: $0) + "b", "R|1|^^^A|1"] }),
        ("components of a value", .hl7, { ["OBX|1|ST|A||a" + String(repeating: "^", count: $0) + "b"] }),
        ("repeats of PID-3", .hl7, { ["PID|1||" + String(repeating: "a~", count: $0) + "b", "OBX|1|NM|A||1"] }),
        (
            "names of segments", .hl7,
            { count in (0..<count).map { "Z" + String($0, radix: 36) } + ["OBX|1|NM|A||1"] }
        ),
    ]

    private func interpret(_ crowd: Int, _ parts: Int) throws -> Interpretation {
        let (_, wire, lines) = Self.crowded[crowd]
        let head =
            wire == .astm ? [header, "P|1", "O|1|S"] : ["MSH|^~\\&|A|B|||1||ORU^R01|1|P|2.5", "OBR|1||S"]
        let text = (head + lines(parts) + (wire == .astm ? ["L|1|N"] : [])).joined(separator: "\r") + "\r"
        return try profile("name: T\nprotocol: \(wire.rawValue)\npass_through: true\n")
            .interpret(wire: wire, bytes: Array(text.utf8), facility: Facility())
    }

    @Test(.timeLimit(.minutes(1)), arguments: crowded.indices)
    func manyPartsCostNoMoreThanTheirLength(_ crowd: Int) throws {
        guard case .reports(let reports) = try interpret(crowd, 40_000) else {
            Issue.record("\(Self.crowded[crowd].name): not read")
            return
        }
        #expect(reports.reduce(0) { $0 + $1.observations.count } == 1)
    }

    @Test(arguments: crowded.indices)
    func moreThanAnyDeviceSendsIsUnreadable(_ crowd: Int) throws {
        guard case .unreadable(let why) = try interpret(crowd, 60_000) else {
            Issue.record("\(Self.crowded[crowd].name): read")
            return
        }
        #expect(why.contains("stays in the journal"))
    }

    @Test func tooManyResultsAreUnreadable() throws {
        let text = "\(header)\rP|1\rO|1|S\r" + String(repeating: "R|1|^^^A|1\r", count: 10_001) + "L|1|N\r"
        guard
            case .unreadable(let why) = try passing().interpret(
                wire: .astm, bytes: Array(text.utf8), facility: Facility())
        else {
            Issue.record("it was read")
            return
        }
        #expect(why.hasPrefix("The message holds 10001 results"))
    }

    @Test(arguments: ShippedProfiles.cases)
    func mutated(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.profile(id: test.profile)
        let original = try test.capture().bytes
        let marks = Array("|^\\&~HPORCLQM\r\n\u{0}\u{2}\u{3}\u{b}\u{1c}0-<\"".utf8) + [0xFF, 0xC3]
        var random = Random(state: UInt64(original.count))
        for _ in 0..<40 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...12, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = marks[Int.random(in: 0..<marks.count, using: &random)]
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(marks[Int.random(in: 0..<marks.count, using: &random)], at: at)
                default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            check(profile, bytes)
        }
    }
}
