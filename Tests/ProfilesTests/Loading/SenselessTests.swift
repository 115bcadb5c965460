import Profiles
import Testing

/// What reads well and can only be a slip is refused, with its line and what would be right.
@Suite struct SenselessTests {
    private static let astm = "name: T\nprotocol: astm\npass_through: true\n"

    private static func expectOne(_ text: String, _ line: Int, _ words: String) {
        let found = mistakes(text)
        #expect(found.count == 1, "\(found)")
        #expect(
            found.first?.hasPrefix("profile.yaml:\(line): ") == true && found.first?.contains(words) == true, "\(found)"
        )
    }

    @Test(arguments: ["g/L: g/dL", "mmol/L: mg/dL", "'%': L/L", "10*3/uL: 10*6/uL", "U/L: U/mL"])
    func aUnitThatMeansAnother(_ pair: String) {
        Self.expectOne(Self.astm + "units: { \(pair) }\n", 4, "means another thing than")
    }

    @Test(arguments: [
        "mg/dl: mg/dL", "IU/L: '[IU]/L'", "10*3/uL: 10*9/L", "'/100{WBC}': '/100{WBCs}'", "um3: fL", "K/uL: 10*3/uL",
        "'[ppth]': g/kg", "mU/L: 'm[IU]/L'",
    ])
    func aUnitThatMeansTheSame(_ pair: String) {
        #expect(mistakes(Self.astm + "units: { \(pair) }\n") == [])
    }

    @Test(arguments: [("s", "mg/dL"), ("'%'", "mmol/L"), ("fL", "mg/dL"), ("mm", "s"), ("g/L", "s")])
    func aConversionBetweenKinds(_ from: String, _ to: String) {
        // A volume is of no kind that is looked at.
        let test = "tests: { A: { convert: [{ from: \(from), to: \(to), factor: 2 }] } }\n"
        if from == "fL" {
            #expect(mistakes(Self.astm + test) == [])
        } else {
            Self.expectOne(Self.astm + test, 4, "no factor makes one of the other")
        }
    }

    @Test(arguments: [
        ("mmol/L", "mg/dL"), ("'1'", "'%'"), ("L/L", "'%'"), ("'[IU]/mL'", "ng/mL"), ("'mm[Hg]'", "kPa"), ("min", "s"),
        ("meq/L", "mmol/L"), ("U/L", "ukat/L"), ("mg/g", "mg/mmol"),
    ])
    func aConversionThatMayBe(_ from: String, _ to: String) {
        #expect(
            mistakes(Self.astm + "tests: { A: { convert: [{ from: \(from), to: \(to), factor: 2 }] } }\n") == [])
    }

    @Test(arguments: [
        ("specimen: { reject: '^[[:alpha:]]+$' }", "'[:alpha:]' at character 3 is no class here"),
        ("tests: { NA: { loinc: 02345-7 } }", "write 2345-7"),
        ("results: { code: R.3.4, value: R.3.4 }", "one and the same place"),
        ("results: { value: R.3.4 }", "one and the same place"),
        ("tests: { 'GLU ': {} }", "write 'GLU'"), ("tests: { A: { aliases: [' B'] } }", "write 'B'"),
        ("flags: { 'H ': [H] }", "write 'H'"), ("units: { ' mg/dl': mg/dL }", "write 'mg/dl'"),
        ("statuses: { 'F ': final }", "write 'F'"),
    ])
    func slips(_ line: String, _ words: String) { Self.expectOne(Self.astm + line + "\n", 4, words) }

    @Test func aClassOfItsOwnMarksIsGood() {
        #expect(mistakes(Self.astm + "specimen: { reject: ['^[[:]', '^[:a[]'] }\n") == [])
    }

    @Test func longTextsAreToldByTheirBeginning() {
        let long = String(repeating: "q/", count: 20_000)
        for line in ["units: { a: '\(long)' }", "units: { a: \(long) }", "charset: '\(long)'", "'\(long)': 1"] {
            let found = mistakes(Self.astm + line + "\n")
            #expect(found.count == 1)
            #expect((found.first?.count ?? 0) < 700, "\(found.first?.prefix(200) ?? "")")
        }
    }

    @Test func aLongUnitIsRefusedAtOnce() {
        let unit = String(repeating: "iu/", count: 13_000)
        let clock = ContinuousClock()
        let time = clock.measure {
            Self.expectOne(Self.astm + "units: { a: \(unit) }\n", 4, "more than 100 characters")
        }
        #expect(time < .seconds(1))
    }
}
