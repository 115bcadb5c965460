import Core

extension JSONWriter {
    /// An Observation entry (https://hl7.org/fhir/R4/observation.html).
    mutating func observation(_ result: LabResult, _ common: Fragments) {
        let observed = result.observation
        raw(#"{"fullUrl":""#)
        uuid(result.id.text)
        raw(#"","resource":{"resourceType":"Observation","identifier":[{"system":"urn:labrador:result","value":"#)
        string(result.id.text)
        raw(#"}],"status":""#)
        verbatim(observed.status.rawValue)
        raw(#"","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","#)
        raw(#""code":"laboratory"}]}],"code":"#)
        code(of: observed, common.testSystem)
        raw(",")
        raw(common.observation)
        let hasTime = observed.performed.map(isFHIRDateTime) ?? false
        if let performed = observed.performed, hasTime {
            raw(#","effectiveDateTime":"#)
            string(performed)
        }
        raw(",")
        let value = CarriedValue(observed)
        write(value)
        interpretation(observed.flags)
        notes(remarks(on: observed, carried: value, hasTime: hasTime))
        if let range = observed.range, !range.isEmpty {
            raw(#","referenceRange":[{"text":"#)
            string(range)
            raw("}]")
        }
        raw("},")
        conditionalUpdate("Observation?identifier=urn%3Alabrador%3Aresult", result.id.text)
        raw("}")
    }

    /// LOINC where it is known and the laboratory's own code where there is one, each with the profile's name as display;
    /// the text is always the device's own code, so that a destination finds a test by it. Without either there is no
    /// coding, and a note tells the name.
    private mutating func code(of observed: Observation, _ testSystem: String?) {
        raw("{")
        if observed.isCoded {
            raw(#""coding":["#)
            if let loinc = observed.loinc, !loinc.isEmpty {
                coding(system: "http://loinc.org", loinc, observed.nameBesideCode)
                if observed.hasLocal { raw(",") }
            }
            if observed.hasLocal, let local = observed.local {
                coding(system: testSystem, local, observed.nameBesideCode)
            }
            raw("],")
        }
        raw(#""text":"#)
        string(observed.code)
        raw("}")
    }

    private mutating func coding(system: String?, _ code: String, _ display: String?) {
        raw("{")
        if let system, !system.isEmpty {
            raw(#""system":"#)
            string(system)
            raw(",")
        }
        raw(#""code":"#)
        string(code)
        if let display {
            raw(#","display":"#)
            string(display)
        }
        raw("}")
    }

    private mutating func interpretation(_ flags: [String]) {
        var first = true
        for flag in flags where interpretationCodes.contains(flag) {
            raw(first ? #","interpretation":["# : ",")
            raw(#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"#)
            string(flag)
            raw("}]}")
            first = false
        }
        if !first { raw("]") }
    }

    private mutating func notes(_ texts: [String]) {
        guard !texts.isEmpty else { return }
        for (index, text) in texts.enumerated() {
            raw(index == 0 ? #","note":[{"text":"# : #",{"text":"#)
            string(text)
            raw("}")
        }
        raw("]")
    }
}

/// What of an observation no other element of the Observation carries; nothing the device said is left out.
private func remarks(on observed: Observation, carried: CarriedValue, hasTime: Bool) -> [String] {
    var remarks: [String] = []
    switch carried {
    case .absent(_, let text):
        remarks.append(text.isEmpty ? "No value: the device sent none." : "No value: the device sent \(text)")
    case .string, .quantity: break
    }
    // No element but valueQuantity has a unit.
    if case .quantity = carried {
    } else if !observed.deviceUnit.isEmpty {
        remarks.append("Unit on the device: \(observed.deviceUnit)")
    } else if case .string = carried, let unit = observed.unit {
        remarks.append("Unit: \(unit)")
    }
    if !observed.isCoded, let name = observed.nameBesideCode { remarks.append("Test: \(name)") }
    let flags =
        observed.deviceFlags.filter { !$0.isEmpty && !observed.flags.contains($0) }
        + observed.flags.filter { !$0.isEmpty && !interpretationCodes.contains($0) }
    if !flags.isEmpty { remarks.append("Device flags: \(flags.joined(separator: ", "))") }
    if let performed = observed.performed, !performed.isEmpty, !hasTime {
        remarks.append("Time on the device: \(performed)")
    }
    return remarks + observed.notes.filter { !$0.isEmpty }
}

extension Observation {
    fileprivate var hasLocal: Bool { local?.isEmpty == false }
    fileprivate var isCoded: Bool { loinc?.isEmpty == false || hasLocal }

    /// The name, where it says more than the code.
    fileprivate var nameBesideCode: String? { name.flatMap { $0.isEmpty || $0 == code ? nil : $0 } }
}

/// Codes of http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation that may be sent; another flag is told
/// in a note, never mapped by guess.
private let interpretationCodes: Set<String> = [
    "A", "AA", "HH", "LL", "H", "H>", "HU", "L", "L<", "LU", "N", "<", ">", "B", "D", "U", "W", "I", "MS", "NCL", "NS",
    "R",
    "SYN-R", "S", "SDD", "SYN-S", "VS", "CAR", "EX", "HX", "LX", "HM", "IND", "E", "IE", "NEG", "ND", "POS", "DET",
    "EXP",
    "UNE", "NR", "RR", "WR",
]
