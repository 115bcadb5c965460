import Testing

@testable import Core

/// One field wrong at a time: the mistake names that field, and nothing else is complained about.
@Suite struct OrderMistakeTests {
    private static let laboratory: [(key: String, json: String)] = [
        ("accession", #""L1""#), ("mrn", #""M1""#), ("kind", #""laboratory""#),
    ]
    private static let imaging: [(key: String, json: String)] = [
        ("accession", #""R1""#), ("mrn", #""M1""#), ("kind", #""imaging""#), ("procedure", #"{"code":"CTHEAD"}"#),
        ("modality", #""CT""#),
    ]

    private static func mistakes(_ base: [(key: String, json: String)], _ key: String, _ json: String?)
        -> [IntakeMistake]
    {
        var members = base.filter { $0.key != key }
        if let json { members.append((key, json)) }
        let text = "{" + members.map { "\"\($0.key)\":\($0.json)" }.joined(separator: ",") + "}"
        do {
            _ = try orderChanges(json: Array(text.utf8), facility: Facility())
            return []
        } catch { return error.mistakes }
    }

    @Test(
        arguments: [
            ("accession", nil, "accession", "is missing"), ("accession", #""""#, "accession", "is empty"),
            ("accession", #""  ""#, "accession", "is empty"),
            ("accession", "24000123", "accession", "is a number; write it as text"),
            ("accession", "[]", "accession", "is a list; text"),
            ("accession", #""a\u0002b""#, "accession", "control character"),
            ("accession", #""a\tb""#, "accession", "control character"),
            ("mrn", nil, "mrn", "is missing"), ("mrn", #""""#, "mrn", "is empty"),
            ("mrn", "0", "mrn", "loses leading zeros"),
            ("mrn", "true", "mrn", "is true or false; text"),
            ("kind", nil, "kind", "is missing. It is one of laboratory or imaging."),
            ("kind", #""radiology""#, "kind", "\"radiology\" is not one of laboratory or imaging."),
            ("kind", "1", "kind", "is a number"),
            ("priority", #""STAT""#, "priority", "is not one of routine, urgent or stat."),
            ("status", #""done""#, "status", "is not one of open, cancelled or completed."),
            ("placer", "7", "placer", "is a number"),
            ("patient", #""RAO""#, "patient", "is text; an object"),
            ("patient", #"{"sex":"X"}"#, "patient.sex", "M, F, O or U"),
            ("patient", #"{"sex":"female"}"#, "patient.sex", "M, F, O or U"),
            ("patient", #"{"name":"RAO"}"#, "patient.name", "is not a key"),
            ("patient", #"{"abha":91}"#, "patient.abha", "is a number"),
            ("patient", #"{"birth_date":"02/04/1981"}"#, "patient.birth_date", "is not a date"),
            ("patient", #"{"birth_date":"1981-02-29"}"#, "patient.birth_date", "is not a date"),
            ("patient", #"{"birth_date":"1900-02-29"}"#, "patient.birth_date", "is not a date"),
            ("patient", #"{"birth_date":"1981-4-2"}"#, "patient.birth_date", "is not a date"),
            ("patient", #"{"birth_date":"1981-04-02T00:00:00Z"}"#, "patient.birth_date", "is not a date"),
            ("patient", #"{"birth_date":"0000"}"#, "patient.birth_date", "is not a date"),
            ("tests", "{}", "tests", "is an object; a list"), ("tests", #"["CBC"]"#, "tests[0]", "is text; an object"),
            ("tests", #"[{"code":"CBC"},{"text":"x"}]"#, "tests[1].code", "is missing"),
            ("tests", #"[{"code":""}]"#, "tests[0].code", "is empty"),
            ("tests", #"[{"code":7}]"#, "tests[0].code", "is a number"),
            ("tests", #"[{"code":"A","cod":"B"}]"#, "tests[0].cod", "Did you mean code?"),
            ("specimen", #"{"collected":"2026-11-22T09:10:00"}"#, "specimen.collected", "does not say its offset"),
            ("specimen", #"{"collected":"2026-11-22"}"#, "specimen.collected", "is not a date and time"),
            ("specimen", #"{"collected":"2026-11-22T24:10:00Z"}"#, "specimen.collected", "is not a date and time"),
            ("specimen", #"{"collected":"2026-11-22T09:10:00+0530"}"#, "specimen.collected", "is not a date and time"),
            ("specimen", #"{"collected":"2026-11-22T09:10:00.Z"}"#, "specimen.collected", "is not a date and time"),
            ("acession", #""L1""#, "acession", "is not a key of an order. Did you mean accession?"),
            ("shoe_size", #""44""#, "shoe_size", "is not a key of an order."),
            ("modality", #""CT""#, "modality", "belongs to an imaging order"),
        ] as [(String, String?, String, String)])
    func laboratory(key: String, json: String?, place: String, words: String) {
        let mistakes = Self.mistakes(Self.laboratory, key, json)
        #expect(mistakes.map(\.key) == [place])
        #expect(mistakes.first?.what.contains(words) == true, "\(mistakes.first?.what ?? "nothing")")
    }

    @Test(
        arguments: [
            ("procedure", nil, "procedure", "is missing"), ("procedure", "{}", "procedure.code", "is missing"),
            ("procedure", #""CTHEAD""#, "procedure", "is text; an object"), ("modality", nil, "modality", "is missing"),
            ("modality", #""""#, "modality", "is empty"), ("modality", #""ct""#, "modality", "is no modality code"),
            ("station_ae", #""ABCDEFGHIJKLMNOPQ""#, "station_ae", "is no AE title"),
            ("station_ae", #""A\\B""#, "station_ae", "is no AE title"),
            ("scheduled", #""tomorrow""#, "scheduled", "date and time"),
            ("study_uid", #""1.02.3""#, "study_uid", "is no UID"), ("study_uid", #""1..3""#, "study_uid", "is no UID"),
            ("study_uid", #""1.2.x""#, "study_uid", "is no UID"),
            ("tests", "[]", "tests", "belongs to a laboratory order"),
        ] as [(String, String?, String, String)])
    func imaging(key: String, json: String?, place: String, words: String) {
        let mistakes = Self.mistakes(Self.imaging, key, json)
        #expect(mistakes.map(\.key) == [place])
        #expect(mistakes.first?.what.contains(words) == true, "\(mistakes.first?.what ?? "nothing")")
    }

    @Test(arguments: ["1981", "1981-04", "1981-04-02", "2000-02-29", "2024-02-29"])
    func goodDates(text: String) { #expect(FieldRule.date(text) == nil) }

    @Test(arguments: [
        "2026-11-22T09:10:00+05:30", "2026-11-22T09:10Z", "2026-11-22T09:10:00.250-03:00", "2026-11-22T00:00:00Z",
    ])
    func goodMoments(text: String) { #expect(FieldRule.moment(text) == nil) }

    @Test(arguments: ["0", "1.2.0.3", "2.25.329800735698586629295641978511506172918"])
    func goodUIDs(text: String) { #expect(FieldRule.uid(text) == nil) }

    @Test func theBasesAreGood() {
        #expect(Self.mistakes(Self.laboratory, "none", nil).isEmpty)
        #expect(Self.mistakes(Self.imaging, "none", nil).isEmpty)
    }
}
