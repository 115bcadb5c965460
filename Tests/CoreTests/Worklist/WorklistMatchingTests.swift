import Testing

@testable import Core

/// PS3.4 sections C.2.2.2 and K.6.1.2.
struct WorklistMatchingTests {
    @Test(
        "text: single value literally, * any run, ? one character",
        arguments: [
            ("R24-0001", "R24-0001", true), ("R24-0001", "r24-0001", false), ("R24-0001", " R24-0001 ", true),
            ("R24-0001", "R24-000", false), ("R24-0001", "R24-*", true), ("R24-0001", "*0001", true),
            ("R24-0001", "R24-????", true), ("R24-0001", "R24-???", false), ("R24-0001", "*24*00*1", true),
            ("R24-0001", "*24*2*1", false), ("R24-0001", "?*?", true), ("R24-0001", "R24-0001*", true),
            ("R24-0001", "R24-0001?", false), ("R24-0001", "X\\R24-0001", true), ("00123", "123", false),
            ("123", "00123", false), ("1.0", "1", false),
        ])
    func text(value: String, key: String, expected: Bool) throws {
        #expect(try Sample.matches([.accession: key], Sample.entry(value)) == expected)
    }

    @Test(
        "names: by component, without case and accents, in any script",
        arguments: [
            ("RAO", "ASHA", "RAO^ASHA", true), ("RAO", "ASHA", "rao^asha", true), ("RAO", "ASHA", "RAO", true),
            ("RAO", "ASHA", "RAO^", true), ("RAO", "ASHA", "^ASHA", true), ("RAO", "ASHA", "RA*", true),
            ("RAO", "ASHA", "RAO^A*", true), ("RAO", "ASHA", "RAO^B*", false), ("RAO", "ASHA", "ASHA", false),
            ("RAO", "ASHA", "*ASHA*", true), ("RAO", "ASHA", "R?O^ASHA", true), ("RAO", "ASHA", "R??O", false),
            ("RAO", "ASHA", "RAO^ASHA^^^", true), ("RAO", "ASHA", "RAO^ASHA^K", false),
            ("RAO", "ASHA", "RAO^ASHA=\u{0930}\u{093E}\u{0935}", true), ("RAO", "ASHA", "X^Y=Z", false),
            ("MÜLLER", "JÖRG", "muller^jorg", true), ("MULLER", "JORG", "Müller^Jörg", true),
            ("MÜLLER", "JÖRG", "Mu\u{0308}ller*", true), ("STRAßE", "A", "strasse", true),
            ("ИВАНОВ", "ИВАН", "иванов^иван", true),
            // Vowel signs are letters, not accents: Ram and Rima stay two.
            ("\u{0930}\u{093E}\u{092E}", "", "\u{0930}\u{093E}\u{092E}", true),
            ("\u{0930}\u{093E}\u{092E}", "", "\u{0930}\u{0940}\u{092E}", false),
            ("\u{0915}\u{0941}\u{092E}\u{093E}\u{0930}", "", "\u{0915}*", true),
            ("\u{0915}\u{0941}\u{092E}\u{093E}\u{0930}", "", "\u{0915}\u{0940}*", false),
        ])
    func names(family: String, given: String, key: String, expected: Bool) throws {
        #expect(try Sample.matches([.patientName: key], Sample.entry(family: family, given: given)) == expected)
    }

    @Test(
        "keys that exclude nothing",
        arguments: ["", "  ", "*"], WorklistAttribute.allCases)
    func universal(key: String, attribute: WorklistAttribute) throws {
        #expect(try WorklistQuery([attribute: key]).isUniversal)
        #expect(try Sample.matches([attribute: key], Sample.entry()))
    }

    @Test(
        "an attribute the entry lacks matches no key",
        arguments: WorklistAttribute.allCases.filter { $0 != .stepStatus })
    func absent(attribute: WorklistAttribute) throws {
        let bare = WorklistEntry(
            accession: "", patientName: WorklistPersonName(family: ""), patientID: "", modality: "",
            stationAETitles: [], startDate: "", startTime: "", stepDescription: "", stepID: "",
            requestedProcedureID: "", requestedProcedureDescription: "", studyInstanceUID: "")
        let key: String =
            switch attribute.matching {
            case .date: "20261122"
            case .time: "10"
            case .uid: "1.2"
            case .name, .text, .code: "?*"
            }
        #expect(try Sample.matches([attribute: key], bare) == false)
    }

    @Test("a name of delimiters only excludes nothing; * = * needs a name")
    func emptyNames() throws {
        #expect(try WorklistQuery([.patientName: "^^="]).isUniversal)
        #expect(try WorklistQuery([.patientName: "*=*"]).isUniversal == false)
        #expect(try Sample.matches([.patientName: "*=*"], Sample.entry(family: "", given: "")) == false)
    }

    @Test(
        "dates by meaning and as ranges",
        arguments: [
            ("20261122", true), ("2026.11.22", true), ("20261121", false), ("20261122-20261122", true),
            ("20261101-20261130", true), ("20261123-", false), ("20261122-", true), ("-20261122", true),
            ("-20261121", false), ("20261123-20261121", false), (" 20261122 ", true),
        ])
    func dates(key: String, expected: Bool) throws {
        #expect(try Sample.matches([.startDate: key], Sample.entry()) == expected)
    }

