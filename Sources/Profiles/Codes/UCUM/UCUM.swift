/// Units of the Unified Code for Units of Measure (ucum.org) that analysers report in.
///
/// A device's unit outside this list is not taken for UCUM unless a profile or the message itself says that it is: `K/uL` looks
/// like a count and is kelvin per microlitre.
enum UCUM {
    /// Whether a device's unit is itself a code of the list.
    static func isKnown(_ unit: String) -> Bool { known.contains(unit) }

    /// The listed code that differs only by case. Units are compared as texts, so that each has one spelling in profiles.
    static func respelled(_ unit: String) -> String? {
        if isKnown(unit) { return nil }
        return byLowercase[unit.lowercased()]
    }

    /// Whether a text is a code by UCUM's grammar.
    static func isWellFormed(_ unit: String) -> Bool { (try? UCUMGrammar.components(of: unit)) != nil }

    /// What is wrong with a unit that somebody wrote as UCUM, and what would be right; nil when it is good.
    static func mistake(in unit: String) -> String? {
        if isKnown(unit) { return nil }
        if unit.utf8.count > UCUMGrammar.lengthLimit {
            return "'\(echo(unit))' is no UCUM unit: more than \(UCUMGrammar.lengthLimit) characters"
        }
        do throws(UCUMError) {
            let components = try UCUMGrammar.components(of: unit)
            if components.contains(where: { $0.symbol == "10^" }) {
                return "'\(unit)' is UCUM, but powers of ten are written with 10* here, did you mean "
                    + "'\(unit.replacing("10^", with: "10*"))'?"
            }
            if let (what, right) = UCUMRemedy.surprise(in: unit, components) {
                return "'\(unit)' means \(what) in UCUM, did you mean '\(right)'?"
            }
            return respelled(unit).map { "'\(unit)' is no UCUM unit as it is written here, did you mean '\($0)'?" }
        } catch {
            let isShort = unit.count <= UCUMRemedy.lengthLimit
            let right = !isShort ? [] : respelled(unit).map { [$0] } ?? UCUMRemedy.meant(by: unit)
            if !right.isEmpty {
                return "'\(unit)' is no UCUM unit, did you mean \(right.map { "'\($0)'" }.joined(separator: " or "))?"
            }
            let near = isShort ? didYouMean(unit, Array(known)) : ""
            return "'\(echo(unit))' is no UCUM unit"
                + (near.isEmpty
                    ? ": \(error.what); units are listed at ucum.org, and what is only counted stands in braces, such as {cells}"
                    : near)
        }
    }

    private static let byLowercase = Dictionary(
        known.map { ($0.lowercased(), $0) }, uniquingKeysWith: { min($0, $1) })

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
