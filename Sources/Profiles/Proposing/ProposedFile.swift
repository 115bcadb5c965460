import ASTM
import Core

/// The proposed `profile.yaml` of an ASTM or HL7 device.
struct ProposedFile {
    let name: String
    let seen: SeenRecording
    let places: SeenPlaces
    let tests: TestProposal
    let capture: [UInt8]

    var text: String {
        let parts = [head, identify, link, characters, specimen, patient, results, units, testTable]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var head: [String] {
        [
            "# A proposal, made from one recording. Check every line against the analyser's manual; then take this line out.",
            "name: \(YAMLText.scalar(name))",
            "protocol: \(seen.wire == .hl7 ? "hl7" : "astm")",
        ]
    }

    /// The first component of the sender's name; behind it stand versions and serial numbers.
    private var identify: [String] {
        let isHL7 = seen.wire == .hl7
        let header = seen.messages.lazy.compactMap(\.first).first
        for (path, field) in isHL7 ? [("MSH-3.1", 3), ("MSH-4.1", 4)] : [("H.5.1", 5)] {
            guard let text = header?.text(field, 1), text.contains(where: \.isLetter) else { continue }
            return [
                "# What marks this model's messages; a hint for `labrador profile identify` only.",
                "identify: { when: { \(path): \(YAMLText.scalar(text)) } }",
            ]
        }
        return ["# identify: { when: { \(isHL7 ? "MSH-3.1" : "H.5.1"): ? } }  # the sender does not name itself here"]
    }

    private var link: [String] {
        guard seen.wire == .astm else { return [] }
        switch seen.checksum {
        case .strict:
            return seen.isFramed
                ? []
                : [
                    "# link: { framing: unframed }  # the recording has no frames; only if the device really sends bare records"
                ]
        case .lenient: return ["link: { checksum: lenient }  # seen: frames with wrong checksums"]
        case .off: return ["link: { checksum: off }  # seen: frames without checksums"]
        }
    }

    private var characters: [String] {
        var lines: [String] = []
        if let marks = seen.delimiters, marks != .standard {
            let written = ([marks.field] + marks.definition).map { String(Unicode.Scalar($0)) }.joined()
            lines.append(
                "# The header declares the delimiters \(YAMLText.comment(written)); nothing needs to be written for that."
            )
        }
        guard capture.contains(where: { $0 >= 0x80 }), !CaptureFile.isCapture(capture) else { return lines }
        if String(validating: capture, as: UTF8.self) != nil {
            lines.append("charset: utf-8  # seen: letters in UTF-8")
        } else if capture.contains(where: { (0x80...0x9F).contains($0) }) {
            lines.append(
                "charset: windows-1252  # seen: letters that are not UTF-8, some of Windows' own; check a name or a unit"
            )
        } else {
            lines.append("charset: iso-8859-1  # seen: letters that are not UTF-8; check a name or a unit")
        }
        return lines
    }

    private var specimen: [String] {
        guard let place = places.specimen else {
            return ["# specimen: { from: ? }  # no place looks like a specimen id"]
        }
        return ["specimen: { from: \(place.path) }  # \(words(place))"]
    }

    private var patient: [String] {
        guard let place = places.patient else {
            return ["# patient: { from: [] }  # no patient id was seen; so written, the device never names the patient"]
        }
        return ["patient: { from: \(place.path) }  # \(words(place))"]
    }

    private var results: [String] {
        var lines = ["results:"]
        let rows: [(String, SeenPlaces.Place?)] = [
            ("code", places.code), ("name", places.name), ("value", places.value), ("unit", places.unit),
            ("range", places.range), ("flags", places.flags), ("status", places.status),
            ("performed", places.performed),
        ]
        for (key, place) in rows {
            guard let place else {
                lines.append("  # \(key): ?  # not seen")
                continue
            }
            if key == "code", let other = places.otherCode {
                lines.append("  code: [\(place.path), \(other.path)]  # \(words(place)); else \(words(other))")
            } else {
                lines.append("  \(key): \(place.path)  # \(words(place))")
            }
        }
        if rows.allSatisfy({ $0.1 == nil }) { lines[0] = "# results:  # the recording holds none" }
        return lines
    }

    private func words(_ place: SeenPlaces.Place) -> String {
        let seen = place.seen == place.of ? "in all \(place.of) results" : "in \(place.seen) of \(place.of) results"
        return "seen \(seen)\(place.isStandard ? ", the standard's place" : "")"
    }

    private var units: [String] {
        if tests.unitLines.isEmpty { return [] }
        let isAllComment = tests.unitLines.allSatisfy { $0.hasPrefix("  #") }
        return [isAllComment ? "# units:  # device's unit: UCUM unit" : "units:  # device's unit: UCUM unit"]
            + tests.unitLines
    }

    private var testTable: [String] {
        var lines: [String] = []
        if !tests.hasTests {
            lines.append("pass_through: true  # until tests are written down: codes go on as they come, without LOINC")
        }
        if tests.testLines.isEmpty { return lines }
        return lines + [tests.hasTests ? "tests:" : "# tests:"] + tests.testLines
    }
}
