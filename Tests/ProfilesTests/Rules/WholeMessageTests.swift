import Core
import Profiles
import TestKit
import Testing

/// Whatever a profile says and a device sends: no result line is lost, none stands twice, and none whose test the profile
/// does not know is posted.
@Suite struct WholeMessageTests {
    /// Numbers that look like chance and are the same in every run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static let rules = """
        results:
          CODE
          flags: { from: FLAGS, each: character }
          value: { map: { Pos: Positive }, no_result: [{ pattern: '^-+$', why: not computed }] }
        kinds: [{ is: qc, when: { KIND: Q } }]
        flag_patterns: [{ pattern: '^[HL]', is: A }]
        comments: { analyte_component: 1, flags: { '43': H } }
        dates: ['dd-MM-yyyy']
        tests:
          A: { units: [mg/dL], convert: [{ from: mmol/L, to: mg/dL, factor: 18 }] }
          B: { code_pattern: '^B', scale: 100, unit_after: '%' }
          C: { code_pattern: '^BC', values: { '1': one }, implied_decimals: 2 }
        """
    private static let codes = ["A", "B1", "BC", "C", "XYZ", "", "IMG", "A  C", "A  XYZ  B"]
    private static let values = [
        "5.1", "----", "", "Pos", "1  2", "1  2  3", "007", "<3", String(repeating: "9", count: 50),
    ]
    private static let units = ["mg/dL", "mmol/L", "", "furlong"]
    private static let known: Set = ["A", "B", "C"]

    private func lines(_ count: Int, _ numbers: inout Numbers, _ line: (Int, String, String, String) -> String)
        -> [String]
    {
        (1...count).map { number in
            line(
                number, Self.codes.randomElement(using: &numbers) ?? "",
                Self.values.randomElement(using: &numbers) ?? "",
                Self.units.randomElement(using: &numbers) ?? "")
        }
    }

    private func check(_ report: DecodeReport, _ profile: Profile, _ expected: Int) -> Int {
        #expect(report.unreadable == nil)
        #expect(LineAccount.mistakes(in: report, expected: expected) == [])
        var held = 0
        for observation in report.messages.flatMap(\.report.observations) {
            let test = profile.test(code: observation.code)
            #expect((test == nil) == (observation.held == .unmappedTest), "\(observation.code)")
            if let test { #expect(Self.known.contains(test.code)) }
            held += observation.held == .unmappedTest ? 1 : 0
        }
        return held
    }

    @Test func everyASTMLineHasOnePlace() throws { #expect(try (1...40).map(astmMessage).reduce(0, +) > 100) }

    @Test func everyHL7LineHasOnePlace() throws { #expect(try (1...40).map(hl7Message).reduce(0, +) > 100) }

    /// How many results of one message are held for their test.
    private func astmMessage(_ seed: Int) throws -> Int {
        let text = Self.rules.replacing("CODE", with: "replicate: R.3.5").replacing("FLAGS", with: "R.7")
            .replacing("KIND", with: "O.12")
        let profile = try profile(
            "name: T\nprotocol: astm\nlines: [{ is: secondary, when: { R.3.4: IMG }, why: x }]\n" + text)
        var numbers = Numbers(state: UInt64(seed))
        var records = [header, "P|1"]
        var sent = 0
        for order in 1...Int.random(in: 1...3, using: &numbers) {
            records.append("O|\(order)|S\(order)|||||||||\(Bool.random(using: &numbers) ? "Q" : "")")
            for line in lines(12, &numbers, { "R|\($0)|^^^\($1)^\($0 % 3)|\($2)|\($3)|1 - 2|Hx||F||||03-02-2026" }) {
                records.append(line)
                if Bool.random(using: &numbers) {
                    records.append("C|1|I|\(Bool.random(using: &numbers) ? "43" : "A^x")")
                }
                if Int.random(in: 0..<20, using: &numbers) == 0 { records.append("Q|1|^S9||ALL") }
                sent += 1
            }
        }
        let report = profile.decode(Array((records + ["L|1|N", ""]).joined(separator: "\r").utf8))
        return check(report, profile, sent)
    }

    private func hl7Message(_ seed: Int) throws -> Int {
        let text = Self.rules.replacing("CODE", with: "several: { by: '  ', unit_in_value: true }")
            .replacing("FLAGS", with: "OBX-8").replacing("KIND", with: "MSH-11")
        let profile = try profile(
            "name: T\nprotocol: hl7\nlines: [{ is: ignored, when: { OBX-3: IMG }, why: x }]\n" + text)
        var numbers = Numbers(state: UInt64(seed) &* 77)
        var segments = ["MSH|^~\\&|A|B|||1||ORU^R01|1|P|2.5"]
        var sent = 0
        for order in 1...Int.random(in: 1...3, using: &numbers) {
            segments.append("OBR|\(order)||S\(order)")
            for line in lines(12, &numbers, { "OBX|\($0)|ST|\($1)||\($2)|\($3)|1 - 2|HL|||F" }) {
                segments.append(line)
                if Bool.random(using: &numbers) { segments.append("NTE|1||43") }
                sent += 1
            }
        }
        let report = profile.decode(Array(segments.joined(separator: "\r").utf8))
        return check(report, profile, sent)
    }
}