    @Test(
        "times by meaning and as ranges",
        arguments: [
            ("223000", "2230", true), ("223000", "22", true), ("223000", "223000.0000", true),
            ("223000", "2231", false),
            ("2230", "223000", true), ("223000", "22:30:00", true), ("100000", "0900-1000", true),
            ("100059", "0900-1000", true), ("100100", "0900-1000", false), ("085959", "0900-1000", false),
            ("100000", "10-", true), ("095959", "10-", false), ("235959", "-12", false), ("125959", "-12", true),
            ("100000.5", "100000.500000", true), ("100000.5", "100000", false),
        ])
    func times(value: String, key: String, expected: Bool) throws {
        #expect(try Sample.matches([.startTime: key], Sample.entry(time: value)) == expected)
    }

    @Test(
        "a date key with a time range is one span (table K.6-1)",
        arguments: [
            ("20260705", "100000", true), ("20260705", "095959", false), ("20260706", "030000", true),
            ("20260706", "230000", true), ("20260707", "180000", true), ("20260707", "180100", false),
            ("20260708", "120000", false),
        ])
    func span(date: String, time: String, expected: Bool) throws {
        let keys: [WorklistAttribute: String] = [.startDate: "20260705-20260707", .startTime: "1000-1800"]
        #expect(try Sample.matches(keys, Sample.entry(date: date, time: time)) == expected)
    }

    @Test("a span may be open; a single time with a date range is no span")
    func openSpans() throws {
        let night = Sample.entry(date: "20260706", time: "030000")
        #expect(try Sample.matches([.startDate: "20260705-", .startTime: "10-"], night))
        #expect(try Sample.matches([.startDate: "-20260706", .startTime: "-02"], night) == false)
        #expect(try Sample.matches([.startDate: "20260705-20260707", .startTime: "0300"], night))
        #expect(try Sample.matches([.startDate: "20260705-20260707", .startTime: "0400"], night) == false)
        #expect(try Sample.matches([.startTime: "10-18"], night) == false)
    }

    @Test("any of several stations, any of several UIDs")
    func lists() throws {
        let entry = Sample.entry(stations: ["CT01", "CT02"])
        #expect(try Sample.matches([.stationAETitle: "CT02"], entry))
        #expect(try Sample.matches([.stationAETitle: "CT03"], entry) == false)
        #expect(try Sample.matches([.stationAETitle: "ct01"], entry) == false)
        #expect(try Sample.matches([.studyInstanceUID: "1.2\\1.2.3.4"], entry))
        #expect(try Sample.matches([.studyInstanceUID: "1.2.3"], entry) == false)
    }

    @Test(
        "malformed keys name their attribute and not their content",
        arguments: [
            (WorklistAttribute.startDate, "20261340"), (.startDate, "2026"), (.startDate, "20260229"),
            (.startDate, "-"),
            (.startDate, "20260101-20260102-20260103"), (.startDate, "today"), (.startTime, "25"), (.startTime, "1061"),
            (.startTime, "10-xx"), (.birthDate, "1981-04-02"), (.studyInstanceUID, "1.2.*"), (.startTime, "1000.5"),
            (.startTime, "\u{0967}\u{0966}"),
        ])
    func malformed(attribute: WorklistAttribute, key: String) {
        #expect {
            try WorklistQuery([attribute: key])
        } throws: { error in
            (error as? WorklistQueryError).map { $0.key == .attribute(attribute) && !$0.reason.contains(key) } ?? false
        }
    }

    @Test("keys longer than any value may be, and lists of many, are refused")
    func sizes() throws {
        let fits = String(repeating: "a", count: 64)
        let list = { (count: Int) in [String](repeating: "1.2", count: count).joined(separator: "\\") }
        for (attribute, key) in [
            (WorklistAttribute.accession, fits), (.patientName, [fits, fits, fits].joined(separator: "=")),
            (.studyInstanceUID, list(100)), (.accession, fits + "\\" + fits),
        ] { _ = try WorklistQuery([attribute: key]) }
        for (attribute, key, reason) in [
            (WorklistAttribute.accession, fits + "a", "more than 64 characters"),
            (.patientName, [fits, fits, fits, "a"].joined(separator: "="), "more than 194 characters"),
            (.studyInstanceUID, list(101), "more than 100 values"),
            (.startDate, String(repeating: "-", count: 65), "64"),
        ] {
            #expect {
                try WorklistQuery([attribute: key])
            } throws: { error in
                (error as? WorklistQueryError)?.reason.contains(reason) == true
            }
        }
    }

    @Test("a run of stars is one star")
    func runsOfStars() throws {
        #expect(TextPattern("a***b**") == TextPattern("a*b*"))
        #expect(try WorklistQuery([.patientID: "****"]).isUniversal)
        let key = String(repeating: "*a", count: 31) + "b"
        #expect(try Sample.matches([.accession: key], Sample.entry(String(repeating: "a", count: 64))) == false)
    }
}
