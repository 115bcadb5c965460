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
        // Exponential in a backtracking matcher.
        let pattern = try Pattern("^(a+)+(a+)+(a+)+$")
        #expect(!pattern.matches(String(repeating: "a", count: 2_000) + "b"))
    }
}
