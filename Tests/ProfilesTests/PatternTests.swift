import Profiles
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        ("^AUTO_", "AUTO_1", true), ("^AUTO_", "XAUTO_1", false), ("AUTO", "xAUTOx", true), ("_1$", "AUTO_1", true),
        ("^NA$", "NA", true), ("^NA$", "NAN", false), ("^(ED|RP)$", "RP", true), ("^(ED|RP)$", "ED|RP", false),
        (#"^\d{6,12}$"#, "123456", true), (#"^\d{6,12}$"#, "12345", false), (#"^\d{6,12}$"#, "1234567890123", false),
        ("^-[-.]*$", "---.-", true), ("^-[-.]*$", "-1", false), ("a|^b$", "xax", true), ("a|^b$", "b", true),
        ("a|^b$", "bb", false), (#"^\*+$"#, "***", true), ("(?i)^na$", "Na", true), ("[^0-9]", "123", false),
        ("[^0-9]", "12x", true), (#"\D"#, "1234", false), ("^a.c$", "aµc", true), ("^(ab)+$", "ababab", true),
        ("^(ab)+$", "aba", false), ("^x?y{2}$", "yy", true), ("^x?y{2}$", "xyy", true), ("^x{0,2}$", "", true),
        (#"^[\w-]+$"#, "A-1_b", true), (#"^\[x\]$"#, "[x]", true), ("^[µ-ω]+$", "αβ", true), ("^$", "", true),
        ("^$", "x", false),
    ])
    func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == expected)
    }

    @Test(arguments: [
        "", "(a", "a)", "[a", "*a", "a{2", "a{3,2}", "a{99}", "a^b", "a$b", #"\q"#, #"a\"#, "(?=a)", "[z-a]",
        "a{40}b{40}",
    ])
    func refuses(_ pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test func aHostileTextTakesLinearTime() throws {
        // Each more `a*` multiplies the time of a backtracking matcher by the text's length.
        let pattern = try Pattern("^a*a*a*a*a*a*a*a*$")
        #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
    }

    @Test(arguments: [
        ("(a+)+", "'+' at character 5 repeats without end what repeats without end itself"),
        ("^(a*)*$", "'*' at character 6 repeats without end"), ("([a-z]+)*x", "repeats without end"),
        ("(?:a{2,})+", "repeats without end"), ("((a+b)c)*", "repeats without end"),
        ("(a|b+){3,}", "repeats without end"),
        ("a++", "'+' at character 3 follows another repetition"), ("a{2}*", "follows another repetition"),
        (#"(a)\1"#, "'\\1' at character 4 refers back to a group, which is not possible"),
        (#"\bWBC"#, "'\\b' at character 1 looks around"), ("(?=a)b", "'(?=' at character 1 looks around"),
        ("a(?!b)", "'(?!' at character 2 looks around"), ("(?<=a)b", "'(?<=' at character 1 looks around"),
        ("(?<!a)b", "'(?<!' at character 1 looks around"), ("(?<n>a)", "'(?' at character 1 is not known"),
        (String(repeating: "a", count: 1_001), "it has 1001 characters, and 1000 are possible"),
        ("^[ab]{64}c$", "the pattern is too long"), ("a$b", "'$' at character 2"),
    ])
    func whatCannotBeHadIsToldWithItsPlaceAndARemedy(_ pattern: String, _ words: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains { ";,".contains($0) } == true)
    }

    @Test(arguments: ["(ab)+", "(a+)?", "(a+){1,3}", "(a|b)*c+", "^(A|B+)$", "a?b+c*", #"(\d{1,3}\.)+"#])
    func aRepetitionWithinALimitedOneIsGood(_ pattern: String) {
        #expect(throws: Never.self) { try Pattern(pattern) }
    }
}
