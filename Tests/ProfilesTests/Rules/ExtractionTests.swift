import Core
import Profiles
import Testing

@Suite struct ExtractionTests {
    private func specimen(_ rule: String, _ order: String) throws -> String? {
        astm(try passing("specimen: \(rule)"), header, "P|1", order, "R|1|^^^A|1", "L|1|N").first?.specimen
    }

    @Test(arguments: [
        ("{ from: [{ join: [O.3.1, O.3.2] }] }", "O|1|26^0815", "26 0815"),
        ("{ from: [{ join: [O.3.1, O.3.2, O.4.1], with: '-' }] }", "O|1|26^ ^x|0815", "26-0815"),
        ("{ from: [{ join: [O.3.1, O.3.2], with: '' }, O.4] }", "O|1||77", "77"),
        ("{ from: [{ join: [O.3.1, O.3.2], with: '/', when: { O.5: X } }, O.3.2] }", "O|1|26^0815||Y", "0815"),
        ("{ from: O.3, split: { by: '+', part: 2 } }", "O|1|1.0+950+2.0", "950"),
        ("{ from: O.3, split: { by: '+', part: -1 } }", "O|1|1.0+950+2.0", "2.0"),
        ("{ from: [O.3, O.4], split: { by: '+', part: 4 } }", "O|1|1.0+950|a+b+c+d", "d"),
        ("{ from: O.3, split: { by: ' ', part: 2 } }", "O|1|A1   B2 C3", "B2"),
        ("{ from: O.3, split: { by: '  ', part: 2 } }", "O|1|A1 x  B2 y", "B2 y"),
        ("{ from: O.3, columns: 2-4 }", "O|1|A123456", "123"),
        ("{ from: O.3, columns: 5- }", "O|1|A123456", "456"),
        ("{ from: O.3, columns: 2 }", "O|1|A123456", "1"),
        ("{ from: [O.3, O.4], columns: 9-12 }", "O|1|A12|123456789X", "9X"),
        ("{ from: O.3, columns: 1-4, strip_prefix: S }", "O|1|S-1 9999", "-1"),
        ("{ from: O.3, remove: [' ', '-'] }", "O|1|26-08 15-1", "2608151"),
        ("{ from: O.3, upper: true }", "O|1|l26-7a", "L26-7A"),
        ("{ from: O.3, map: { abc: L1, ABC: L2 } }", "O|1|abc", "L1"),
        ("{ from: [O.3, O.4], map: { none: '' } }", "O|1|none|L7", "L7"),
    ])
    func tidying(_ rule: String, _ order: String, _ expected: String) throws {
        #expect(try specimen(rule, order) == expected)
    }

    /// Each step sees what the one before left: split, columns, prefix, remove, upper, zeros, map, ignore.
    @Test func theOrderOfTidying() throws {
        let rule =
            "{ from: [O.3, O.4], split: { by: '/', part: 2 }, columns: 1-7, strip_prefix: x, strip_suffix: q, remove: '.', "
            + "upper: true, strip_zeros: true, pad_zeros: 5, map: { 0012A: L26-12 }, ignore: '^0+$' }"
        #expect(try specimen(rule, "O|1| skip/x0.12aqzzz/y ") == "L26-12")
        #expect(try specimen(rule, "O|1|skip/x0.00q|/12b") == "0012B")
    }

