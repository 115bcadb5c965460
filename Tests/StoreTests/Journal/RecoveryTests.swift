import Core
import Testing

@testable import Store

@Suite("After a crash")
struct RecoveryTests {
    @Test("an open message becomes incomplete, as far as its last part allows")
    func openMessage() async throws {
        let house = try House()
        let id = try await house.append(.part(0, of: nil, "H|", .open(processableText: 0)))
        _ = try await house.append(.part(1, of: id, "R|", .open(processableText: 3)))
        let nothing = try await house.append(.part(0, of: nil, "H|", .open(processableText: 0), from: "chem-2"))
        let whole = try await house.receive("whole")
        let later = try house.afterCrash()
        let waiting = try later.store.unprocessedMessages(limit: 9)
        #expect(waiting.map(\.id) == [id, whole])
        #expect(waiting.map(\.bytes) == [Array("H|R|".utf8), Array("whole".utf8)])
        #expect(waiting.map(\.incomplete) == [Recovery.reason, nil])
        #expect(waiting.map(\.processableText) == [3, nil])
        #expect(try await later.store.explain("\(nothing)")?.steps.first?.what.contains(Recovery.reason) == true)
        await #expect(throws: StoreError.self) { try await later.append(.part(2, of: id, "L|", .complete)) }
    }

    @Test("what was acknowledged is there byte for byte, understood or not")
    func journal() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        let waiting = try await house.receive("not understood yet")
        let later = try house.afterCrash()
        #expect(try await later.states() == ["WBC 5.10 posted"])
        #expect(try later.store.unprocessedMessages(limit: 9).map(\.id) == [waiting])
        #expect(try await later.lease().count == 1)
    }

    @Test("a delivery that was being sent is ambiguous, one that waited is not")
    func leases() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        try await house.receive(.of("A1", .of("WBC", "5.10")), .of("A2", .of("WBC", "6.10")))
        let sent = try await house.lease(1)
        #expect(sent.map(\.isAmbiguous) == [false])
        let later = try house.afterCrash()
        #expect(try await later.store.queue(ListingFilter()).map(\.state) == ["ready", "ambiguous"])
        #expect(try await later.lease().map(\.isAmbiguous) == [true, false])
    }

    @Test("understanding the same message twice writes it once")
    func twice() async throws {
        let house = try House()
        try await house.receive()
        let waiting = try house.store.unprocessedMessages(limit: 9)
        let meaning = waiting.map {
            InterpretedMessage(message: $0, interpretation: .reports([.of("A1", .of("WBC", "5.10"))]))
        }
        #expect(try await house.record(meaning).held == 1)
        #expect(try await house.record(meaning) == RecordSummary())
        #expect(try await house.holds() == ["no-order"])
    }
}
