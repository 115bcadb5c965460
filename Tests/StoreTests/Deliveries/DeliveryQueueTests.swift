import Core
import Testing

@testable import Store

@Suite("Delivery queue")
struct DeliveryQueueTests {
    /// Three runs for A1 and one for A2, in that order.
    private func filled(_ destinations: [DestinationID] = ["hms"]) async throws -> House {
        let house = try House(destinations: destinations)
        try await house.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        for hour in 1...3 {
            try await house.receive(.of("A1", .of("WBC", "\(hour)", performed: "2026-11-22T0\(hour):00:00+05:30")))
        }
        try await house.receive(.of("A2", .of("WBC", "9")))
        return house
    }

    private func sent(_ deliveries: [Delivery]) -> [String] {
        deliveries.map { "\($0.key) \($0.report.results.map(\.observation.value.token).joined(separator: ","))" }
    }

    @Test("only the oldest of a key goes; the next when it is delivered")
    func order() async throws {
        let house = try await filled()
        let first = try await house.lease()
        #expect(sent(first) == ["A1 1", "A2 9"])
        #expect(try await house.lease().isEmpty, "both keys are out")
        try await house.settle(first[0], .delivered("receipt"))
        #expect(sent(try await house.lease()) == ["A1 2"])
    }

    @Test("the limit is kept, the oldest first")
    func limit() async throws {
        let house = try await filled()
        #expect(sent(try await house.lease(1)) == ["A1 1"])
        #expect(sent(try await house.lease(1)) == ["A2 9"])
    }

    @Test("each destination has a queue of its own")
    func destinations() async throws {
        let house = try await filled(["hms", "lis"])
        #expect(sent(try await house.lease()) == ["A1 1", "A2 9"])
        #expect(sent(try await house.lease(destination: "lis")) == ["A1 1", "A2 9"])
        #expect(try await house.lease(destination: "nobody").isEmpty)
        #expect(try await house.store.nextDue(destination: "nobody") == nil)
    }

    @Test(
        "every outcome, what it blocks and how it is shown",
        arguments: [
            (DeliveryOutcome.delivered("id 7"), "delivered", 1, ["A1 2"]),
            (.retry(after: .zero, why: "503", consumesAttempt: true), "ready", 1, ["A1 1"]),
            (.retry(after: .seconds(3_600), why: "503", consumesAttempt: false), "ready", 0, []),
            (.ambiguous(after: .zero, why: "no answer"), "ambiguous", 1, ["A1 1"]),
            (.ambiguous(after: .seconds(3_600), why: "no answer"), "ambiguous", 1, []),
            (.parked("500 for this one only"), "parked", 1, []), (.dead("422 unknown code"), "dead", 1, []),
        ])
    func outcomes(outcome: DeliveryOutcome, state: String, attempts: Int, next: [String]) async throws {
        let house = try await filled()
        let first = try await house.lease()
        try await house.settle(first[0], outcome)
        let row = try #require(try await house.store.queue(ListingFilter(state: state, accession: "A1")).last)
        #expect(row.id == "D1")
        #expect(row.attempts == attempts)
        #expect(!row.answer.isEmpty)
        let following = try await house.lease()
        #expect(sent(following) == next)
        #expect(following.first?.isAmbiguous ?? false == (state == "ambiguous" && !next.isEmpty))
        #expect(following.first?.attempts ?? 0 == (state == "delivered" ? 0 : next.isEmpty ? 0 : attempts))
    }

