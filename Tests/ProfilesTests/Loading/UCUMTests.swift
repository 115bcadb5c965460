import Foundation
import Testing

@testable import Profiles

@Suite struct UCUMTests {
    @Test(arguments: [
        "10*3/uL", "10*12/L", "mmol/L", "[arb'U]/mL", "u[IU]/mL", "mm[Hg]", "mg/(24.h)", "mL/min/{1.73_m2}",
        "/100{WBCs}", "%",
        "um3", "10*-3", "m2", "kg.m/s2", "[pH]", "cal_[15]", "B[10.nV]", "{cells}/uL", "ng{FEU}/mL", "1", "/[HPF]",
        "g%",
        "[in_i'H2O]", "meq/L", "mosm/kg", "kat/L", "U/g{Hb}", "(mg/dL)/(g/dL)", "nmol/mmol{creat}", "daL", "Cel",
        "[degF]",
        "mol/kg/s", "g.m2", "L/min", "pg/mL", "[CFU]/mL", "[TCID_50]", "10*3.{RBCs}/uL", "mmol/mol", "s-1",
    ])
    func codesAreGood(_ unit: String) {
        #expect(UCUM.mistake(in: unit) == nil)
    }

    @Test(arguments: [
        ("10^3/uL", "10*3/uL"), ("gm/dl", "g/dL"), ("IU/L", "[IU]/L' or 'U/L"), ("mIU/mL", "m[IU]/mL' or 'mU/mL"),
        ("uIU/mL", "u[IU]/mL' or 'uU/mL"), ("x10^9/L", "10*9/L"), ("10e6/uL", "10*6/uL"), ("10³/µL", "10*3/uL"),
        ("µg/dL", "ug/dL"), ("mcg/L", "ug/L"), ("mEq/L", "meq/L"), ("mmHg", "mm[Hg]"), ("mm/hr", "mm/h"), ("sec", "s"),
        ("cells/uL", "{cells}/uL"), ("/hpf", "/[HPF]"), ("mg/24h", "mg/(24.h)"), ("ratio", "{ratio}"), ("INR", "{INR}"),
        ("S/CO", "{S_CO_ratio}"), ("MG/DL", "mg/dL"), ("mg / dL", "mg/dL"), ("10*3/ul", "10*3/uL"), ("M/uL", "10*6/uL"),
        ("ng/mL FEU", "ng{FEU}/mL"), ("cfu/ml", "[CFU]/mL"), ("gms/dL", "g/dL"), ("nmol/ltr", "nmol/L"), ("°C", "Cel"),
        ("mOsm/kg", "mosm/kg"), ("um^3", "um3"), ("gm%", "g/dL"),
        ("lakh/cumm", "10*5/mm3"), ("lakhs/cu.mm", "10*5/mm3"), ("million/cmm", "10*6/mm3"),
        ("cells/cumm", "{cells}/mm3"),
        ("thou/ul", "10*3/uL"), ("10^9/L", "10*9/L"), ("mmoll/L", "mmol/L"),
    ])
    func whatIsNoneLeadsToWhatWasMeant(_ unit: String, _ right: String) {
        let told = UCUM.mistake(in: unit) ?? ""
        #expect(told.contains("did you mean '\(right)'?"), "\(told)")
        for code in right.components(separatedBy: "' or '") { #expect(UCUM.isWellFormed(code), "\(code)") }
    }

    @Test(arguments: [
        ("K/uL", "kelvin", "10*3/uL"), ("G/L", "gauss", "10*9/L"), ("T/L", "tesla", "10*12/L"),
        ("pH", "picohenry", "[pH]"),
        ("AU/mL", "astronomical units", "[arb'U]/mL"), ("C", "coulomb", "Cel"),
    ])
    func aCodeThatMeansSomethingElseIsRefused(_ unit: String, _ meaning: String, _ right: String) {
        #expect(UCUM.isWellFormed(unit))
        let told = UCUM.mistake(in: unit) ?? ""
        #expect(told.contains(meaning) && told.contains("did you mean '\(right)'?"), "\(told)")
        // What a device sends is taken for UCUM only from the list.
        #expect(!UCUM.isKnown(unit))
    }

    @Test(arguments: [
        ("", "a unit is missing"), ("mg/", "a unit is missing"), ("(mg/dL", "'(' at character 1 is never closed"),
        ("mg/dL)", "does not belong there"), ("{cells", "never closed"), ("{}", "holds nothing"),
        ("[pH", "'[' at character 1"),
        ("qqqqqqqq", "'qqqqqqqq' is not known"), ("mg//dL", "a unit is missing"), ("k%", "'k%' is not known"),
        ("kmin", "'kmin' is not known"), ("mmg", "'mmg' is not known"), ("10**", "is not known"),
    ])
    func theGrammarSaysWhatItStumblesOver(_ unit: String, _ words: String) {
        let error = #expect(throws: UCUMError.self) { try UCUMGrammar.components(of: unit) }
        #expect(error?.what.contains(words) == true, "\(error?.what ?? "")")
        #expect(UCUM.mistake(in: unit) != nil)
    }

    @Test func theTableIsWhole() {
        #expect(UCUMAtoms.prefixes.count == 24)
        #expect(UCUMAtoms.metric.count == 96)
        #expect(UCUMAtoms.others.count == 216)
        #expect(UCUMAtoms.metric.isDisjoint(with: UCUMAtoms.others))
    }

    @Test func hostileUnitsAreRefusedFast() {
        #expect(UCUM.mistake(in: String(repeating: "(", count: 1_000_000)) != nil)
        #expect(UCUM.mistake(in: String(repeating: "(", count: 99)) != nil)
        #expect(UCUM.mistake(in: String(repeating: "iu/", count: 33)) != nil)
    }
}
