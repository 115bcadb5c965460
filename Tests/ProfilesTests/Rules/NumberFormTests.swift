import Core
import Profiles
import Testing

@Suite struct NumberFormTests {
    private func read(_ rule: String, _ value: String, range: String = "") throws -> Observation {
        let mine = try passing("results: { value: { \(rule) } }")
        return try #require(
            astm(mine, header, "P|1", "O|1|S1", "R|1|^^^A|\(value)||\(range)", "L|1|N").first?.observations.first)
    }

    @Test(arguments: [
        ("4,40", "4.40", Comparator?.none), ("-0,5", "-0.5", nil), ("<0,50", "0.50", .less),
        (">= 12,0", "12.0", .greaterOrEqual),
    ])
    func aCommaIsThePoint(_ sent: String, _ number: String, _ comparator: Comparator?) throws {
        let observation = try read("decimal_mark: ','", sent)
        #expect(observation.value == .quantity(number, comparator))
        #expect(observation.notes == ["The device wrote '\(sent)'."])
    }

    @Test(arguments: ["4.40", "7", "<5"])
    func aPointStaysOne(_ sent: String) throws {
        let observation = try read("decimal_mark: ','", sent)
        #expect(observation.value == .quantity(sent.filter { $0 != "<" }, sent.hasPrefix("<") ? .less : nil))
        #expect(observation.notes == [])
    }

    @Test(arguments: ["1.234,5", "1,234,5", ",5", "5,", "a,b", ","])
    func whatIsNoNumberStaysText(_ sent: String) throws {
        let observation = try read("decimal_mark: ','", sent)
        #expect(observation.value == .text(sent))
        #expect(observation.notes == [])
    }

    @Test func withoutTheKeyNothingIsChanged() throws {
        #expect(try read("repeats: all", "4,40", range: "3,5 - 5,1").value == .text("4,40"))
        #expect(try read("repeats: all", ".047").value == .text(".047"))
        #expect(try read("decimal_mark: '.'", "4,40").value == .text("4,40"))
    }

    @Test(arguments: [(".047", "0.047"), ("-.5", "-0.5"), ("<.1", "0.1")])
    func theZeroMayBeMissing(_ sent: String, _ number: String) throws {
        let observation = try read("leading_zero: true", sent)
        #expect(observation.value == .quantity(number, sent.hasPrefix("<") ? .less : nil))
        #expect(observation.notes == ["The device wrote '\(sent)'."])
    }

    @Test func bothTogether() throws {
        #expect(try read("leading_zero: true, decimal_mark: ','", ",5").value == .quantity("0.5", nil))
    }

    @Test(arguments: [("3,5 - 5,1", "3.5 - 5.1"), ("<,5", "<0.5"), (".5 to 1,25", "0.5 to 1.25")])
    func rangesGoAlong(_ sent: String, _ range: String) throws {
        let observation = try read("decimal_mark: ',', leading_zero: true", "4", range: sent)
        #expect(observation.range == range)
        #expect(observation.notes == ["The device wrote the range '\(sent)'."])
    }

    @Test(arguments: ["3.5 - 5.1", "see table 2,5", "1,2,3 - 4", "3..5"])
    func otherRangesStay(_ sent: String) throws {
        let observation = try read("decimal_mark: ','", "4", range: sent)
        #expect(observation.range == sent)
        #expect(observation.notes == [])
    }

    @Test func aConversionTakesTheNumber() throws {
        let mine = try profile(
            "name: T\nprotocol: astm\nresults: { value: { decimal_mark: ',' } }\n"
                + "tests: { A: { convert: [{ from: mmol/L, to: mg/dL, factor: '18' }] } }")
        let report = try #require(
            astm(mine, header, "P|1", "O|1|S1", "R|1|^^^A|5,5|mmol/L|4,0 - 6,0", "L|1|N").first)
        #expect(report.observations.first?.value == .quantity("99.0", nil))
        #expect(report.observations.first?.range == "72.0 - 108.0")
    }

    @Test func onlyTheTwoMarksAreKnown() {
        let found = mistakes("name: T\nprotocol: astm\npass_through: true\nresults: { value: { decimal_mark: ';' } }")
        #expect(found.contains { $0.contains("';' is not known here; possible: ., ,") }, "\(found)")
    }
}
