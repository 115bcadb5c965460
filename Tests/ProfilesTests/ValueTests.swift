import Core
import Profiles
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("5.10", "5.10"), ("0", "0"), ("-2.3", "-2.3"), ("0.00", "0.00"), ("1e3", "1e3"), ("1.5E-7", "1.5E-7"),
        (" 12.3 ", "12.3"), ("10000000000000000000000000001", "10000000000000000000000000001"),
    ])
    func numbersKeepTheirText(_ sent: String, _ token: String) throws {
        #expect(try value(sent) == .quantity(token, nil))
    }

    @Test(arguments: [
        ("<0.01", "0.01", Comparator.less), ("< 0.5", "0.5", .less), ("<=3", "3", .lessOrEqual),
        (">1000", "1000", .greater), (">= 7.40", "7.40", .greaterOrEqual), (">-1", "-1", .greater),
    ])
    func comparatorsAreSplitOff(_ sent: String, _ token: String, _ comparator: Comparator) throws {
        #expect(try value(sent) == .quantity(token, comparator))
    }

    @Test(arguments: [
        "+5", ".5", "5.", "007", "7,41", "1:64", "1+", "3-5", "Positive", "<>5", "<abc", "==3", "1e", "--1", "0x1F",
        "∞", "١",
    ])
    func everythingElseIsText(_ sent: String) throws {
        #expect(try value(sent) == .text(sent))
    }

    @Test(arguments: ["NA", "----", "--.--", ""])
    func noResultsAreAbsent(_ sent: String) throws {
        let profile = try passing(
            "results: { value: { from: [R.4], no_result: [ { pattern: '^NA$', why: not available }, "
                + "{ pattern: '^-[-.]*$', why: not computed } ] } }")
        let observation = try #require(
            astm(profile, header, "P|1", "O|1|S", "R|1|^^^A|\(sent)|mg/dL", "L|1|N").first?.observations.first)
        #expect(observation.value == .absent(sent))
        #expect(observation.notes.count == 1)
        #expect(observation.held == nil)
    }

    @Test func aMinusSignIsNoMissingResult() throws {
        #expect(try value("-1") == .quantity("-1", nil))
    }

    @Test func comparatorsOfTheDeviceAreData() throws {
        let profile = try passing("results: { value: { comparators: { 'LT ': '<', '≥': '>=' } } }")
        #expect(
            values(profile, "LT 5", "≥7.0", "<1") == [
                .quantity("5", .less), .quantity("7.0", .greaterOrEqual), .quantity("1", .less),
            ])
    }

    @Test func repeatsAndComponents() throws {
        #expect(
            values(try passing(), "NOT DETECTED^", "^31.3", "3+^2+^17", "a\\b") == [
                .text("NOT DETECTED"), .quantity("31.3", nil), .text("3+^2+^17"), .text("a\\b"),
            ])
        let first = try passing("results: { value: { from: [R.4.2], repeats: first } }")
        #expect(values(first, "x^1.0\\y^2.0") == [.quantity("1.0", nil)])
    }

    private func value(_ sent: String) throws -> ObservedValue? { values(try passing(), sent).first }

    private func values(_ profile: Profile, _ sent: String...) -> [ObservedValue] {
        let lines = sent.enumerated().map { "R|\($0.offset + 1)|^^^A|\($0.element)" }.joined(separator: "\r")
        return astm(profile, header, "P|1", "O|1|S", lines, "L|1|N").flatMap { $0.observations.map(\.value) }
    }
}
