import Core
import Profiles
import TestKit
import Testing

/// How `decode` lays out its answer.
@Suite struct DecodeTextTests {
    private let records = [
        "H|\\^&|||X", "P|1", "O|1|S-0001",
        "R|1|^A very long name of a test that nobody abbreviates^^GLUCOSE-FASTING|105.25|mg/dL|74.00 - 106.00|H||F||||20260314093000",
        "R|2|^Sodium^^NA|140|mmol/L|135 - 145|N||F||||20260314093000",
        "C|1|I|a comment of several words on this result|G",
        "L|1|N",
    ]

    private func lines(_ width: Int) throws -> [String] {
        try passing().decode(Array((records.joined(separator: "\r") + "\r").utf8)).text(width: width)
            .split(separator: "\n").map(String.init)
    }

    @Test(arguments: [60, 72, 80, 100, 132])
    func nothingIsWiderThanTheTerminal(width: Int) throws {
        for line in try lines(width) { #expect(line.count <= width, "\(line)") }
    }

    @Test(arguments: [40, 60, 72, 80, 100, 200])
    func codesValuesAndUnitsAreNeverCut(width: Int) throws {
        let text = try lines(width).joined(separator: "\n")
        for word in ["GLUCOSE-FASTING", "105.25", "mg/dL", "140", "mmol/L"] { #expect(text.contains(word), "\(word)") }
    }

    @Test func whatIsCutInTheTableIsSaidOnceOrBelow() throws {
        let text = try lines(72).joined(separator: "\n")
        #expect(text.contains("All: performed 2026-03-14T09:30:00+05:30, status final."))
        #expect(text.contains("A very long"))
        #expect(!text.contains("nobody abbreviates"))
        #expect(text.contains("a comment of several words on this result"))
        #expect(try lines(200).joined().contains("nobody abbreviates"))
    }

    @Test("every shipped recording fits 80 columns, but for words that are wider")
    func shipped() throws {
        for (test, profile, bytes) in try ShippedProfiles.recordings() {
            for line in profile.decode(bytes).text(width: 80).split(separator: "\n") where line.count > 80 {
                let longest = line.split(separator: " ").map(\.count).max() ?? 0
                #expect(longest > 40 || line.hasPrefix("  at") || line.contains("|"), "\(test): \(line)")
            }
        }
    }

    @Test func aLocalCodeIsShownAndAnUnknownTestHasARemedy() throws {
        let profile = try profile(
            "name: T\nprotocol: astm\nflags: {}\ntests: { A: { local: 'HOSP-A', name: Alpha } }\n")
        let text = profile.decode(
            Array((header + "\rP|1\rO|1|S\rR|1|^^^A|1|||||F\rR|2|^^^B|2|||||F\rL|1|N\r").utf8)
        ).text
        #expect(text.contains("local") && text.contains("HOSP-A"), "\(text)")
        #expect(text.contains("An unknown test: add it to the profile's tests, or say in its lines:"), "\(text)")
    }

    @Test func missingShippedProfilesAreTold() {
        #expect(
            ProfileLibrary(directories: ["nowhere", "else"]).missingShipped?.hasPrefix(
                "The profiles that come with Labrador were not found; looked at were nowhere, else.") == true)
        #expect(ShippedProfiles.library.missingShipped == nil)
    }
}
