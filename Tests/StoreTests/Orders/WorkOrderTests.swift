import Core
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Open orders for analysers")
struct WorkOrderTests {
    @Test("only open laboratory orders are an answer", arguments: [OrderState.open, .cancelled, .completed])
    func states(state: OrderState) async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", state: state)), .place(.imaging("A1")), .place(.imaging("R1")))
        let expected = state == .open ? ["A1"] : []
        #expect(try await house.workOrders(["A1", "R1"]).map(\.order.accession) == expected)
        #expect(try await house.workOrders().map(\.order.accession) == expected)
    }

    @Test("cancelled it is gone, placed again it is back")
    func cancelled() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.workOrders(["A1"]).count == 1)
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(try await house.workOrders(["A1"]).isEmpty)
        #expect(try await house.workOrders().isEmpty)
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.workOrders(["A1"]).count == 1)
        #expect(try await house.workOrders().count == 1)
    }

    @Test("the whole order comes, with its number and its arrival")
    func whole() async throws {
        let house = try House()
        var order = Order.laboratory("A1", tests: ["CBC", "ESR"])
        order.priority = .stat
        order.placer = "P1"
        order.specimen = OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:10:00+05:30")
        let arrived = Timestamp(microseconds: 1_795_000_000_000_000)
        try await house.apply(.place(.laboratory("A0")))
        try await house.apply(.place(order), source: .message("MSH|ORM", from: "orders", at: arrived))
        #expect(try await house.workOrders(["A1"]) == [WorkOrder(number: 2, order: order, received: arrived)])
    }

    @Test("two patients of one accession are two orders, oldest first")
    func twoPatients() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "MRN2")), .place(.laboratory("A1", mrn: "MRN1")))
        #expect(try await house.workOrders(["A1"]).map(\.order.patient.mrn) == ["MRN2", "MRN1"])
        try await house.apply(.cancel(.laboratory("A1", mrn: "MRN2")))
        #expect(try await house.workOrders(["A1"]).map(\.order.patient.mrn) == ["MRN1"])
    }

    @Test("an accession two patients share is marked, also where the other order is filtered away or behind the limit")
    func shared() async throws {
        let house = try House()
        let early = Timestamp(microseconds: 1_795_000_000_000_000)
        try await house.apply(
            .place(.laboratory("A1", mrn: "MRN1")), source: .message("MSH|1", from: "orders", at: early))
        try await house.apply(.place(.laboratory("A1", mrn: "MRN2")), .place(.laboratory("A2")))
        #expect(try await house.workOrders(["A1", "A2"]).map(\.isShared) == [true, true, false])
        #expect(try await house.workOrders(limit: 1).map(\.isShared) == [true])
        try await house.apply(.cancel(.laboratory("A1", mrn: "MRN1")))
        #expect(try await house.workOrders(["A1", "A2"]).map(\.isShared) == [false, false])
    }

    @Test("names come in their order, each once; what is empty, unknown or written otherwise gives nothing")
    func names() async throws {
        let house = try House()
        try await house.apply(["A1", "A2", "A3", "007"].map { .place(.laboratory($0)) })
        #expect(
            try await house.workOrders(["A3", "A1", "A9", "", "A3", "a2", " A2", "7", "A1"]).map(\.order.accession)
                == ["A3", "A1"])
        #expect(try await house.workOrders([]).isEmpty)
        #expect(try await house.workOrders(["", ""]).isEmpty)
        // Composed and decomposed are two texts.
        try await house.apply(.place(.laboratory("\u{E9}")), .place(.laboratory("e\u{301}")))
        #expect(try await house.workOrders(["\u{E9}", "e\u{301}"]).count == 2)
    }

    @Test("thousands of names are one question, more than the bound are refused, none is cut away")
    func manyNames() async throws {
        let house = try House()
        let names = (0..<2_500).map { "A\($0)" }
        try await house.apply(names.map { .place(.laboratory($0)) })
        #expect(try await house.workOrders(names.reversed(), limit: 9_999).map(\.order.accession) == names.reversed())
        await #expect(throws: StoreError.refused("10001 specimens in one query are too many")) {
            try await house.workOrders(Array(repeating: "A1", count: 10_001))
        }
    }

    @Test("a span takes its beginning and leaves its end", arguments: [true, false])
    func spans(named: Bool) async throws {
        let house = try House()
        for second in 1...5 {
            try await house.apply(
                .place(.laboratory("A\(second)")),
                source: .message("MSH|", from: "orders", at: Timestamp(microseconds: Int64(second))))
        }
        func found(_ from: Int64?, _ to: Int64?) async throws -> [String] {
            try await house.workOrders(
                WorkOrderFilter(
                    accessions: named ? (1...5).map { "A\($0)" } : nil,
                    from: from.map { Timestamp(microseconds: $0) }, to: to.map { Timestamp(microseconds: $0) })
            ).map(\.order.accession)
        }
        #expect(try await found(nil, nil) == ["A1", "A2", "A3", "A4", "A5"])
        #expect(try await found(2, 4) == ["A2", "A3"])
        #expect(try await found(4, nil) == ["A4", "A5"])
        #expect(try await found(nil, 2) == ["A1"])
        #expect(try await found(4, 2) == [])
    }

    @Test("all come oldest first by arrival, up to the limit", arguments: [(2, 2), (99, 3), (0, 0), (-1, 0)])
    func limits(asked: Int, given: Int) async throws {
        let house = try House()
        for (accession, moment) in [("A1", 3), ("A2", 1), ("A3", 2)] as [(String, Int64)] {
            try await house.apply(
                .place(.laboratory(accession)),
                source: .message("MSH|", from: "orders", at: Timestamp(microseconds: moment)))
        }
        #expect(
            try await house.workOrders(limit: asked).map(\.order.accession) == Array(["A2", "A3", "A1"].prefix(given)))
        #expect(
            try await house.workOrders(["A3", "A1", "A2"], limit: asked).map(\.order.accession)
                == Array(["A3", "A1", "A2"].prefix(given)))
        var configuration = StoreConfiguration()
        configuration.workOrderRows = 1
        let narrow = try House(configuration: configuration)
        try await narrow.apply(.place(.laboratory("A1")), .place(.laboratory("A2")))
        #expect(try await narrow.workOrders(limit: 99).count == 1)
    }

    @Test("orders that this device has reported on are left out, whichever way the report found its order")
    func withoutResults() async throws {
        let house = try House()
        try await house.apply((1...5).map { .place(.laboratory("A\($0)")) })
        try await house.receive(.of("A1", .of("WBC", "5")), from: "chem-1")
        try await house.receive(.of("A2", .of("WBC", "5")), from: "haem-1")
        // Held for its code, but reported.
        try await house.receive(.of("A3", .of("WBC", "5", held: .unmappedTest)), from: "chem-1")
        // By a person's hand.
        try await house.receive(.of("X9", .of("WBC", "5")), from: "chem-1")
        let held = try #require(try await house.store.holds(ListingFilter(accession: "X9")).first)
        _ = try await house.store.assign(held.id, order: "A4")
        func left(_ device: DeviceID?) async throws -> [String] {
            let all = try await house.workOrders(WorkOrderFilter(withoutResultsOf: device)).map(\.order.accession)
            let named = try await house.workOrders(
                WorkOrderFilter(accessions: (1...5).map { "A\($0)" }, withoutResultsOf: device)
            ).map(\.order.accession)
            #expect(all == named)
            return all
        }
        #expect(try await left(nil) == ["A1", "A2", "A3", "A4", "A5"])
        #expect(try await left("chem-1") == ["A2", "A5"])
        #expect(try await left("haem-1") == ["A1", "A3", "A4", "A5"])
        #expect(try await left("new-1") == ["A1", "A2", "A3", "A4", "A5"])
    }

    @Test("a result for another patient's order of the same accession is not this one's")
    func resultsOfAnother() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "MRN1")))
        try await house.receive(.of("A1", .of("WBC", "5")), from: "chem-1")
        try await house.apply(
            .place(.laboratory("A1", mrn: "MRN1", state: .completed)), .place(.laboratory("A1", mrn: "MRN2")))
        #expect(
            try await house.workOrders(WorkOrderFilter(withoutResultsOf: "chem-1")).map(\.order.patient.mrn) == ["MRN2"]
        )
    }

    @Test("a question is answered while the writer stands still, and sees what was committed before")
    func besideTheWriter() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        let gate = Gate(house.store)
        // Not yet committed: nobody may see it.
        house.store.apply([.place(.laboratory("A2"))], source: nil) { _ in }
        #expect(try await house.workOrders(["A1", "A2"]).map(\.order.accession) == ["A1"])
        #expect(try await house.workOrders().map(\.order.accession) == ["A1"])
        gate.open()
        for number in 3..<40 {
            try await house.apply(.place(.laboratory("A\(number)")))
            #expect(try await house.workOrders(["A\(number)"]).count == 1)
            #expect(try await house.workOrders().last?.order.accession == "A\(number)")
        }
    }

    @Test("more questions than may wait are refused at once, and every one is answered once")
    func bounded() async throws {
        var configuration = StoreConfiguration()
        configuration.waitingReads = 3
        configuration.queryReaders = 1
        let house = try House(configuration: configuration)
        let entered = DispatchSemaphore(value: 0)
        let opened = DispatchSemaphore(value: 0)
        let answers = Box<[String]>([])
        let group = DispatchGroup()
        group.enter()
        house.store.queryReaders.read { _ in
            entered.signal()
            opened.wait()
        } done: { _ in
            group.leave()
        }
        entered.wait()
        for _ in 0..<5 {
            group.enter()
            house.store.workOrders(WorkOrderFilter(accessions: ["A1"])) { answer in
                let text = if case .failure(let failure) = answer { failure.sentence } else { "answered" }
                answers.change { $0.append(text) }
                group.leave()
            }
        }
        #expect(answers.value == Array(repeating: "the store refused it (3 questions already wait).", count: 3))
        opened.signal()
        await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
        #expect(answers.value.count(where: { $0 == "answered" }) == 2)
        #expect(try await house.workOrders(["A1"]).isEmpty)
    }

    @Test("both questions go over an index")
    func indexes() async throws {
        let house = try House()
        func plan(_ filter: WorkOrderFilter) throws -> String {
            try house.store.queryReaders.readNow { database in
                let sql = WorkOrderRows.sql(filter)
                return try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN " + sql,
                    arguments: StatementArguments(Array(repeating: "1", count: sql.count { $0 == "?" }))
                ).map { $0["detail"] as String }.joined(separator: "\n")
            }
        }
        let one = try plan(WorkOrderFilter(accessions: ["A1"], withoutResultsOf: "chem-1"))
        #expect(one.contains("orders_identity (accession=? AND kind=?)"), "\(one)")
        let all = try plan(WorkOrderFilter(from: Timestamp(microseconds: 1), withoutResultsOf: "chem-1"))
        #expect(all.contains("orders_open (received>?)"), "\(all)")
        #expect(all.contains("report_identity (specimen=? AND device=?)"), "\(all)")
        #expect(all.contains("report_assigned (order_id=?)"), "\(all)")
        #expect(!all.contains("TEMP B-TREE"), "\(all)")
    }
}

extension House {
    func workOrders(_ names: [String]? = nil, limit: Int = 1_000) async throws -> [WorkOrder] {
        try await workOrders(WorkOrderFilter(accessions: names, limit: limit))
    }

    func workOrders(_ filter: WorkOrderFilter) async throws -> [WorkOrder] {
        try await withCheckedContinuation { continuation in
            store.workOrders(filter) { continuation.resume(returning: $0) }
        }.get()
    }
}
