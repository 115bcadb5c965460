import Core
import Profiles
import TestKit

/// A profile written in a test.
func profile(_ text: String, id: String = "test") throws -> Profile {
    try ProfileLibrary.read(text: text, id: id, file: "profile.yaml")
}

/// The mistakes of a profile written in a test.
func mistakes(_ text: String) -> [String] {
    do {
        _ = try profile(text)
        return []
    } catch let error as ConfigurationMistakes {
        return error.mistakes.map(\.description)
    } catch {
        return ["\(error)"]
    }
}

/// The reports of an ASTM message given as records.
func astm(_ profile: Profile, _ records: String..., facility: Facility = Facility()) -> [SpecimenReport] {
    reports(
        profile.interpret(wire: .astm, bytes: Array((records.joined(separator: "\r") + "\r").utf8), facility: facility))
}

/// The reports of an HL7 message given as segments.
func hl7(_ profile: Profile, _ segments: String..., facility: Facility = Facility()) -> [SpecimenReport] {
    reports(
        profile.interpret(wire: .hl7, bytes: Array((segments.joined(separator: "\r") + "\r").utf8), facility: facility))
}

private func reports(_ interpretation: Interpretation) -> [SpecimenReport] {
    if case .reports(let reports) = interpretation { reports } else { [] }
}

/// An ASTM header.
let header = "H|\\^&|||T^1|||||||P|LIS2-A2|20260314093502"
/// An ASTM profile that passes codes through, with more lines added.
func passing(_ more: String = "") throws -> Profile {
    try profile("name: T\nprotocol: astm\npass_through: true\n\(more)")
}
