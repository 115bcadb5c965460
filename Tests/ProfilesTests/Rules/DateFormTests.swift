import Core
import Profiles
import Testing

@Suite struct DateFormTests {
    private func performed(_ forms: String, _ sent: String) throws -> (time: String?, remarks: Int) {
        let report = try #require(
            astm(try passing("dates: \(forms)"), header, "P|1", "O|1|S", "R|1|^^^A|1|||||F||||\(sent)", "L|1|N").first)
        return (report.observations.first?.performed, report.problems.count)
    }

    @Test(arguments: [
        ("dd-MM-yyyy HH:mm", "30-08-2024 12:07", "2024-08-30T12:07:00+05:30"),
        ("dd-MM-yyyy HH:mm", "30-08-2024   12:07", "2024-08-30T12:07:00+05:30"),
        ("MM/dd/yy", "08/30/24", "2024-08-30"), ("MM/dd/yy", "02/29/24", "2024-02-29"),
        ("yyyyMMdd HH:mm.ss", "20240831 16:35.16", "2024-08-31T16:35:16+05:30"),
        ("dd MMM yyyy", "03 Feb 2026", "2026-02-03"), ("ddMMMyy", "03FEB26", "2026-02-03"),
        ("d/M/yyyy H:m", "3/2/2026 9:05", "2026-02-03T09:05:00+05:30"),
        ("yyyy-MM-ddTHH:mm:ss", "2026-02-03T09:05:07", "2026-02-03T09:05:07+05:30"),
        ("dd.MM.yyyy hh:mm AM", "03.02.2026 12:05 am", "2026-02-03T00:05:00+05:30"),
        ("dd.MM.yyyy hh:mm AM", "03.02.2026 12:05 PM", "2026-02-03T12:05:00+05:30"),
        ("dd.MM.yyyy hh:mm AM", "03.02.2026 07:05 PM", "2026-02-03T19:05:00+05:30"),
        ("yyyy年MM月dd日", "2026年02月03日", "2026-02-03"),
        // The standard's form still counts behind the profile's.
        ("dd-MM-yyyy", "20260203090507", "2026-02-03T09:05:07+05:30"),
    ])
    func forms(_ form: String, _ sent: String, _ expected: String) throws {
        let found = try performed("['\(form)']", sent)
        #expect(found.time == expected)
        #expect(found.remarks == 0)
    }

    @Test(arguments: [
        ("dd-MM-yyyy", "31-02-2026"), ("dd-MM-yyyy", "3-2-2026"), ("dd-MM-yyyy", "03-02-2026x"),
        ("dd-MM-yyyy HH:mm", "03-02-2026"), ("dd-MM-yyyy HH:mm", "03-02-2026 24:10"), ("ddMMMyy", "03FOO26"),
        ("dd.MM.yyyy hh:mm AM", "03.02.2026 13:05 PM"), ("dd.MM.yyyy hh:mm AM", "03.02.2026 07:05"),
    ])
    func whatIsNoTimeIsLeftOutWithARemark(_ form: String, _ sent: String) throws {
        let found = try performed("['\(form)']", sent)
        #expect(found.time == nil)
        #expect(found.remarks == 1)
    }

    @Test func theFirstFormThatFitsCounts() throws {
        #expect(try performed("[dd/MM/yyyy, MM/dd/yyyy]", "04/03/2026").time == "2026-03-04")
        #expect(try performed("[MM/dd/yyyy, dd/MM/yyyy]", "04/03/2026").time == "2026-04-03")
        #expect(try performed("[dd/MM/yyyy, MM/dd/yyyy]", "04/13/2026").time == "2026-04-13")
    }

    @Test(arguments: [
        "HH:mm", "dd-MM", "dd-MM-yyyy mm", "dd-dd-MM-yyyy", "dd-MM-yyyy hh:mm", "dd-MM-yyyy HH:mm AM", "MMM-MM-dd-yyyy",
        "dd-MM-yyyy HH:ss", "dd-MM-yyyy                                   HH:mm",
    ])
    func whatIsNoForm(_ form: String) {
        let found = mistakes("name: T\nprotocol: astm\npass_through: true\ndates: ['\(form)']\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("profile.yaml:4: dates[1]: '\(form)' is no form of a date") == true)
    }
}
