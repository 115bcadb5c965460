import Core
import Testing

@testable import Store

@Suite("Resends")
struct ResendTests {
    private let report = SpecimenReport.of("A1", .of("WBC", "5.10"), .of("RBC", "4.50", at: 2))

    @Test("a message sent three times is stored and queued once")
    func thrice() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        let first = try await house.receive(report)
        #expect(first == RecordSummary(posted: 2, held: 0, duplicates: 0))
        for _ in 0..<2 {
            #expect(try await house.receive(report) == RecordSummary(posted: 0, held: 0, duplicates: 2))
        }
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.10 posted"])
        #expect(try house.count("SELECT count(*) FROM message") == 3)
        #expect(try house.count("SELECT count(*) FROM report") == 1)
        #expect(try house.count("SELECT count(*) FROM delivery") == 1)
        #expect(try await house.store.explain("M3")?.steps.map(\.step) == ["received", "resend"])
        #expect(try await house.store.explain("M3")?.steps.last?.what.contains("S1") == true)
    }

    @Test("an unknown specimen sent three times is one hold")
    func held() async throws {
        let house = try House()
        for _ in 0..<3 { try await house.receive(report) }
        #expect(try await house.holds() == ["no-order"])
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.holds() == [])
        #expect(try await house.lease().map(\.report.results.count) == [2])
    }

    @Test("a partial message and its resend merge")
    func merge() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        #expect(try await house.receive(report) == RecordSummary(posted: 1, held: 0, duplicates: 1))
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.10 posted"])
        let first = try await house.lease()
        #expect(first.map { $0.report.results.map(\.observation.code) } == [["WBC"]])
        try await house.settle(first[0], .delivered("1"))
        #expect(try await house.lease().map { $0.report.results.map(\.observation.code) } == [["RBC"]])
    }

    @Test("results that ran at different times merge as well, whichever came first")
    func mixedRuns() async throws {
        let house = try House()
        let one = Observation.of("GLU", "5.5", performed: "2026-11-22T09:00:00+05:30")
        let two = Observation.of("UREA", "4.1", at: 2, performed: "2026-11-22T09:01:00+05:30")
        let three = Observation.of("CREA", "80", at: 3, performed: nil)
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.receive(.of("A1", one, two)).posted == 2)
        #expect(try await house.receive(.of("A1", two)) == RecordSummary(posted: 0, held: 0, duplicates: 1))
        #expect(try await house.receive(.of("A1", three)).posted == 1)
        #expect(try await house.receive(.of("A1", one, two, three)) == RecordSummary(posted: 0, held: 0, duplicates: 3))
        let stored = try house.store.readers.readNow { try StoredResult.all($0, ReportID(1)) }
        #expect(stored.map(\.result.observation) == [one, two])
    }

    @Test("another device, or another specimen, is another result")
    func identity() async throws {
        let house = try House()
        try await house.receive(report)
        try await house.receive(report, from: "haem-2")
        try await house.receive(.of("A2", .of("WBC", "5.10")))
        #expect(try await house.states().count == 5)
        #expect(try await house.holds().count == 3)
    }

    @Test("a message with nothing to report is no resend")
    func empty() async throws {
        let house = try House()
        try await house.receive(.of("A1", kind: .query))
        #expect(try house.store.unprocessedMessages(limit: 1).isEmpty)
        #expect(try house.count("SELECT count(*) FROM report") == 0)
        #expect(try await house.steps("M1") == ["received", "understood"])
    }

    @Test("every field of an observation comes back as it was")
    func lossless() async throws {
        let house = try House()
        let values: [ObservedValue] = [
            .quantity("5.10", nil), .quantity("0.01", .less), .quantity("7", .greaterOrEqual), .text("1:64"),
            .absent("----"), .absent(""),
        ]
        var seen: [Observation] = []
        for (index, value) in values.enumerated() {
            seen.append(
                Observation(
                    at: "R|\(index)", code: "C\(index)", name: index == 1 ? nil : "Näme",
                    loinc: index == 2 ? nil : "6690-2",
                    value: value, unit: index == 3 ? nil : "10*3/uL", deviceUnit: index == 4 ? "" : "10^3/µL",
                    flags: [[], [""], ["H"], ["H", "A"], ["a\nb"], ["\\n"]][index],
                    deviceFlags: [["\\", "\n"], [], ["!"], ["", ""], ["x"], []][index],
                    status: [.final, .preliminary, .registered, .corrected, .cancelled, .enteredInError][index],
                    range: index == 5 ? nil : "4.00 - 10.00",
                    performed: index == 0 ? nil : "2026-11-22T09:31:0\(index)+05:30",
                    notes: index == 0 ? ["PLT clumps?", "two\nlines"] : [], occurrence: index,
                    held: index == 2 ? .unmappedTest : nil))
        }
        var report = SpecimenReport.of("A1", patient: "MRN1")
        report.observations = seen
        try await house.receive(report)
        let stored = try house.store.readers.readNow { try StoredResult.all($0, ReportID(1)) }
        #expect(stored.map(\.result.observation) == seen)
        #expect(stored.map(\.result.id) == seen.map { ResultID(device: "haem-1", specimen: "A1", observation: $0) })
        #expect(try house.store.readers.readNow { try StoredReport.read($0, ReportID(1)) }?.claim?.value == "MRN1")
    }
}

extension RecordSummary {
    init(posted: Int, held: Int, duplicates: Int) {
        self.init()
        self.posted = posted
        self.held = held
        self.duplicates = duplicates
    }
}
