/// Units of the Unified Code for Units of Measure (ucum.org) that analysers report in.
///
/// A unit outside this list is not taken for UCUM unless a profile or the message itself says that it is: `K/uL` looks
/// like a count and is kelvin per microlitre.
enum UCUM {
    /// Whether a device's unit is itself a code of the list.
    static func isKnown(_ unit: String) -> Bool { known.contains(unit) }

    /// The listed code that differs only by case, for people who mistyped.
    static func respelled(_ unit: String) -> String? {
        if isKnown(unit) { return nil }
        let lower = unit.lowercased()
        return known.filter { $0.lowercased() == lower }.min()
    }

    /// Whether a text can be a UCUM code at all: printable ASCII without blanks (UCUM section 2.1).
    static func isWellFormed(_ unit: String) -> Bool {
        !unit.isEmpty && unit.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static let known: Set<String> = {
        var units: Set<String> = [
            // Counts.
            "10*3/uL", "10*6/uL", "10*9/L", "10*12/L", "10*3/mm3", "10*6/mm3", "10*6/L", "10*3/mL", "10*6/mL", "/uL",
            "/mm3", "/mL", "/L", "{cells}/uL", "/[HPF]", "/[LPF]", "/100{WBCs}", "/100{WBC}", "{copies}/mL",
            // Ratios.
            "%", "[ppth]", "1", "{ratio}", "{INR}", "{index}", "{S_CO_ratio}", "L/L",
            // Sizes and times.
            "fL", "um3", "pg", "fmol", "um", "s", "min", "h", "mm", "mm/h", "d",
            // Electrolytes, gases, pressure.
            "meq/L", "mmol/L", "umol/L", "nmol/L", "pmol/L", "fmol/L", "mol/L", "mmol/mol", "mm[Hg]", "kPa", "[pH]",
            "mosm/kg", "mmol/kg", "mS/cm", "mV",
            // Enzymes and international units.
            "U/L", "U/mL", "kU/L", "mU/L", "mU/mL", "uU/mL", "[IU]/L", "[IU]/mL", "m[IU]/L", "m[IU]/mL", "u[IU]/mL",
            "k[IU]/L", "[arb'U]/mL", "[AU]/mL", "ukat/L", "nkat/L", "U/g", "U/g{Hb}",
            // Rates and ratios in urine.
            "mg/g", "mg/mmol", "ug/mg", "mg/(24.h)", "g/(24.h)", "mL/min", "mL/min/{1.73_m2}",
            "{ISR}", "{score}", "[degF]", "Cel",
        ]
        // Mass over volume; both spellings of the litre are UCUM.
        for mass in ["kg", "g", "mg", "ug", "ng", "pg"] {
            for volume in ["L", "dL", "mL", "uL", "l", "dl", "ml"] { units.insert("\(mass)/\(volume)") }
        }
        return units
    }()
}

/// Codes of Logical Observation Identifiers Names and Codes (loinc.org).
enum LOINC {
    /// Whether a text is a number, a hyphen and the right check digit (mod 10, as LOINC's users' guide describes it).
    static func isWellFormed(_ code: String) -> Bool {
        let parts = code.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...7).contains(parts[0].count), parts[1].count == 1,
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }), let check = parts[1].first
        else { return false }
        var sum = 0
        for (index, digit) in parts[0].reversed().enumerated() {
            let value = Int(digit - 0x30) * (index.isMultiple(of: 2) ? 2 : 1)
            sum += value / 10 + value % 10
        }
        return (10 - sum % 10) % 10 == Int(check - 0x30)
    }
}
