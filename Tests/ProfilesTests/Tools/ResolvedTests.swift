import Core
import Foundation
import Profiles
import TestKit
import Testing

/// `profile show --resolved` says what holds, and is a profile itself.
@Suite struct ResolvedTests {
    @Test("the resolved text of a shipped profile means the same", arguments: ShippedProfiles.library.entries)
    func shipped(_ entry: ProfileLibrary.Entry) throws {
        let text = try ShippedProfiles.library.resolvedText(id: entry.id)
        let again = try profile(text, id: entry.id)
        let own = try ShippedProfiles.profile(id: entry.id)
        for test in ProfileCase.cases(of: entry) {
            let bytes = try test.capture().bytes
            #expect(again.expectation(of: bytes).text == own.expectation(of: bytes).text, "\(test)\n\(text)")
        }
        #expect(again.tests.count == (try ShippedProfiles.profile(id: entry.id)).tests.count)
    }

    @Test func standardAndLOINCOfEachUnitAreWrittenOut() throws {
        let library = try TemporaryProfiles([
            "acme/one": """
            name: One
            protocol: astm
            specimen: { from: O.4 }
            tests:
              GLU: { name: Glucose, loinc: 2345-7, units: { mg/dL: , mmol/L: 14749-6 }, aliases: [G] }
              NA: { name: Sodium, loinc: 2951-2, units: [mmol/L] }
              X: { units: ['%'] }
            """
        ])
        let text = try library.library.resolvedText(id: "acme-one")
        for line in [
            "  from: O.4", "  from: [P.3.1, P.4.1]  # standard", "  value: R.4  # standard",
            "  GLU: { name: Glucose, loinc: 2345-7, units: { mg/dL: 2345-7, mmol/L: 14749-6 }, aliases: [G] }",
            "  NA: { name: Sodium, loinc: 2951-2, units: { mmol/L: 2951-2 } }", "  X: { units: ['%'] }",
        ] { #expect(text.contains(line + "\n"), "\(line) in\n\(text)") }
        let again = try profile(text)
        #expect(again.tests.first?.units == ["mg/dL": "2345-7", "mmol/L": "14749-6"])
    }

    @Test func everyPartNamesItsFile() throws {
        let library = try TemporaryProfiles([
            "acme/base": "name: Base\nprotocol: astm\nspecimen: { from: O.4 }\ntests: { A: { loinc: 2951-2 }, B: {} }",
            "acme/own":
                "extends: acme-base\nname: Own\nspecimen: { strip_zeros: true }\ntests: { A: { loinc: 2345-7 }, B: }",
        ])
        let text = try library.library.resolvedText(id: "acme-own")
        for line in [
            "#   (1) \(library.path)/acme/own/profile.yaml", "#   (2) \(library.path)/acme/base/profile.yaml",
            "name: Own  # (1)", "protocol: astm  # (2)", "  from: O.4  # (2)", "  strip_zeros: true  # (1)",
        ] { #expect(text.contains(line + "\n"), "\(line) in\n\(text)") }
        #expect(!text.contains("extends"))
        #expect(try profile(text).tests.map(\.code) == ["A"])
        #expect(try profile(text).tests.first?.loinc == "2345-7")
    }

    @Test func aBrokenProfileIsToldAndNotResolved() throws {
        let library = try TemporaryProfiles(["acme/one": "name: One\nprotocol: astm\npass_trough: true"])
        #expect(throws: ConfigurationMistakes.self) { try library.library.resolvedText(id: "acme-one") }
    }
}
