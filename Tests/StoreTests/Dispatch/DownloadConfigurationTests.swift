import Core
import Foundation
import Testing

@testable import Store

@Suite("Devices that are told of orders, from start to start")
struct DownloadConfigurationTests {
    /// Three open orders: a day and an hour old, an hour old, new; and what is none of its business.
    private func stocked() async throws -> House {
        let house = try House()
        let now = house.clock.tick()
        for (accession, hours) in [("OLD", 25), ("A1", 1), ("A2", 0)] as [(String, Int64)] {
            try await house.apply(
                .place(.laboratory(accession)),
                source: .message("MSH|", from: "orders", at: now.advanced(by: .seconds(-hours * 3_600))))
        }
        try await house.apply(
            .place(.imaging("R1")), .place(.laboratory("A3")), .cancel(.laboratory("A3")),
            .place(.laboratory("A4", state: .completed)), .place(.laboratory("A5")))
        try await house.receive(.of("A5", .of("GLU", "5")), from: "chem-1")
        return house
    }

    @Test("a new one is told once of the open orders of the last day that it has not reported on")
    func backfill() async throws {
        let house = try await stocked().afterCrash(downloads: [.chem])
        #expect(try await house.tell() == ["place A1 #1", "place A2 #1"])
        #expect(try await house.afterCrash(downloads: [.chem]).told() == [])
        #expect(try await house.afterCrash(downloads: [.chem, .haem]).told() == [])
        let another = try await house.afterCrash(downloads: [.chem, .haem]).told("haem-1")
        #expect(another == ["place A1 #1", "place A2 #1", "place A5 #1"])
    }

    @Test("one that asks by itself is told of none")
    func asking() async throws {
        let house = try await stocked().afterCrash(downloads: [.asking])
        #expect(try await house.told("asks-1") == [])
        #expect(try house.count("SELECT count(*) FROM dispatch") == 0)
    }

    @Test("what it was told of before, or has asked for, is not told again")
    func known() async throws {
        let house = try await stocked()
        try await house.noteAsked([2], "chem-1")
        #expect(try await house.afterCrash(downloads: [.chem]).told() == ["place A2 #1"])
    }

    @Test("for one that is gone nothing is due; back again it is new, and its attempts go on")
    func gone() async throws {
        let first = try await stocked().afterCrash(downloads: [.chem])
        try await first.settle(try await first.take(limit: 1).first, .taken)
        let lost = try await first.take(limit: 1)
        #expect(lost.map(\.work.order.accession) == ["A2"])
        let without = try first.afterCrash()
        #expect(try await without.take().isEmpty)
        #expect(try await without.next() == nil)
        // Nobody tells it of these.
        try await without.apply(.cancel(.laboratory("A1")), .place(.laboratory("A6")))
        let back = try without.afterCrash(downloads: [.chem])
        #expect(try await back.told() == ["place A6 #1"])
        try await back.apply(.place(.laboratory("A2", tests: ["ESR"])))
        #expect(try await back.told() == ["place A2 #2"])
    }

    @Test("one that from now on asks by itself is only told of withdrawals")
    func askingNow() async throws {
        let house = try await stocked().afterCrash(downloads: [.chem])
        try await house.settle(try await house.take(limit: 1).first, .taken)
        try await house.apply(.cancel(.laboratory("A1")))
        let asks = DownloadDevice(id: "chem-1", places: false, withdraws: true)
        #expect(try await house.afterCrash(downloads: [asks]).told() == ["withdraw A1 #2"])
    }

    @Test("an order that ended unseen is not told")
    func endedUnseen() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        try await house.onWriter { try $0.query("UPDATE orders SET state = 1 WHERE id = 1").run() }
        #expect(try await house.told() == ["place A2 #1"])
        #expect(try await house.next() == nil)
    }
}
