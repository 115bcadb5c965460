import Core
import Testing

@testable import Store

@Suite("Orders")
struct OrderBookTests {
    @Test("the same order again amends: tests are joined, later fields win, the rest stays")
    func amends() async throws {
        let house = try House()
        var first = Order.laboratory("A1", tests: ["CBC", "ESR"])
        first.placer = "P1"
        first.specimen = OrderedSpecimen(type: "EDTA blood")
        var second = Order.laboratory("A1", tests: ["ESR", "HBA1C"])
        second.patient.given = nil
        second.patient.sex = .female
        second.priority = .stat
        second.specimen = OrderedSpecimen(collected: "2026-11-22T09:10:00+05:30")
        #expect(try await house.apply(.place(first)).placed == 1)
        #expect(try await house.apply(.place(second)).amended == 1)
        let stored = try house.store.readers.readNow { try StoredOrder.read($0, 1)?.order }
        #expect(stored?.tests.map(\.code) == ["CBC", "ESR", "HBA1C"])
        #expect(stored?.placer == "P1")
        #expect(stored?.patient.given == "ASHA")
        #expect(stored?.patient.sex == .female)
        #expect(stored?.priority == .stat)
        #expect(stored?.specimen == OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:10:00+05:30"))
        #expect(try await house.store.orders(ListingFilter()).map(\.tests) == [["CBC", "ESR", "HBA1C"]])
        #expect(try await house.steps("A1") == ["order", "amended"])
    }

