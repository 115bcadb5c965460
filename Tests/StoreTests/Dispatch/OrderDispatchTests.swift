import Core
import Foundation
import Testing

@testable import Store

@Suite("Order download")
struct OrderDispatchTests {
    @Test("each device that is told of orders gets a new one due, in the transaction that stores it")
    func placed() async throws {
        let house = try House(downloads: [.chem, .haem, .asking])
        let gate = Gate(house.store)
        house.store.apply([.place(.laboratory("A1"))], source: nil) { _ in }
        #expect(try await house.take().isEmpty, "not yet committed")
        gate.open()
        #expect(try await house.apply(.place(.laboratory("A2")), .place(.imaging("R1"))).dispatches == 2)
        #expect(try await house.told() == ["place A1 #1", "place A2 #1"])
        #expect(try await house.told("haem-1") == ["place A1 #1", "place A2 #1"])
        #expect(try await house.told("asks-1") == [])
        #expect(try await house.told("unknown") == [])
    }

    @Test("a store without such devices keeps nothing")
    func nobody() async throws {
        let house = try House()
        let receipt = try await house.apply(.place(.laboratory("A1")), .cancel(.laboratory("A2")))
        #expect(receipt.dispatches == 0)
        #expect(try house.count("SELECT count(*) FROM dispatch") == 0)
        #expect(try await house.next() == nil)
        #expect(try await house.take().isEmpty)
    }

    @Test(
        "an order that has ended is told to nobody", arguments: [OrderState.cancelled, .completed])
    func ended(state: OrderState) async throws {
        let house = try House(downloads: [.chem])
        #expect(try await house.apply(.place(.laboratory("A1", state: state))).dispatches == 0)
        try await house.apply(.cancel(.laboratory("A2")))
        #expect(try await house.take().isEmpty)
    }

