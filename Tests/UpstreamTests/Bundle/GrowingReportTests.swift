import Core
import Testing
import Upstream

/// One report for all messages of a specimen (`report: { aggregate: specimen }`).
@Suite struct GrowingReportTests {
    private func report(_ code: String, earlier: [EarlierResults]?) -> DeliverableReport {
        var report = Sample.report([Sample.observation(code, .quantity("5", nil))])
        report.earlier = earlier
        return report
    }

    private func part(_ code: String, second: Int64 = 1) -> EarlierResults {
        EarlierResults(
            received: Timestamp(microseconds: second * 1_000_000),
            results: Sample.report([Sample.observation(code, .quantity("5", nil))]).results)
    }

    private func identifier(_ written: Written) -> String? {
        at(written.resources("DiagnosticReport").first, "identifier", 0, "value")
    }

    private func references(_ written: Written) -> [String] {
        let list = written.resources("DiagnosticReport").first?["result"] as? [[String: Any]] ?? []
        return list.compactMap { $0["reference"] as? String }
    }

    @Test func itKeepsItsIdentifierWhileItsResultsGrow() throws {
        let first = try Written(report("TSH", earlier: []))
        let second = try Written(report("FT4", earlier: [part("TSH")]))
        #expect(identifier(first) != nil)
        #expect(identifier(first) == identifier(second))
        #expect(references(first).count == 1)
        #expect(references(second).count == 2)
        #expect(references(second).first == references(first).first)
        // Reports of their own have identifiers of their own.
        #expect(
            identifier(try Written(report("TSH", earlier: nil))) != identifier(try Written(report("FT4", earlier: nil)))
        )
        #expect(identifier(try Written(report("TSH", earlier: nil))) != identifier(first))
    }

    @Test func everyReferenceFindsItsEntry() throws {
        let written = try Written(report("FT3", earlier: [part("TSH", second: 1), part("FT4", second: 2)]))
        let addresses = written.entries("Observation").compactMap { $0["fullUrl"] as? String }
        #expect(addresses == references(written))
        #expect(addresses.count == 3)
    }

    @Test func whatWentBeforeGoesAgainAsItWas() throws {
        let issued = try Written(report("FT4", earlier: [part("TSH", second: 60)])).resources("Observation")
            .map { at($0, "issued") ?? "" }
        #expect(issued.count == 2)
        #expect(issued.first?.hasPrefix("1970-01-01T00:01:00") == true)
        #expect(issued.last?.hasPrefix("2026") == true)
    }

    @Test func aCorrectionReplacesWhatItCorrects() throws {
        let written = try Written(report("TSH", earlier: [part("TSH"), part("FT4")]))
        #expect(written.resources("Observation").count == 2)
        #expect(references(written).count == 2)
    }
}
