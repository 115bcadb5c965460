import Core
import Testing

@testable import Store

@Suite("A report that grows with its specimen")
struct GrowingReportTests {
    private func part(_ code: String, _ value: String, status: ObservationStatus = .final, grows: Bool = true)
        -> SpecimenReport
    {
        var report = SpecimenReport.of("A1", .of(code, value, status: status))
        report.growsWithSpecimen = grows
        return report
    }

    private func house() async throws -> House {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        return house
    }

    private func next(_ house: House) async throws -> DeliverableReport {
        let leased = try await house.lease()
        #expect(leased.count == 1)
        let delivery = try #require(leased.first)
        try await house.settle(delivery, .delivered("1"))
        return delivery.report
    }

    private func earlier(_ report: DeliverableReport) -> [String]? {
        report.earlier?.flatMap(\.results).map { "\($0.observation.code) \($0.observation.value.token)" }
    }

    @Test("each message brings its own results and lists what went before")
    func grows() async throws {
        let house = try await house()
        for (code, value) in [("TSH", "1.1"), ("FT4", "2.2"), ("FT3", "3.3")] {
            try await house.receive(part(code, value))
        }
        let first = try await next(house)
        #expect(earlier(first) == [])
        let second = try await next(house)
        #expect(second.results.map(\.observation.code) == ["FT4"])
        #expect(earlier(second) == ["TSH 1.1"])
        #expect(second.earlier?.map(\.received) == [first.received])
        #expect(earlier(try await next(house)) == ["TSH 1.1", "FT4 2.2"])
    }

    @Test("a report of a device that does not aggregate is one of its own")
    func alone() async throws {
        let house = try await house()
        try await house.receive(part("TSH", "1.1"))
        try await house.receive(part("FT4", "2.2", grows: false))
        _ = try await next(house)
        #expect(try await next(house).earlier == nil)
    }

    @Test("other devices and what a person skipped are not listed")
    func others() async throws {
        let house = try await house()
        try await house.receive(part("TSH", "1.1"))
        try await house.receive(part("FT4", "2.2"), from: "other-1")
        try await house.receive(part("FT3", "3.3"))
        #expect(
            try await house.store.skip("D1", reason: "sent by hand")
                == .done("D1 is skipped. Later ones of its accession may go."))
        _ = try await next(house)
        #expect(earlier(try await next(house)) == [])
    }

    @Test("a value that was corrected meanwhile is not sent again")
    func corrected() async throws {
        let house = try await house()
        try await house.receive(part("TSH", "1.1", status: .preliminary))
        try await house.receive(part("TSH", "1.2"))
        try await house.receive(part("FT4", "2.2"))
        _ = try await next(house)
        #expect(earlier(try await next(house)) == [])
        #expect(earlier(try await next(house)) == ["TSH 1.2"])
    }
}
