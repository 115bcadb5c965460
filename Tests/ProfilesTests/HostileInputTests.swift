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
    func cutAtEveryPlace(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.library.profile(id: test.profile)
        let bytes = try test.capture().bytes
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 150)) {
            check(profile, Array(bytes[..<length]))
        }
    }

    @Test(arguments: ShippedProfiles.cases)
    func mutated(_ test: ProfileCase) throws {
        let profile = try ShippedProfiles.library.profile(id: test.profile)
        let original = try test.capture().bytes
        let marks = Array("|^\\&~HPORCLQM\r\n\u{0}\u{2}\u{3}\u{b}\u{1c}0-<\"".utf8) + [0xFF, 0xC3]
        var random = Random(state: UInt64(original.count))
        for _ in 0..<150 {
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