    @Test("a retry waits its time, and nextDue tells it")
    func due() async throws {
        let house = try await filled()
        let first = try await house.lease()
        #expect(try await house.store.nextDue(destination: "hms") == nil, "leases do not count")
        let now = house.clock.tick()
        try await house.store.settle(
            [
                Settlement(
                    delivery: first[0].id, outcome: .retry(after: .seconds(60), why: "503", consumesAttempt: true)),
                Settlement(delivery: first[1].id, outcome: .ambiguous(after: .seconds(30), why: "cut")),
            ], now: now)
        #expect(try await house.store.nextDue(destination: "hms") == now.advanced(by: .seconds(30)))
        let queue = house.store
        #expect(try await queue.lease(destination: "hms", limit: 9, now: now.advanced(by: .seconds(29))).isEmpty)
        #expect(
            sent(try await queue.lease(destination: "hms", limit: 9, now: now.advanced(by: .seconds(30)))) == ["A2 9"])
        #expect(
            sent(try await queue.lease(destination: "hms", limit: 9, now: now.advanced(by: .seconds(60)))) == ["A1 1"])
    }

    @Test("a dead one blocks its key until it is retried or skipped", arguments: [true, false])
    func dead(skips: Bool) async throws {
        let house = try await filled()
        let first = try await house.lease()
        try await house.settle(first[0], .dead("422"))
        try await house.settle(first[1], .delivered("ok"))
        #expect(try await house.lease().isEmpty)
        let waiting = try await house.store.queue(ListingFilter())
        #expect(
            waiting.map(\.answer) == [
                "waits for D1 of the same accession", "waits for D1 of the same accession", "422",
            ])
        if skips {
            #expect(
                try await house.store.skip("D1", reason: "entered by hand")
                    == .done("D1 is skipped. Later ones of its accession may go."))
            #expect(sent(try await house.lease()) == ["A1 2"])
            #expect(
                try await house.store.queue(ListingFilter(state: "parked")).map(\.answer) == [
                    "skipped: entered by hand"
                ])
            guard case .refused = try await house.store.retry("D1") else {
                Issue.record("a skipped delivery may not overtake")
                return
            }
        } else {
            #expect(try await house.store.retry("d1") == .done("D1 is in the queue again."))
            #expect(sent(try await house.lease()) == ["A1 1"])
        }
        #expect(try await house.steps("D1").contains(skips ? "skipped" : "retried"))
    }

    @Test("one that is not the head may be skipped without moving the head")
    func skipLater() async throws {
        let house = try await filled()
        let first = try await house.lease()
        #expect(
            try await house.store.skip("D2", reason: "superseded")
                == .done("D2 is skipped. Later ones of its accession may go."))
        #expect(try await house.lease().isEmpty)
        try await house.settle(first[0], .delivered("ok"))
        #expect(sent(try await house.lease()) == ["A1 3"])
    }

    @Test("requests that make no sense are refused in words")
    func refusals() async throws {
        let house = try await filled()
        let first = try await house.lease()
        let store = house.store
        for outcome in [
            try await store.retry("D1"), try await store.skip("D1", reason: "x"),
            try await store.skip("D2", reason: " "), try await store.retry("D99"), try await store.retry("banana"),
            try await store.skip("H1", reason: "x"), try await store.retry("D"), try await store.retry("D-1"),
            try await store.retry("D99999999999999999999"),
        ] {
            guard case .refused(let why) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(why.hasSuffix("."))
        }
        try await house.settle(first[0], .delivered("ok"))
        #expect(try await store.retry("D1") == .refused("D1 was delivered."))
        #expect(try await store.skip("D1", reason: "x") == .refused("D1 was delivered."))
    }

    @Test("an outage leaves its first and its last line, not one for each try, whatever the words")
    func outage() async throws {
        let house = try await filled()
        for number in 1...5 {
            let delivery = try #require(try await house.lease(1).first)
            try await house.settle(delivery, .retry(after: .zero, why: "trace \(number)", consumesAttempt: false))
        }
        #expect(try house.count("SELECT count(*) FROM delivery_attempt") == 2)
        #expect(
            try await house.store.explain("D1")?.steps.filter { $0.step == "retry" }.map(\.what) == [
                "hms: trace 1", "hms: trace 5",
            ])
        #expect(try await house.store.queue(ListingFilter(accession: "A1")).last?.attempts == 0)
    }

    @Test("a wait that a wrong clock wrote is over when the clock is right again; a person may end any wait")
    func clockSetBack() async throws {
        let house = try await filled()
        let first = try #require(try await house.lease(1).first)
        try await house.store.settle(
            [Settlement(delivery: first.id, outcome: .retry(after: .seconds(60), why: "away", consumesAttempt: false))],
            now: house.clock.tick().advanced(by: .seconds(86_400)))
        #expect(try await house.store.nextDue(destination: "hms") == Timestamp(microseconds: 0))
        let again = try #require(try await house.lease(1).first)
        #expect(again.id == first.id)
        try await house.settle(again, .retry(after: .seconds(3_600), why: "away", consumesAttempt: false))
        #expect(try await !house.lease().map(\.id).contains(first.id))
        #expect(try await house.store.retry("D1") == .done("D1 is in the queue again."))
        #expect(try await house.lease().map(\.id) == [first.id])
    }

    @Test("an unknown settlement is refused, a late one changes nothing")
    func settling() async throws {
        let house = try await filled()
        let first = try await house.lease()
        await #expect(throws: StoreError.self) {
            try await house.store.settle(
                [
                    Settlement(delivery: first[0].id, outcome: .delivered("ok")),
                    Settlement(delivery: DeliveryID(99), outcome: .delivered("ok")),
                ], now: house.clock.tick())
        }
        #expect(try await house.store.queue(ListingFilter(state: "leased")).count == 2, "all or none")
        try await house.settle(first[0], .delivered("ok"))
        try await house.settle(first[0], .dead("late"))
        #expect(try await house.store.queue(ListingFilter(state: "delivered")).map(\.id) == ["D1"])
    }

    @Test("the listing finds each state, by accession and device too")
    func listing() async throws {
        let house = try await filled()
        let first = try await house.lease()
        try await house.settle(first[0], .delivered("ok"))
        _ = try await house.store.skip("D2", reason: "by hand")
        func ids(_ state: String?, _ accession: String? = nil, _ device: String? = nil) async throws -> [String] {
            try await house.store.queue(ListingFilter(state: state, accession: accession, device: device)).map(\.id)
        }
        #expect(try await ids(nil) == ["D4", "D3"])
        #expect(try await ids("delivered") == ["D1"])
        #expect(try await ids("parked") == ["D2"])
        #expect(try await ids("leased") == ["D4"])
        #expect(try await ids("ready", "A1") == ["D3"])
        #expect(try await ids("delivered", "A1") == ["D1"])
        #expect(try await ids("delivered", "A2") == [])
        #expect(try await ids(nil, "A2", "haem-1") == ["D4"])
        #expect(try await ids(nil, nil, "haem-2") == [])
    }

    @Test("a long answer is cut at a character")
    func longAnswer() {
        #expect("abc".limited(to: 3) == "abc")
        #expect("aéb".limited(to: 2) == "a…")
        #expect("aéb".limited(to: 3) == "aé…")
    }

    @Test("what cannot be read is parked with the reason")
    func unreadable() async throws {
        let house = try await filled()
        try await house.onWriter { try $0.query("UPDATE result SET status = 99 WHERE report = 1").run() }
        #expect(sent(try await house.lease()) == ["A2 9"])
        let row = try #require(try await house.store.queue(ListingFilter(state: "parked")).first)
        #expect(row.id == "D1")
        #expect(row.answer.contains("cannot be read"))
    }
}
