import Core
import Testing

@testable import Store

@Suite("Explain")
struct ExplainTests {
    /// One walk from the order to the receipt, with a refusal on the way.
    private func walked() async throws -> House {
        let house = try House()
        try await house.apply(
            .place(.laboratory("A1")), source: .message("MSH|ORM\r", from: "orders", at: house.clock.tick()))
        _ = try await house.append(.message("\u{2}MSH|ORU\r", at: house.clock.tick()))
        try await house.understand(.of("A1", .of("WBC", "5.10")))
        try await house.settle(try await house.lease()[0], .dead("422: code unknown"))
        _ = try await house.store.retry("D1")
        try await house.settle(try await house.lease()[0], .delivered("Bundle/7"))
        return house
    }

    @Test("the whole story, from every side", arguments: ["A1", "MRN1", "S1", "d1", "result"])
    func story(subject: String) async throws {
        let house = try await walked()
        let result = ResultID(device: "haem-1", specimen: "A1", observation: .of("WBC", "5.10"))
        let asked = subject == "result" ? result.text.uppercased() : subject
        let story = try #require(try await house.store.explain(asked))
        #expect(story.subject == asked)
        #expect(
            story.steps.map(\.step) == [
                "order", "received", "understood", "received", "understood", "matched", "posted", "refused", "retried",
                "delivered",
            ])
        #expect(story.steps.map(\.at) == story.steps.map(\.at).sorted())
        #expect(story.raw == ["MSH|ORM\n", "<STX>MSH|ORU\n"])
        #expect(story.steps.first { $0.step == "refused" }?.what == "hms: 422: code unknown")
        #expect(story.steps.last?.what == "hms: Bundle/7")
        #expect(story.steps.last?.reference == "D1")
    }

    @Test("a cancelled order only arrives at its arrival, and is cancelled when it was")
    func cancelled() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.apply(.cancel(.laboratory("A1")))
        let steps = try #require(try await house.store.explain("A1")).steps
        #expect(steps.map(\.step) == ["order", "cancelled"])
        #expect(steps.map { $0.what.contains("cancelled") } == [false, true])
    }

    @Test("a message alone tells of its reports")
    func message() async throws {
        let house = try await walked()
        #expect(try await house.steps("M2").contains("delivered"))
        #expect(try await house.store.explain("M1")?.steps.first?.step == "order")
    }

    @Test(
        "what is unknown is nothing",
        arguments: ["", " ", "A9", "M9", "S9", "H9", "D9", "M", "0123456789abcdef0123456789abcdef"])
    func unknown(subject: String) async throws {
        let house = try await walked()
        #expect(try await house.store.explain(subject)?.subject == nil)
    }

    @Test("an accession that looks like a number of ours is found as well")
    func lookalike() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("M1")))
        try await house.receive(.of("X", .of("WBC", "1")))
        let steps = try await house.steps("M1")
        #expect(steps.contains("order") && steps.contains("received"))
    }

    @Test("another patient's results with the same accession are not told")
    func otherPatient() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "MRN1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        try await house.apply(
            .place(.laboratory("A1", mrn: "MRN1", state: .completed)), .place(.laboratory("A1", mrn: "MRN2")))
        #expect(try await house.steps("MRN2") == ["order"])
        #expect(try await house.steps("MRN1").contains("posted"))
    }

    @Test("a result's story leaves out deliveries of others")
    func oneResult() async throws {
        let house = try House()
        try await house.make(.unmappedTest)
        try await house.receive(.of("A1", .of("WBC", "5.10", held: .unmappedTest), .of("RBC", "4", at: 2)))
        let held = ResultID(device: "haem-1", specimen: "A1", observation: .of("WBC", "5.10"))
        #expect(try await house.steps(held.text).contains("posted") == false)
        #expect(try await house.steps("A1").contains("posted"))
    }

    @Test(
        "control characters are named, a carriage return is a line",
        arguments: [
            ([0x05, 0x02, 0x31, 0x0D, 0x03, 0x0A, 0x7F], "<ENQ><STX>1\n<ETX><LF><DEL>"), (Array("é".utf8), "é"),
            ([0xE9, 0x41], "<E9>A"), ([], ""),
        ] as [([UInt8], String)])
    func visible(bytes: [UInt8], text: String) {
        #expect(VisibleText.of(bytes) == text)
    }
}