    @Test("changed before it is taken, it is told once, as it then stands")
    func changedBefore() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1", tests: ["CBC"])))
        try await house.apply(.place(.laboratory("A1", tests: ["ESR"])))
        let taken = try await house.take()
        #expect(taken.map { $0.work.order.tests.map(\.code) } == [["CBC", "ESR"]])
        #expect(taken.map(\.placements) == [[]])
        try await house.settle(taken[0], .taken)
        #expect(try await house.take().isEmpty)
    }

    @Test("other tests are told again under a new attempt, another name is not")
    func amended() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell()
        var named = Order.laboratory("A1")
        named.patient.given = "USHA"
        #expect(try await house.apply(.place(named)).dispatches == 0)
        #expect(try await house.take().isEmpty)
        #expect(try await house.apply(.place(.laboratory("A1", tests: ["ESR"]))).dispatches == 1)
        let again = try await house.take()
        #expect(again.map(\.attempt) == [2])
        #expect(again.map(\.placements) == [[1]])
    }

    @Test("handed out it is not handed out again; a take is bounded, oldest first")
    func takes() async throws {
        var configuration = StoreConfiguration()
        configuration.takenDispatches = 3
        let house = try House(configuration: configuration, downloads: [.chem])
        try await house.apply((1...5).map { .place(.laboratory("A\($0)")) })
        #expect(try await house.told(limit: 1) == ["place A1 #1"])
        #expect(try await house.told() == ["place A2 #1", "place A3 #1", "place A4 #1"])
        #expect(try await house.told(limit: 0) == [])
        #expect(try await house.told(limit: -1) == [])
        #expect(try await house.told() == ["place A5 #1"])
        #expect(try await house.told() == [])
        #expect(try await house.next() == nil)
    }

    @Test("two who take at once share what is due")
    func race() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply((1...20).map { .place(.laboratory("A\($0)")) })
        // Both find the same candidates before either has marked them.
        let gate = Gate(house.store)
        let results = Box<[Int64]>([])
        let group = DispatchGroup()
        for _ in 0..<2 {
            group.enter()
            house.store.takeDispatches(device: "chem-1", limit: 20, now: house.clock.tick()) { taken in
                results.change { $0 += (try? taken.get())?.map(\.number) ?? [] }
                group.leave()
            }
        }
        // Reads go in turn over the same pool: behind these the candidates are found.
        for _ in 0..<4 { _ = try await house.store.workReaders.read { _ in } }
        gate.open()
        await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
        #expect(results.value.sorted() == Array(1...20))
    }

    @Test("cancelled: one that was not told is taken off, one that was told is withdrawn where that is possible")
    func cancelled() async throws {
        let house = try House(downloads: [.chem, .haem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell("chem-1")
        try await house.tell("haem-1")
        try await house.apply(.place(.laboratory("A2")))
        let receipt = try await house.apply(.cancel(.laboratory("A1")), .cancel(.laboratory("A2")))
        #expect(receipt.dispatches == 1)
        #expect(try await house.told("haem-1") == [])
        let withdrawal = try await house.take("chem-1")
        #expect(withdrawal.map(\.act) == [.withdraw])
        #expect(withdrawal.map(\.attempt) == [2])
        #expect(withdrawal.map(\.placements) == [[1]])
        #expect(withdrawal.map(\.work.order.state) == [.cancelled])
        try await house.settle(withdrawal.first, .taken)
        // The HMS says it twice.
        #expect(try await house.apply(.cancel(.laboratory("A1"))).dispatches == 0)
        #expect(try await house.take("chem-1").isEmpty)
        // And changes its mind.
        #expect(try await house.apply(.place(.laboratory("A1"))).dispatches == 1)
        #expect(try await house.told("chem-1") == ["place A1 #3"])
        #expect(try await house.told("haem-1") == [], "it has it still")
    }

    @Test("completed before it was told it is taken off, told it stays")
    func completed() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        try await house.tell()
        try await house.apply(.place(.laboratory("A2")))
        try await house.apply(
            .place(.laboratory("A1", state: .completed)), .place(.laboratory("A2", state: .completed)))
        #expect(try await house.take().isEmpty)
        #expect(try await house.next() == nil)
    }

    @Test(
        "cancelled while it was being sent",
        arguments: [
            (DispatchOutcome.taken, ["withdraw A1 #2"]), (.notForDevice, []), (.refused("no"), []),
            (.notSent(Timestamp(microseconds: 0), why: "off"), []),
            (.later(Timestamp(microseconds: 0), why: "no answer"), ["withdraw A1 #2"]),
        ])
    func cancelledMeanwhile(outcome: DispatchOutcome, after: [String]) async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        let out = try await house.take()
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(try await house.take().isEmpty, "it is out")
        try await house.settle(out.first, outcome)
        #expect(try await house.told() == after)
    }

    @Test("amended while it was being sent it is told again")
    func amendedMeanwhile() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        let out = try await house.take()
        try await house.apply(.place(.laboratory("A1", tests: ["ESR"])))
        try await house.settle(out.first, .taken)
        let again = try await house.take()
        #expect(again.map { $0.work.order.tests.map(\.code) } == [["CBC", "ESR"]])
        #expect(again.map(\.attempt) == [2])
    }

    @Test("a refusal waits for a person, what is not for the device for a change; both are counted")
    func setAside() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply((1...3).map { .place(.laboratory("A\($0)")) })
        #expect(try await house.take().map(\.number) == [1, 2, 3])
        try await house.settle(
            [(1, .refused("unknown tube")), (2, .notForDevice)], at: house.clock.tick())
        #expect(try await house.take().isEmpty)
        #expect(
            try house.store.dispatchCounts() == [DispatchCount(device: "chem-1", due: 1, refused: 1)])
        let rows = try await house.store.orders(ListingFilter())
        #expect(rows.map(\.refused_by) == [[], [], ["chem-1"]])
        #expect(rows.map(\.devices) == [[], [], []])
        try await house.apply([1, 2].map { .place(.laboratory("A\($0)", tests: ["ESR"])) })
        #expect(try await house.tell() == ["place A1 #2", "place A2 #2"])
        #expect(try await house.store.orders(ListingFilter()).map(\.devices) == [[], ["chem-1"], ["chem-1"]])
        #expect(try house.store.dispatchCounts() == [DispatchCount(device: "chem-1", due: 1, refused: 0)])
    }

    @Test("what failed waits for its moment behind the others, and its failures are counted")
    func later() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        let now = house.clock.tick()
        let moment = now.advanced(by: .seconds(600))
        for accession in ["A1", "A2"] {
            let out = try await house.take(limit: 1, at: now)
            #expect(out.map(\.work.order.accession) == [accession])
            try await house.settle(out.first, .later(moment, why: "busy"), at: now)
        }
        #expect(try await house.take(at: now).isEmpty)
        #expect(try await house.next() == moment)
        let again = try await house.take(limit: 1, at: moment)
        #expect(again.map(\.failures) == [1])
        try await house.settle(again.first, .notSent(moment.advanced(by: .seconds(1)), why: "off"), at: moment)
        let third = try await house.take(at: moment.advanced(by: .seconds(1)))
        #expect(third.map(\.work.order.accession) == ["A2", "A1"])
        #expect(third.map(\.failures) == [1, 2])
        #expect(try await house.next() == nil)
    }

    @Test("a clock that was set back holds nothing up")
    func clockSetBack() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        let wrong = house.clock.tick().advanced(by: .seconds(86_400 * 365))
        try await house.settle(
            try await house.take().first, .later(wrong.advanced(by: .seconds(9)), why: ""), at: wrong)
        #expect(try await house.next() ?? wrong < wrong)
        #expect(try await house.told() == ["place A1 #2"])
    }

    @Test("what is not out, or was settled, is passed over; an unknown number is refused")
    func strangeSettlements() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        let moment = house.clock.tick()
        try await house.settle([(1, .taken)], at: moment)
        let out = try await house.take()
        #expect(out.map(\.number) == [1], "it was only due")
        try await house.settle(out.first, .taken)
        try await house.settle(out.first, .refused("late"))
        #expect(try house.store.dispatchCounts().isEmpty)
        await #expect(throws: StoreError.refused("there is no dispatch 9")) {
            try await house.settle([(9, .taken)], at: moment)
        }
        try await house.settle([], at: moment)
    }

    @Test("an order that cannot be read is set aside with the reason, and stops no other")
    func unreadable() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        try await house.onWriter { try $0.query("UPDATE orders SET priority = 77 WHERE id = 1").run() }
        #expect(try await house.told() == ["place A2 #1"])
        #expect(try house.store.dispatchCounts() == [DispatchCount(device: "chem-1", due: 1, refused: 1)])
    }

    // MARK: After a crash

    @Test("a crash between taking and settling: due again under a new attempt, what was settled is not")
    func crash() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply((1...3).map { .place(.laboratory("A\($0)")) })
        let out = try await house.take(limit: 2)
        try await house.settle(out.first, .taken)
        let later = try house.afterCrash(downloads: [.chem])
        let again = try await later.take()
        #expect(again.map { "\($0.act) \($0.work.order.accession) #\($0.attempt)" } == ["place A2 #2", "place A3 #1"])
        #expect(again.map(\.placements) == [[1], []], "it may have arrived")
    }

    @Test("a crash after the order was cancelled, while it was out: it may have arrived, so it is withdrawn")
    func crashAfterCancel() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        _ = try await house.take()
        try await house.apply(.cancel(.laboratory("A1")))
        let later = try house.afterCrash(downloads: [.chem])
        #expect(try await later.told() == ["withdraw A1 #2"])
    }

    @Test("a wait does not outlive the process")
    func waitAfterRestart() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1")))
        let moment = house.clock.tick()
        try await house.settle(try await house.take().first, .notSent(moment.advanced(by: .seconds(3_600)), why: "off"))
        #expect(try await house.take().isEmpty)
        #expect(try await house.afterCrash(downloads: [.chem]).told() == ["place A1 #2"])
    }

    @Test("attempts only rise, through crashes, withdrawals and changes")
    func attemptsRise() async throws {
        var house = try House(downloads: [.chem])
        var seen: [Int] = []
        try await house.apply(.place(.laboratory("A1")))
        for round in 0..<12 {
            let out = try await house.take()
            seen += out.map(\.attempt)
            if round % 3 == 0 {
                house = try house.afterCrash(downloads: [.chem])
                continue
            }
            try await house.settle(out.first, round % 3 == 1 ? .taken : .refused("no"))
            try await house.apply(
                round % 2 == 0 ? .cancel(.laboratory("A1")) : .place(.laboratory("A1", tests: ["T\(round)"])))
            try await house.apply(.place(.laboratory("A1", tests: ["U\(round)"])))
            seen += try await house.attempts([1], "chem-1").map(\.value)
        }
        #expect(seen == Array(1...seen.count))
        #expect(seen.count == 20)
    }

    @Test("a dispatch says whether another patient has an open order under the accession")
    func shared() async throws {
        let house = try House(downloads: [.chem])
        try await house.apply(.place(.laboratory("A1", mrn: "MRN1")), .place(.laboratory("A1", mrn: "MRN2")))
        #expect(try await house.take().map(\.work.isShared) == [true, true])
    }
}
