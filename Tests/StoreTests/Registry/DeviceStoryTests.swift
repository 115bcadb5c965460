import Core
import Testing

@testable import Store

@Suite("What devices were told, explained")
struct DeviceStoryTests {
    private func story(_ house: House) async throws -> [String] {
        try await house.store.explain("A1")?.steps.map { "\($0.step): \($0.what)" }.filter {
            $0.contains("chem-1") || $0.contains("asks-1")
        } ?? []
    }

    @Test("from waiting to forgotten")
    func told() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await story(house) == ["due: Waits to be sent to chem-1."])
        let out = try await house.take()
        #expect(try await story(house) == ["due: It is being sent to chem-1."])
        try await house.settle(out.first, .later(house.clock.tick(), why: "no answer"))
        try await house.tell()
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(
            try await story(house) == [
                "retry: chem-1, attempt 1: no answer", "sent: Sent to chem-1 (attempt 2).",
                "due: Waits to be withdrawn from chem-1.",
            ])
        #expect(try await house.steps("A1") == ["order", "retry", "sent", "cancelled", "due"])
        try await house.tell()
        #expect(try await story(house).last == "withdrawn: Withdrawn from chem-1.")
        #expect(try await house.steps("MRN1") == ["order", "retry", "sent", "cancelled", "withdrawn"])
    }

    @Test(
        "each way it can end",
        arguments: [
            (DispatchOutcome.taken, "sent: Sent to chem-1 (attempt 1)."),
            (.notForDevice, "passed: Not for chem-1: no test it knows."),
            (.refused("AR 101 unknown tube"), "refused: chem-1 refused it: AR 101 unknown tube"),
        ])
    func ends(outcome: DispatchOutcome, step: String) async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell("chem-1", outcome)
        #expect(try await story(house) == [step])
    }

    @Test(
        "and each way a withdrawal can end",
        arguments: [
            (DispatchOutcome.notForDevice, "withdrawn: chem-1 has none of it any more."),
            (.refused("UC"), "refused: chem-1 did not withdraw it: UC"),
        ])
    func withdrawals(outcome: DispatchOutcome, step: String) async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell()
        try await house.apply(.cancel(.laboratory("A1")))
        try await house.tell("chem-1", outcome)
        #expect(try await story(house).last == step)
    }

    @Test("who asked, and that the daemon ended")
    func asked() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.noteAsked([1])
        _ = try await house.take()
        #expect(
            try await story(try house.afterCrash(downloads: [.chem])) == [
                "asked: Asked for by asks-1.", "retry: chem-1, attempt 1: the daemon ended before the answer came",
                "due: Waits to be sent to chem-1.",
            ])
    }

    @Test("a device's words are kept to their bound")
    func longWords() async throws {
        var configuration = StoreConfiguration()
        configuration.answerBytes = 4
        let house = try House(configuration: configuration, downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell("chem-1", .refused(String(repeating: "x", count: 99)))
        #expect(try await story(house) == ["refused: chem-1 refused it: xxxx…"])
    }
}
