import Core
import Profiles
import TestKit
import Testing

/// Which profile a recording is said to be for.
@Suite struct IdentifyTests {
    /// Fits by what a person would see at once: the shipped recordings name their profile first, or at least among those
    /// that fit equally.
    @Test("the shipped recordings of profiles that know tests", arguments: ShippedProfiles.cases.filter(\.holdsResults))
    func shipped(_ test: ProfileCase) throws {
        let own = try ShippedProfiles.profile(id: test.profile)
        let report = own.decode(try test.capture().bytes)
        let known = report.messages.flatMap(\.report.observations).filter { $0.held == nil }
        guard !own.tests.isEmpty, known.count > 1 else { return }
        // Some cases show a related model's message, which names that model.
        guard own.fit(try test.capture().bytes).mark != .differs else { return }
        let answer = Identification(of: try test.capture().bytes, among: ShippedRecordings.profiles)
        #expect(answer.best.map(\.id).contains(test.profile), "\(answer.text())")
    }

    private let recording = bare(
        "H|\\^&|||MAKER^M1", "P|1", "O|1|S1", "R|1|^^^GLU|5.1|mmol/L||N||F", "R|2|^^^NA|140|mmol/L||N||F", "L|1|N")

    private func fit(_ yaml: String, _ capture: [UInt8]? = nil) throws -> ProfileFit {
        try profile("name: T\nprotocol: astm\n\(yaml)").fit(capture ?? recording)
    }

    @Test func whoKnowsTheTestsIsBeforeWhoPassesThemOn() throws {
        let all = try fit("tests: { GLU: { units: [mmol/L] }, NA: { units: [mmol/L] } }")
        let some = try fit("tests: { GLU: { units: [mmol/L] } }")
        let otherUnit = try fit("tests: { GLU: { units: [mg/dL] }, NA: { units: [mmol/L] } }")
        let none = try fit("tests: { WBC: {} }")
        let generic = try fit("pass_through: true")
        #expect(all.points > otherUnit.points)
        #expect(otherUnit.points > some.points)
        #expect(some.points > generic.points)
        #expect(generic.points > none.points)
        #expect((all.known, otherUnit.otherUnits, some.unknown, generic.known) == (2, 1, 1, 0))
        #expect(all.sentence == "It knows the tests of all 2 results and their units.")
        #expect(otherUnit.sentence.contains("1 comes in a unit it does not expect"))
    }

    @Test func whatTheMessageNamesDecides() throws {
        let tests = "tests: { GLU: { units: [mmol/L] }, NA: { units: [mmol/L] } }"
        let plain = try fit(tests)
        let named = try fit("\(tests)\nidentify: { when: { H.5.2: { prefix: M } } }")
        let other = try fit("\(tests)\nidentify: [ { H.5.2: M9 }, { H.5.1: OTHER } ]")
        let any = try fit("\(tests)\nidentify: [ { H.5.2: M9 }, { H.5.1: MAKER } ]")
        let byResult = try fit("\(tests)\nidentify: { when: { R.3.4: NA } }")
        #expect(named.points > plain.points)
        #expect(plain.points > other.points)
        #expect(
            (named.mark, other.mark, any.mark, byResult.mark, plain.mark) == (.fits, .differs, .fits, .fits, .unnamed))
        #expect(named.sentence.hasPrefix("The message names this model; "))
    }

    @Test func theSpecimenCounts() throws {
        let tests = "tests: { GLU: { units: [mmol/L] }, NA: { units: [mmol/L] } }"
        let elsewhere = try fit("\(tests)\nspecimen: { from: O.4 }")
        #expect(try fit(tests).points > elsewhere.points)
        #expect(elsewhere.sentence.contains("no specimen id"))
    }

    @Test func wrongChecksumsDoNotHideTheDevice() throws {
        let records = ["H|\\^&|||X", "P|1", "O|1|S1", "R|1|^^^GLU|5.1|mmol/L||N||F", "L|1|N"]
        let strict = try fit("tests: { GLU: { units: [mmol/L] } }", framed(records, fault: 1))
        #expect(strict.unreadable == nil)
        #expect(strict.checksum == "lenient")
        #expect(strict.sentence.contains("`link: { checksum: lenient }`"))
        let lenient = try fit(
            "link: { checksum: lenient }\ntests: { GLU: { units: [mmol/L] } }", framed(records, fault: 1))
        #expect(lenient.checksum == nil)
        #expect(lenient.points > strict.points)
    }

    @Test func nobodyKnowsIt() throws {
        let answer = ShippedProfiles.library.identify(
            bare("H|\\^&|||Z", "P|1", "O|1|S1", "R|1|^^^QQ7|5.1|mmol/L||N||F", "L|1|N"))
        #expect(answer.best.isEmpty)
        #expect(answer.verdict.hasPrefix("No profile fits this device; generic-astm would hand its codes on"))
        #expect(answer.fits.first?.id == "generic-astm")
        #expect(answer.unreadable.contains { $0.id == "generic-hl7" })
    }

    @Test func nothingToReadAndNothingToCompare() throws {
        let noise = ShippedProfiles.library.identify(Array("nonsense".utf8))
        #expect(noise.fits.isEmpty)
        #expect(noise.verdict.hasPrefix("No profile can read this recording."))
        let empty = ShippedProfiles.library.identify(bare("H|\\^&|||Z", "L|1|N"))
        #expect(empty.best.isEmpty)
        #expect(empty.verdict.hasPrefix("The recording holds no results"))
    }

    @Test func theAnswerAsTextAndJSON() throws {
        let capture = try #require(
            ShippedProfiles.cases.first { $0.profile == "horiba-yumizen-h500" && $0.holdsResults })
        let answer = ShippedProfiles.library.identify(try capture.capture().bytes)
        for line in answer.text(width: 80).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        #expect(answer.text().contains("horiba-yumizen-h500 fits best."))
        #expect(answer.json.compact.contains(#""best":["horiba-yumizen-h500"]"#))
        #expect(answer.json.compact.contains(#""id":"generic-hl7""#))
    }
}
