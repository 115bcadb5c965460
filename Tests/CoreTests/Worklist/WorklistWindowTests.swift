import Testing

@testable import Core

struct WorklistWindowTests {
    private let window = WorklistWindow(past: 1, future: 7)
    private let today = DICOMDate("20261125")

    @Test(
        "a query without a date is cut to whole days around today",
        arguments: [
            ("20261123", false), ("20261124", true), ("20261125", true), ("20261202", true), ("20261203", false),
        ])
    func days(date: String, expected: Bool) throws {
        let query = try WorklistQuery([.modality: "CT"]).cut(to: window, today: today)
        #expect(query.isCut && query.admits(Sample.entry(date: date)) == expected)
        let wanted = WorklistPreselection(query, for: WorklistCaller(aeTitle: "CT01", scope: .all))
        #expect(wanted.earliestDate == "20261124" && wanted.latestDate == "20261202")
    }

    @Test(
        "a query that names a date is never cut, nor is any without a window",
        arguments: ["20250101", "20250101-", "-20250101"])
    func named(date: String) throws {
        let query = try WorklistQuery([.startDate: date]).cut(to: window, today: today)
        #expect(!query.isCut && query.admits(Sample.entry(date: "20250101")))
        #expect(try !WorklistQuery([.startDate: "*"]).cut(to: nil, today: today).isCut)
    }

    @Test("a window does not make a span of a time key")
    func noSpan() throws {
        let query = try WorklistQuery([.startTime: "10-12"]).cut(to: window, today: today)
        #expect(WorklistMatching.matches(query, Sample.entry(date: "20261126", time: "110000")))
        #expect(!WorklistMatching.matches(query, Sample.entry(date: "20261126", time: "130000")))
    }

    @Test("days of the calendar count on and back")
    func calendar() throws {
        #expect(DICOMDate("19700101")?.dayNumber == 0)
        #expect(DICOMDate("20000301")?.dayNumber == 11_017)
        let start = try #require(DICOMDate("19991231"))
        var day = start
        for count in 1...1_500 {
            let next = try #require(day.adding(days: 1))
            #expect(next > day && next.dayNumber == start.dayNumber + count && DICOMDate(next.text) == next)
            day = next
        }
        #expect(DICOMDate("20240228")?.adding(days: 1)?.text == "20240229")
        #expect(DICOMDate("20260301")?.adding(days: -1)?.text == "20260228")
        #expect(DICOMDate("00010101")?.adding(days: -1) == nil)
        #expect(DICOMDate("99991231")?.adding(days: 1) == nil)
        #expect(DICOMTime.text(secondsOfDay: 86_399) == "235959")
    }
}