    @Test func everyExtractionMayBeAMapping() throws {
        let mine = try passing(
            """
            patient: { from: [{ id: { from: P.3, split: { by: '/', part: 1 } }, authority: { from: P.4, upper: true } }] }
            results:
              code: { from: [R.3.4], split: { by: '+', part: 2 } }
              name: { from: R.3.2, map: { GLUC: Glucose } }
              unit: { from: R.5, strip_suffix: '.' }
              range: { from: R.6, remove: ' ' }
              flags: { from: R.7, upper: true }
              status: { from: R.9, columns: 1 }
              performed: { from: R.13, remove: '-' }
              value: { from: R.4, strip_prefix: '=' }
            comments: { from: C.4, columns: 1-5 }
            """)
        let report = try #require(
            astm(
                mine, header, "P|1||12/x|hosp", "O|1|S", "R|1|^GLUC^^1.0+950+1|=5.1|mg/dL.|4 - 6|h||FX||||2026-03-14",
                "C|1|I|rerun it", "L|1|N"
            ).first)
        #expect(report.patient == nil)
        let named = try #require(
            astm(mine, header, "P|1|12/x|hosp", "O|1|S", "R|1|^GLUC^^1.0+950+1|=5.1|mg/dL.", "L|1|N").first)
        #expect(named.patient == PatientClaim(value: "12", authority: "HOSP"))
        let observation = try #require(report.observations.first)
        #expect(observation.code == "950")
        #expect(observation.name == "Glucose")
        #expect(observation.value == .quantity("5.1", nil))
        #expect(observation.unit == "mg/dL")
        #expect(observation.range == "4-6")
        #expect(observation.flags == ["H"])
        #expect(observation.status == .final)
        #expect(observation.performed == "2026-03-14")
        #expect(observation.notes == ["rerun"])
    }

    @Test func aDeviceThatNeverNamesThePatient() throws {
        let records = [header, "P|1|Cupboard 3|7", "O|1|S", "R|1|^^^A|1", "L|1|N"].joined(separator: "\r")
        #expect(astm(try passing(), records).first?.patient?.value == "Cupboard 3")
        #expect(astm(try passing("patient: { from: [] }"), records).first?.patient == nil)
    }

    @Test(arguments: [
        ("{ R.3.4: { contains: Diff } }", ["R|2"]), ("{ R.3.4: { contains: [zz, os] } }", ["R|2", "R|3"]),
        ("{ R.3.4: { not: { prefix: Pos } } }", ["R|1"]), ("{ R.3.4: { not: WBC } }", ["R|2", "R|3"]),
        ("{ R.3.4: { not: [WBC, Positive_Diff] } }", ["R|3"]),
        ("{ R.3.4: { prefix: Pos }, R.4: { not: { empty: true } } }", ["R|3"]),
        ("{ R.3.4: { not: { not: { matches: '^P' } } } }", ["R|2", "R|3"]),
    ])
    func conditions(_ when: String, _ ignored: [String]) throws {
        let mine = try passing("lines: [{ is: ignored, when: \(when), why: a mark }]")
        let report = astm(
            mine, header, "P|1", "O|1|S", "R|1|^^^WBC|5", "R|2|^^^Positive_Diff|", "R|3|^^^Positive|A", "L|1|N"
        ).first
        #expect(report?.ignored.map(\.at) == ignored)
    }

    @Test func mistakesOfExtractions() {
        let head = "name: T\nprotocol: astm\npass_through: true\n"
        func told(_ specimen: String) -> [String] {
            mistakes(head + "specimen: \(specimen)").map { String($0.dropFirst("profile.yaml:4: specimen.".count)) }
        }
        #expect(
            told("{ from: [{ join: [O.3] }] }") == [
                "from[1].join: two places at least are joined; one alone is written as a path"
            ])
        #expect(told("{ from: O.3, split: { by: '+' } }") == ["split: 'part' is missing"])
        #expect(
            told("{ from: O.3, split: { by: '+', part: 0 } }") == [
                "split.part: parts count from 1, or from the end with -1"
            ])
        #expect(told("{ from: O.3, split: { by: '', part: 1 } }") == ["split.by: an empty text is of no use here"])
        #expect(told("{ from: O.3, columns: 4-2 }") == ["columns: '4-2' are no columns: they end before they begin"])
        #expect(
            told("{ from: O.3, columns: x }") == ["columns: 'x' are no columns; write them like 1-8, or 9- to the end"])
        #expect(told("{ from: [{ path: O.3, with: '-' }] }").count == 1)
        let lines = mistakes(head + "lines: [{ is: ignored, why: x, when: { R.3: { not: {} } } }]")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("exactly one of") == true)
    }
}