    @Test("placed again after it was cancelled it asks for what it now says")
    func placedAgain() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", tests: ["CBC", "ESR"])))
        try await house.apply(.cancel(.laboratory("A1")))
        try await house.apply(.place(.laboratory("A1", tests: ["NA"])))
        #expect(try await house.store.orders(ListingFilter()).map(\.tests) == [["NA"]])
    }

    @Test("kind, accession, patient and its system make an order", arguments: Different.allCases)
    func identity(_ different: Different) async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        var other = Order.laboratory("A1")
        switch different {
        case .accession: other.accession = "a1"
        case .mrn: other.patient.mrn = "MRN01"
        case .system: other.patient.mrnSystem = "urn:other"
        case .kind: other = .imaging("A1")
        }
        #expect(try await house.apply(.place(other)).placed == 1)
        #expect(try await house.store.orders(ListingFilter()).count == 2)
    }

    enum Different: CaseIterable { case accession, mrn, system, kind }

    @Test("a bare cancel withdraws the imaging order when there is no laboratory order of this accession")
    func bareCancel() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("A1")))
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(try await house.store.orders(ListingFilter(state: "cancelled")).map(\.kind) == ["imaging"])
        #expect(try await house.store.orders(ListingFilter(state: "open")).isEmpty)
    }

    @Test("a cancel withdraws; for an unknown order it is kept, and its results are held")
    func cancels() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.apply(.cancel(.laboratory("A1")), .cancel(.laboratory("A2"))).cancelled == 2)
        #expect(try await house.store.orders(ListingFilter(state: "cancelled")).map(\.accession) == ["A2", "A1"])
        try await house.receive(.of("A1", .of("WBC", "5")), .of("A2", .of("WBC", "6")))
        #expect(try await house.holds() == ["order-cancelled", "order-cancelled"])
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 1)
        #expect(try await house.states() == ["WBC 5 posted", "WBC 6 held"])
    }

    @Test("all changes of a call or none, and the source with them")
    func atomic() async throws {
        let house = try House()
        var empty = Order.laboratory("A2")
        empty.accession = ""
        await #expect(throws: StoreError.self) {
            try await house.apply(.place(.laboratory("A1")), .place(empty), source: .message("MSH|ORM"))
        }
        #expect(try await house.store.orders(ListingFilter()).isEmpty)
        #expect(try house.count("SELECT count(*) FROM message") == 0)
        var nobody = Order.laboratory("A3")
        nobody.patient.mrn = ""
        await #expect(throws: StoreError.self) { try await house.apply(.place(nobody)) }
    }

    @Test("the source is journalled as processed")
    func source() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")), source: .message("MSH|ORM\rORC|", from: "orders"))
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
        let story = try await house.store.explain("A1")
        #expect(story?.raw == ["MSH|ORM\nORC|"])
        #expect(story?.steps.map(\.reference) == ["M1", "M1", "M1"])
    }

    @Test("an order that comes late posts what waited")
    func late() async throws {
        let house = try House()
        try await house.receive(.of("A1", .of("WBC", "5.10"), .of("RBC", "4.5", at: 2), patient: "MRN1"))
        #expect(try await house.lease().isEmpty)
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 2)
        #expect(try await house.holds() == [])
        #expect(try await house.holds("resolved") == ["no-order"])
        let sent = try await house.lease()
        #expect(sent.map(\.key) == ["A1"])
        #expect(sent.first?.report.order.patient.mrn == "MRN1")
        #expect(sent.first?.report.results.map(\.state) == [.posted, .posted])
        #expect(try await house.steps("A1") == ["received", "understood", "held", "order", "matched", "posted"])
    }

    @Test("an order for another patient changes the reason, and posts nothing")
    func lateForAnother() async throws {
        let house = try House()
        try await house.receive(.of("A1", .of("WBC", "5.10"), patient: "MRN2"))
        #expect(try await house.apply(.place(.laboratory("A1", mrn: "MRN1"))).released == 0)
        #expect(try await house.holds() == ["patient-mismatch"])
        // The HMS places it anew for the right patient: two open orders are not one.
        #expect(try await house.apply(.place(.laboratory("A1", mrn: "MRN2"))).released == 0)
        #expect(try await house.holds() == ["ambiguous-order"])
        #expect(try await house.apply(.cancel(.laboratory("A1", mrn: "MRN1"))).released == 1)
        #expect(try await house.holds() == [])
        #expect(try await house.lease().first?.report.order.patient.mrn == "MRN2")
        #expect(try house.count("SELECT count(*) FROM hold") == 1)
    }

    @Test("a completed order takes no results until it is opened again")
    func completed() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", state: .completed)))
        try await house.receive(.of("A1", .of("WBC", "5.10")))
        #expect(try await house.holds() == ["no-order"])
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 1)
    }

    @Test("waiting versions of a result are posted in their order")
    func waitingVersions() async throws {
        let house = try House()
        try await house.receive(.of("A1", .of("WBC", "5.10", status: .preliminary)))
        try await house.receive(.of("A1", .of("WBC", "5.20")))
        try await house.receive(.of("A1", .of("WBC", "5.30", performed: "2026-11-22T10:31:07+05:30")))
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 3)
        #expect(try await house.states() == ["WBC 5.20 superseded", "WBC 5.30 posted"])
        var sent: [String] = []
        while let next = try await house.lease().first {
            sent += next.report.results.map(\.observation.value.token)
            try await house.settle(next, .delivered("ok"))
        }
        #expect(sent == ["5.10", "5.20", "5.30"])
    }

    @Test("an imaging order keeps its study, made once or the HMS's own")
    func study() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("R1")), .place(.imaging("R2", studyUID: "1.2.3")))
        func uids() throws -> [String?] {
            try house.store.readers.readNow { database in
                try [1, 2].map { try StoredOrder.read(database, $0)?.order.imaging?.studyUID }
            }
        }
        let before = try uids()
        #expect(before[1] == "1.2.3")
        #expect(before[0]?.hasPrefix("2.25.") == true)
        #expect(before[0]?.count ?? 99 <= 44)
        try await house.apply(.place(.imaging("R1", station: nil)), .place(.imaging("R2")))
        #expect(try uids() == before)
        #expect(StudyUID.random() != StudyUID.random())
    }
}
