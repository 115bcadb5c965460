import Core
import Testing

@testable import Store

@Suite("Stored forms")
struct StoredFormTests {
    @Test("every number of a closed set is its own and comes back")
    func codes() throws {
        try check(Progress.self, 8)
        try check(ResultState.self, 7)
        try check(HoldState.self, 4)
        try check(HoldReason.self, HoldReason.allCases.count)
        try check(StoredDelivery.self, 7)
        try check(AttemptOutcome.self, 5)
        try check(Act.self, 8)
        try check(StoredDispatch.self, 7)
        try check(DispatchWish.self, 4)
        try check(DispatchStep.self, 7)
        try check(Core.Dispatch.Act.self, 2)
        try check(WireProtocol.self, 3)
        try check(StoredWire.self, 4)
        try check(PerformedState.self, 3)
        try check(StepEvent.self, 3)
        try check(ReportKind.self, 6)
        try check(ObservationStatus.self, 6)
        try check(Comparator.self, 4)
        try check(OrderKind.self, 2)
        try check(OrderState.self, 3)
        try check(OrderPriority.self, 3)
        try check(Sex.self, Sex.allCases.count)
        try check(StepState.self, 5)
        try check(ValueKind.self, 3)
    }

    private func check<Value: StoredCode & Equatable>(_ type: Value.Type, _ count: Int) throws {
        #expect(Set(type.everyCase.map(\.code)).count == count, "\(type)")
        #expect(type.everyCase.count == count, "\(type)")
        for value in type.everyCase { #expect(try Value(code: value.code) == value) }
        #expect(throws: UnreadableRow.self) { try Value(code: 77) }
    }

    /// The partial indexes speak of these numbers.
    @Test("the numbers that indexes rely on")
    func indexed() {
        #expect([Progress.open.code, Progress.waiting.code].allSatisfy { $0 < 2 })
        #expect(Progress.allCases.filter { $0 != .open && $0 != .waiting }.allSatisfy { $0.code >= 2 })
        #expect([StoredDelivery.ready, .ambiguous].allSatisfy { $0.code < 2 })
        #expect([StoredDelivery.leased, .parked, .dead].allSatisfy { (2..<10).contains($0.code) })
        #expect([StoredDelivery.delivered, .skipped].allSatisfy { $0.code >= 10 })
        #expect(StoredDelivery.skipped.code == 11)
        #expect(StoredDispatch.allCases.filter { $0.code < 2 } == [.due, .sending])
        #expect(StoredDispatch.refused.code == 3)
        #expect(OrderKind.laboratory.code == 1)
        #expect(OrderState.open.code == 0)
        #expect(OrderKind.imaging.code == 2)
        #expect(HoldState.open.code == 0)
        #expect(PerformedState.inProgress.code == 1)
        #expect(StepState.allCases.filter { $0.code <= 2 } == [.scheduled, .started])
    }

    @Test(
        "lists come back as they were",
        arguments: [
            [], [""], ["H"], ["", ""], ["a\nb", "c"], ["\\"], ["\\n", "\n"], ["\\", ""], ["é", "क"],
        ] as [[String]])
    func lists(items: [String]) {
        switch TextList.column(items) {
        case .null: #expect(items.isEmpty)
        case .text(let column): #expect(TextList.items(column) == items)
        default: Issue.record("neither NULL nor text")
        }
        #expect(TextList.items(nil) == [])
    }

    @Test("a result id is sixteen bytes, and nothing else is one")
    func resultID() {
        #expect(
            ResultID("00ff10a900ff10a900ff10a900ff10a9").bytes == [
                0, 255, 16, 169, 0, 255, 16, 169, 0, 255, 16, 169, 0, 255, 16, 169,
            ])
        #expect(ResultID("").bytes == [])
        #expect(ResultID("00ff").bytes == [])
        #expect(ResultID("zzff10a900ff10a900ff10a900ff10a9").bytes == [])
    }

    @Test(
        "texts and blobs come back as they were",
        arguments: ["", "a", "nul\u{0}inside", "é", String(repeating: "x", count: 70_000)])
    func binding(text: String) async throws {
        let house = try House()
        let back = try await house.onWriter { session in
            try session.query("SELECT ?, ?, ?, ?").first([.text(text), .blob(Array(text.utf8)), .null, .int(.min)]) {
                ($0.textOrNil(0), $0.blob(1), $0.textOrNil(2), $0.int(3))
            }
        }
        #expect(back?.0 == text)
        #expect(back?.1 == Array(text.utf8))
        #expect(back?.2 == nil)
        #expect(back?.3 == .min)
    }
}
