import Core
import Foundation
import Profiles
import TestKit
import Testing

@Suite struct ExtendsTests {
    private static let base = """
        name: Base
        protocol: astm
        charset: utf-8
        specimen: { from: [O.4], strip_zeros: true }
        results: { code: { from: [R.3.5], strip_prefix: X }, name: R.3.2 }
        lines:
          - { is: ignored, when: { R.3.5: { prefix: SCAT } }, why: the base's rule }
        units: { mg/dl: mg/dL, Cells: '10*3/uL' }
        orders: { dialect: astm, fields: { O.8: collected, O.11: =X }, sender: BASE }
        tests:
          WBC: { name: Leukocytes, loinc: 6690-2, units: { '10*3/uL': 6690-2, '10*9/L': 6690-2 } }
          RBC: { name: Erythrocytes, loinc: 789-8, units: ['10*6/uL'] }
        """

    private let files = TemporaryLibrary()

    private func profile(_ over: String) throws -> Profile {
        try files.write("base/acme/one", Self.base)
        try files.write("site/acme/two", over)
        return try files.library("site", "base").profile(id: "acme-two")
    }

    private func mistakes(_ over: String, base: String = base) throws -> [String] {
        try files.write("base/acme/one", base)
        try files.write("site/acme/two", over)
        return files.mistakes("acme-two", in: files.library("site", "base"))
    }

    /// What a profile makes of one result line.
    private func observation(_ profile: Profile, _ line: String = "R|1|^^^^WBC|5.1|10*3/uL||N||F") -> [String] {
        astm(profile, header, "P|1", "O|1||007", line, "L|1|N").flatMap { report in
            report.observations.map {
                "\($0.code) \($0.loinc ?? "-") \($0.name ?? "-") \($0.unit ?? "-") \($0.held?.rawValue ?? "good")"
            }
                + report.ignored.map { "ignored: \($0.why)" }
        }
    }

