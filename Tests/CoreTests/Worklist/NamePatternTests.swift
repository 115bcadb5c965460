import Testing

@testable import Core

/// PS3.4 section C.2.2.2.1.1: how names are compared is ours to say.
struct NamePatternTests {
    private func matches(_ key: String, _ name: String) -> Bool { NamePattern(key)?.matches(name) ?? true }

    @Test(
        "the three component groups",
        arguments: [
            // A key of one group finds whichever group matches.
            ("yamada^tarou", true), ("山田", true), ("山田^太郎", true), ("やまだ", true), ("山*", true), ("佐藤", false),
            ("?田^太?", true), ("太郎", false), ("^太郎", true),
            // A key that names several is compared place by place.
            ("Yamada^Tarou=山田^太郎", true), ("Yamada^Tarou=佐藤", false), ("Yamada=山田=やまだ", true),
            ("=山田", true), ("=やまだ", false), ("==やまだ", true), ("==山田", false), ("山田=", false),
            ("*=山*=*", true), ("Suzuki=山田", false),
        ])
    func groups(key: String, expected: Bool) {
        #expect(matches(key, "Yamada^Tarou=山田^太郎=やまだ^たろう") == expected)
    }

    @Test(
        "a name of one group is compared with each of the key's",
        arguments: [
            ("Yamada^Tarou=山田^太郎", "山田^太郎", true), ("Yamada^Tarou=山田^太郎", "YAMADA^TAROU", true),
            ("Yamada^Tarou=山田^太郎", "佐藤", false), ("=山田", "山田^太郎", true), ("山田=", "=山田", true),
            ("Wang=王", "=王^小東", true), ("Wang=王=", "Li=王", false), ("=王=x", "Li==x", true),
        ])
    func oneGroup(key: String, name: String, expected: Bool) {
        #expect(matches(key, name) == expected)
    }

    @Test(
        "case, accents and width do not count; letters do",
        arguments: [
            ("BUC^JEROME", "Buc^Jérôme", true), ("Åse", "ASE", true), ("Søren", "soren", true), ("Łódź", "LODZ", true),
            ("Διονύσιος", "διονυσιοσ", true), ("Ёлкин", "елкин", true), ("ﾔﾏﾀﾞ", "ヤマダ", true),
            ("Ｙａｍａｄａ", "yamada", true),
            ("קַבָּנִי", "קבני", true), ("مُحَمَّد", "محمد", true), ("タナカ", "ダナカ", false), ("はは", "ぱぱ", false),
            ("한글", "한극", false), ("İstanbul", "istanbul", true), ("straße", "STRASSE", true),
            ("e\u{301}", "é", true), ("?", "é", true), ("?", "e\u{301}", true), ("??", "é", false), ("*??", "王", false),
            ("?*", "", false),
        ])
    func folding(key: String, name: String, expected: Bool) {
        #expect(matches(key, name) == expected)
    }

    @Test("a folded name folded again is itself, so that what the store keeps can be compared")
    func idempotent() {
        for name in ["Buc^Jérôme", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "김희중", "राव^आशा", "İ", "ﬁ", "Ǆ", "ß"] {
            #expect(NameFolding.folded(NameFolding.folded(name)) == NameFolding.folded(name))
            #expect(
                WorklistNameKey(pattern: NamePattern(name)!).matches(folded: WorklistNameKey.folded(name)), "\(name)")
        }
    }

    @Test("stars take time in proportion, not without end")
    func greedy() {
        let key = String(repeating: "*a", count: 31) + "b"
        #expect(!matches(key, String(repeating: "a", count: 64) + "^" + String(repeating: "a", count: 64)))
    }
}
