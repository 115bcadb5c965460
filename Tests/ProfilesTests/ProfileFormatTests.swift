import Core
import Foundation
import Profiles
import TestKit
import Testing

@Suite struct ProfileFormatTests {
    @Test func everyMistakeIsShownWithItsLine() {
        let text = """
            name: Wrong
            protocol: astm
            chekcsum: off
            time_zone: Asia/Kolkatta
            specimen: { from: [OBX-3.1], pattern: '(x' }
            results: { code: [R.3.4, R.x] }
            lines:
              - { is: dropped, why: x, when: { R.4: y } }
            units: { mg/dl: mg/DL }
            tests:
              WBC: { loinc: 6690-3, units: [10*3/ul] }
              RBC: { aliases: [WBC] }
            """
        #expect(
            mistakes(text) == [
                "profile.yaml:3: 'chekcsum' is not known here; known here: charset, comments, dates, extends, flag_patterns, flags, "
                    + "identify, ignore_flags, kinds, lines, link, more_results, name, orders, pass_through, patient, protocol, "
                    + "report, results, specimen, statuses, tests, tests_from_base, time_zone, units",
                "profile.yaml:4: time_zone: 'Asia/Kolkatta' is no time zone, did you mean 'Asia/Kolkata'?",
                "profile.yaml:5: specimen.from[1]: 'OBX-3.1' is no place in an ASTM record; write it like R.3.4 or O.3",
                "profile.yaml:5: specimen.pattern: '(x' is no pattern: '(' at character 1 is never closed",
                "profile.yaml:6: results.code[2]: 'R.x' is no place in an ASTM record; write it like R.3.4 or O.3",
                "profile.yaml:8: lines[1].is: 'dropped' is not known here; possible: ignored, secondary",
                "profile.yaml:9: units.mg/dl: 'mg/DL' is no UCUM unit, did you mean 'mg/dL'?",
                "profile.yaml:11: tests.WBC.loinc: '6690-3' is no LOINC code: number, hyphen, check digit (6690-2)",
                "profile.yaml:11: tests.WBC.units[1]: '10*3/ul' is no UCUM unit as it is written here, did you mean '10*3/uL'?",
                "profile.yaml:12: tests.RBC: the code 'WBC' is already given to the test in line 11; a code means one test",
            ])
    }

    @Test func aProfileNeedsNameProtocolAndTests() {
        #expect(mistakes("tests: { A: {} }").map { $0.prefix(40) }.contains { $0.contains("'protocol' is missing") })
        #expect(
            mistakes("name: X\nprotocol: astm\n") == [
                "profile.yaml:1: a profile needs 'tests', or 'pass_through: true' to hand codes on as they come"
            ])
        #expect(
            mistakes("name: X\nprotocol: hl7\nlink: { checksum: off }\npass_through: true\n") == [
                "profile.yaml:3: link.checksum: HL7 has no checksum; remove it"
            ])
    }

    @Test func codesOfOrdersAreMapped() throws {
        let text =
            "name: X\nprotocol: hl7\ntests:\n  GLU: { order_code: '1', aliases: ['1'], loinc: 2345-7, orders: [GLUC] }\n  K: {}\n"
        let numbered = try profile(text)
        #expect(
            ["GLU", "GLUC", "2345-7", "1", "K", "XYZ"].map { numbered.deviceCode(forOrder: $0) } == [
                "1", "1", "1", "1", "K", nil,
            ])
        #expect(try passing().deviceCode(forOrder: "XYZ") == "XYZ")
    }

    @Test func everyShippedProfileIsRightAndHasAReadmeAndCases() {
        #expect(ShippedProfiles.library.validate().map(\.description) == [])
        for entry in ShippedProfiles.library.entries {
            #expect(FileManager.default.fileExists(atPath: entry.directory + "/README.md"), "\(entry.id)")
            #expect(ProfileCase.cases(of: entry).count >= 2, "\(entry.id)")
        }
        #expect(
            Set(ShippedProfiles.library.entries.map(\.id)).isSuperset(of: [
                "horiba-yumizen-h500", "erba-xl-1000", "mindray-bc-5380", "mindray-bs-200", "generic-astm",
                "generic-hl7",
            ]))
    }

    @Test func theFirstDirectoryWins() throws {
        let site = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: site) }
        try FileManager.default.createDirectory(atPath: site + "/erba/xl-1000", withIntermediateDirectories: true)
        try Data("name: Ours\nprotocol: astm\npass_through: true\n".utf8)
            .write(to: URL(fileURLWithPath: site + "/erba/xl-1000/profile.yaml"))
        let library = ProfileLibrary(directories: [site, "/nowhere", ShippedProfiles.directory])
        #expect(try library.profile(id: "erba-xl-1000").name == "Ours")
        #expect(try library.profile(id: "generic-hl7").name == "Generic HL7 v2")
        #expect(library.text(id: "erba-xl-1000")?.hasPrefix("name: Ours") == true)
        #expect(library.list().contains { $0.id == "erba-xl-1000" && $0.name == "Ours" })
        let error = #expect(throws: ConfigurationMistakes.self) { try library.profile(id: "erba-xl-100") }
        #expect(error?.description.contains("did you mean 'erba-xl-1000'?") == true)
    }

    @Test(arguments: [("", 6), ("/horiba", 1), ("/horiba/", 1), ("/horiba/yumizen-h500", 1), ("/nobody", 0)])
    func aFolderInsideALibrary(folder: String, least: Int) {
        let entries = ProfileLibrary(insideOrAt: [ShippedProfiles.directory + folder]).entries
        #expect(entries.count >= least)
        if folder.hasPrefix("/horiba") {
            #expect(entries.allSatisfy { $0.id.hasPrefix("horiba-") })
            #expect(entries.contains { $0.id == "horiba-yumizen-h500" })
        }
        if folder == "/nobody" { #expect(entries.isEmpty) }
    }

    @Test(arguments: [
        ("erba-xl-100", "erba-xl-1000"), ("yumizen", "horiba-yumizen-h500"), ("generic", "generic-hl7"), ("zzz", nil),
    ])
    func idsNear(id: String, expected: String?) {
        let near = ShippedProfiles.library.idsNear(id)
        #expect(near.first == expected)
        #expect(near.count <= 3)
    }

    @Test func whereProfilesAreLookedFor() {
        #expect(
            ProfileLibrary.standardDirectories(configured: [], configurationFile: "/etc/labrador/labrador.yaml") == [
                "/etc/labrador/profiles", "device-profiles", "/usr/share/labrador/device-profiles",
            ])
        #expect(
            ProfileLibrary.standardDirectories(configured: ["/a", "b"], configurationFile: "/x/l.yaml") == [
                "/a", "/x/b",
            ])
    }
}