    @Test func aTestIsChangedKeyByKeyAndTheRestStays() throws {
        let over = try profile("extends: acme-one\ntests: { WBC: { name: White cells }, PLT: { loinc: 777-3 } }\n")
        #expect(over.id == "acme-two")
        #expect(over.name == "Base")
        #expect(over.wire == .astm)
        #expect(over.tests.map(\.code) == ["WBC", "RBC", "PLT"])
        #expect(observation(over) == ["WBC 6690-2 White cells 10*3/uL good"])
        #expect(
            over.files.map { $0.path.components(separatedBy: "/").suffix(4).joined(separator: "/") } == [
                "site/acme/two/profile.yaml", "base/acme/one/profile.yaml",
            ])
    }

    @Test func aTwinMayHaveATableOfTestsOfItsOwn() throws {
        let over = try profile(
            "extends: acme-one\ntests_from_base: false\ntests: { WBC: { name: White cells }, PLT: { loinc: 777-3 } }\n")
        #expect(over.tests.map(\.code) == ["WBC", "PLT"])
        #expect(observation(over) == ["WBC - White cells 10*3/uL good"])
        #expect(try profile("extends: acme-one\ntests_from_base: true\n").tests.map(\.code) == ["WBC", "RBC"])
        #expect(
            try mistakes("extends: acme-one\ntests_from_base: false\n").contains {
                $0.contains("a profile needs 'tests'")
            })
        let none = try mistakes("extends: acme-one\ntests_from_base: false\ntests: { RBC: }\n")
        #expect(none.contains { $0.contains("there is no test 'RBC' in the base") }, "\(none)")
    }

    @Test func theWordAboutTheTableHoldsForItsOwnBaseOnly() throws {
        try files.write("base/acme/zero", Self.base)
        try files.write("base/acme/one", "extends: acme-zero\ntests_from_base: false\ntests: { PLT: {} }\n")
        try files.write("site/acme/two", "extends: acme-one\ntests: { WBC: {} }\n")
        #expect(try files.library("site", "base").profile(id: "acme-two").tests.map(\.code) == ["PLT", "WBC"])
        try files.write("site/acme/two", "name: T\nprotocol: astm\npass_through: true\ntests_from_base: false\n")
        #expect(
            files.mistakes("acme-two", in: files.library("site", "base")).contains {
                $0.contains("this profile extends none")
            })
    }

    @Test func aListReplacesAndAMappingOfUnitsGrows() throws {
        let replaced = try profile("extends: acme-one\ntests: { RBC: { units: ['10*12/L'] } }\n")
        #expect(replaced.test(code: "RBC")?.units.keys.sorted() == ["10*12/L"])
        let grown = try profile("extends: acme-one\ntests: { WBC: { units: { '{cells}/uL': } } }\n")
        #expect(grown.test(code: "WBC")?.units.keys.sorted() == ["10*3/uL", "10*9/L", "{cells}/uL"])
    }

    @Test func aKeyWithNothingTakesTheBasesWordBack() throws {
        let over = try profile("extends: acme-one\ntests: { RBC: ~ }\nspecimen:\nresults: { code: }\n")
        #expect(over.tests.map(\.code) == ["WBC"])
        // The standard's places again: O.3 and R.3.4.
        let reports = astm(over, header, "P|1", "O|1|S1|S2", "R|1|^^^WBC|5.1|10*3/uL", "L|1|N")
        #expect(reports.map(\.specimen) == ["S1"])
        #expect(reports.flatMap(\.observations).map(\.code) == ["WBC"])
    }

    @Test func theStandardsOrderIsKeptWhereAnEmptyFieldSaysSo() throws {
        // In `fields` nothing means that the field stays empty; the base's O.11 is still there.
        let over = try profile("extends: acme-one\norders: { fields: { O.8: } }\n")
        let text = over.canDownload || over.answersQueries
        #expect(text)
        #expect(
            try mistakes("extends: acme-one\norders: { fields: { O.8: , R.1: x } }\n") == [
                "site/acme/two/profile.yaml:2: orders.fields.R.1: 'R.1' is no field we write; write it like O.3, from the third "
                    + "field of H, P or O on"
            ])
    }

    @Test func rulesForLinesAreTriedBeforeTheBases() throws {
        let line = "R|1|^^^^SCAT_1|x.png"
        #expect(try observation(profile("extends: acme-one\n"), line) == ["ignored: the base's rule"])
        let over = try profile(
            "extends: acme-one\nlines:\n  - { is: ignored, when: { R.3.5: { prefix: SC } }, why: ours }\n")
        #expect(observation(over, line) == ["ignored: ours"])
        #expect(try observation(profile("extends: acme-one\nlines: ~\n"), line).first?.hasPrefix("ignored") == false)
    }

    @Test func aSourceIsReplacedAsAWhole() throws {
        try files.write(
            "base/acme/one",
            "name: B\nprotocol: astm\npass_through: true\nresults: { code: { path: R.3.5, when: { R.3.1: NEVER } } }\n")
        try files.write("site/acme/two", "extends: acme-one\nresults: { code: { path: R.3.2 } }\n")
        let over = try files.library("site", "base").profile(id: "acme-two")
        #expect(
            astm(over, header, "P|1", "O|1|S", "R|1|^GLU|1|mg/dL", "L|1").flatMap(\.observations).map(\.code) == ["GLU"]
        )
    }

    @Test func onesOwnIdMeansTheNextFolder() throws {
        try files.write("shipped/acme/one", Self.base)
        try files.write("house/acme/one", "extends: acme-one\ntests: { WBC: { name: House } }\n")
        try files.write("site/acme/one", "extends: acme-one\ntests: { RBC: { name: Site } }\n")
        let library = files.library("site", "house", "shipped")
        let profile = try library.profile(id: "acme-one")
        #expect(profile.tests.map(\.name) == ["House", "Site"])
        #expect(library.entries.count == 1)
        #expect(
            files.mistakes("acme-one", in: files.library("site")) == [
                "site/acme/one/profile.yaml:1: extends: 'acme-one' is this profile itself, and no folder after its own has another "
                    + "of that id (site)".replacingOccurrences(of: "site)", with: "site)")
            ])
    }

    @Test func aSiteOverridesAShippedProfile() throws {
        try files.write("site/sysmex/xn", "extends: sysmex-xn\ntests: { WBC: { local: LEUK } }\n")
        let library = ProfileLibrary(directories: [files.root + "/site", ShippedProfiles.directory])
        let ours = try library.profile(id: "sysmex-xn")
        let theirs = try ShippedProfiles.profile(id: "sysmex-xn")
        #expect(ours.tests.count == theirs.tests.count)
        #expect(ours.test(code: "WBC")?.local == "LEUK")
        #expect(ours.test(code: "WBC")?.loinc == theirs.test(code: "WBC")?.loinc)
        #expect(library.validate() == [])
    }

    @Test func mistakesKeepTheirOwnFileAndLine() throws {
        let base = Self.base.replacingOccurrences(of: "789-8", with: "789-9")
        #expect(
            try mistakes("extends: acme-one\ncharset: utf8\n", base: base) == [
                "base/acme/one/profile.yaml:12: tests.RBC.loinc: '789-9' is no LOINC code: number, hyphen, check digit (6690-2)",
                "site/acme/two/profile.yaml:2: charset: 'utf8' is not known here; possible: auto, utf-8, iso-8859-1, "
                    + "windows-1252, did you mean 'utf-8'?",
            ])
        #expect(
            try mistakes("extends: acme-one\ntests: { LEUK: { aliases: [WBC] } }\n")
                == [
                    "site/acme/two/profile.yaml:2: tests.LEUK: the code 'WBC' is already given to the test in "
                        + "base/acme/one/profile.yaml:11; a code means one test"
                ].map { $0.replacingOccurrences(of: "in base", with: "in \(files.root)/base") }.map {
                    $0.replacingOccurrences(of: files.root + "/", with: "")
                })
    }

    @Test(arguments: [
        (
            "extends: acme-on",
            "site/acme/two/profile.yaml:1: extends: there is no profile 'acme-on' in site, base; near it: acme-one"
        ),
        ("extends: zzzzzz", "`labrador profile list` shows what there is"),
        ("extends: [acme-one]", "site/acme/two/profile.yaml:1: extends: the id of the profile"),
        (
            "extends: acme-one\nprotocol: hl7",
            "site/acme/two/profile.yaml:2: protocol: a profile extends one of its own protocol only"
        ),
        (
            "extends: acme-one\ntests: { WCB: }",
            "site/acme/two/profile.yaml:2: tests.WCB: there is no test 'WCB' in the base that could be taken out, did you mean 'WBC'?"
        ),
        (
            "extends: acme-one\nspecimne:",
            "site/acme/two/profile.yaml:2: 'specimne' is not known here, did you mean 'specimen'?"
        ),
        ("extends: acme-one\nresults: { cdoe: ~ }", "site/acme/two/profile.yaml:2: results: 'cdoe' is not known here"),
        ("extends: acme-one\ntests: [", "site/acme/two/profile.yaml:3: this is not YAML here"),
    ])
    func whatIsWrongIsTold(_ over: String, _ words: String) throws {
        let found = try mistakes(over + "\n")
        #expect(found.count == 1)
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test func aCircleIsTold() throws {
        try files.write("site/acme/one", "extends: acme-two\n")
        try files.write("site/acme/two", "extends: acme-three\n")
        try files.write("site/acme/three", "extends: acme-one\n")
        #expect(
            files.mistakes("acme-one", in: files.library("site")) == [
                "site/acme/three/profile.yaml:1: extends: this goes round in a circle: acme-one → acme-two → acme-three → acme-one; "
                    + "take one 'extends' out"
            ])
    }

    @Test func eightProfilesMayLieOverEachOtherAndNineMayNot() throws {
        try files.write("site/acme/p0", Self.base)
        for number in 1...8 { try files.write("site/acme/p\(number)", "extends: acme-p\(number - 1)\n") }
        let library = files.library("site")
        #expect(try library.profile(id: "acme-p7").name == "Base")
        let found = files.mistakes("acme-p8", in: library)
        #expect(found.count == 1)
        #expect(
            found.first?.contains("more than 8 profiles are laid over each other: acme-p8 → acme-p7") == true,
            "\(found)")
    }

    @Test func withoutFoldersNothingCanBeExtended() {
        #expect(Self.complaint(of: "extends: acme-one\n").contains("there are no profile folders here"))
    }

    private static func complaint(of text: String) -> String { ProfilesTests.mistakes(text).joined() }
}
