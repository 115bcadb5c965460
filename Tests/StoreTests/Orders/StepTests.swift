import Core
import Testing

@testable import Store

extension ScheduledStep {
    fileprivate static func ct(_ id: String, _ scheduled: String? = nil, station: String? = "CT01") -> ScheduledStep {
        ScheduledStep(id: id, modality: "CT", stationAEs: station.map { [$0] } ?? [], scheduled: scheduled)
    }
}

extension Order {
    /// An imaging order of these steps.
    fileprivate static func steps(_ steps: ScheduledStep..., code: String = "CTHEAD") -> Order {
        var order = Order.imaging("R1")
        order.imaging = ImagingRequest(procedure: OrderedTest(code: code, text: "CT head"), steps: steps)
        return order
    }
}

@Suite("Scheduled steps of an order")
struct StepTests {
    private let ten = "2026-11-22T10:00:00+05:30"
    private let eleven = "2026-11-22T11:00:00+05:30"

    private func steps(_ house: House) async throws -> [String] {
        try await house.store.worklist(ListingFilter()).map { "\($0.number) \($0.step_id) \($0.scheduled) \($0.state)" }
            .sorted()
    }

    @Test("steps without an ID go by the accession and their number; one too long is cut from its front")
    func ids() {
        let short = Order.imaging("R1")
        #expect((1...3).map(short.stepID) == ["R1", "R1-2", "R1-3"])
        let long = Order.imaging("R26-000000000017")
        #expect((1...2).map(long.stepID) == ["R26-000000000017", "6-000000000017-2"])
        #expect(long.stepID(12).count == 16)
    }

    @Test("each step is a row and an entry of its own; the study is one")
    func several() async throws {
        let house = try House()
        try await house.apply(
            .place(.steps(.ct("S1", ten, station: "CT01"), .ct("", eleven, station: "CT02"))))
        #expect(try await steps(house) == ["1 S1 \(ten) scheduled", "2 R1-2 \(eleven) scheduled"])
        var entries: [WorklistEntry] = []
        try house.store.candidates(for: WorklistPreselection()) {
            entries.append($0)
            return true
        }
        entries.sort { $0.stepNumber < $1.stepNumber }
        #expect(entries.map(\.stationAETitles) == [["CT01"], ["CT02"]])
        #expect(entries.map(\.startTime) == ["100000", "110000"])
        #expect(Set(entries.map(\.studyInstanceUID)).count == 1)
        #expect(entries.map(\.requestedProcedureID) == ["R1", "R1"])
    }

    @Test("requested procedures of one accession have a study each, made once")
    func procedures() async throws {
        let house = try House()
        var other = ScheduledStep.ct("S2", ten)
        other.requestedProcedure = RequestedProcedure(id: "RP2", procedure: OrderedTest(code: "XR"))
        var third = other
        third.id = "S3"
        func entries() throws -> [WorklistEntry] {
            var found: [WorklistEntry] = []
            try house.store.candidates(for: WorklistPreselection()) {
                found.append($0)
                return true
            }
            return found.sorted { $0.stepNumber < $1.stepNumber }
        }
        try await house.apply(.place(.steps(.ct("S1", ten), other, third)))
        let before = try entries()
        #expect(before.map(\.requestedProcedureID) == ["R1", "RP2", "RP2"])
        #expect(before.map(\.procedureCode?.value) == ["CTHEAD", "XR", "XR"])
        #expect(before[0].studyInstanceUID != before[1].studyInstanceUID)
        #expect(before[1].studyInstanceUID == before[2].studyInstanceUID)
        try await house.apply(.place(.steps(.ct("S1", ten), other, third)))
        #expect(try entries() == before)
    }

    /// What a further message says of the steps S1 at ten and S2 at eleven, and how they stand then.
    @Test(
        "a change finds its step again",
        arguments: [
            ("moved", ["1 S1 2026-11-23T09:00:00Z scheduled", "2 S2 - scheduled"]),
            ("silent", ["1 S1 2026-11-22T10:00:00Z scheduled", "2 S2 - scheduled"]),
            ("cleared", ["1 S1  parked", "2 S2 - scheduled"]),
            ("second", ["1 S1 2026-11-22T10:00:00Z scheduled", "2 S2 2026-11-23T09:00:00Z scheduled"]),
            ("unnamed", ["1 S1 2026-11-23T09:00:00Z scheduled", "2 S2 - scheduled"]),
            (
                "new",
                [
                    "1 S1 2026-11-22T10:00:00Z scheduled", "2 S2 - scheduled",
                    "3 S3 2026-11-23T09:00:00Z scheduled",
                ]
            ),
        ])
    func changes(kind: String, expected: [String]) async throws {
        let house = try House()
        let (first, later) = ("2026-11-22T10:00:00Z", "2026-11-23T09:00:00Z")
        try await house.apply(.place(.steps(.ct("S1", first), .ct("S2", "2026-11-22T11:00:00Z"))))
        let change: Order =
            switch kind {
            case "moved": .steps(.ct("S1", later))
            case "silent": .steps(.ct("S1"))
            case "cleared": .steps(.ct("S1", ""))
            case "second": .steps(.ct("S2", later))
            case "unnamed": .steps(.ct("", later))
            default: .steps(.ct("S3", later))
            }
        try await house.apply(.place(change))
        let spoken = expected.map { $0.replacing(" - ", with: " 2026-11-22T11:00:00Z ") }
        #expect(try await steps(house) == spoken)
    }

    @Test("a step that had only our name takes that of the HMS, and stays one")
    func named() async throws {
        let house = try House()
        try await house.apply(.place(.steps(.ct("", ten))))
        try await house.apply(.place(.steps(.ct("SPS-9", eleven))))
        #expect(try await steps(house) == ["1 SPS-9 \(eleven) scheduled"])
    }

    @Test("another order number with another procedure under the same accession is another step")
    func anotherPlacer() async throws {
        let house = try House()
        func order(_ placer: String, _ code: String) -> Order {
            var step = ScheduledStep.ct("", ten)
            step.placer = placer
            return .steps(step, code: code)
        }
        try await house.apply(.place(order("P1", "CTHEAD")), .place(order("P2", "CTCHEST")))
        func entries() throws -> [String] {
            var found: [WorklistEntry] = []
            try house.store.candidates(for: WorklistPreselection()) {
                found.append($0)
                return true
            }
            return found.sorted { $0.stepNumber < $1.stepNumber }
                .map { "\($0.stepID) \($0.requestedProcedureID) \($0.procedureCode?.value ?? "")" }
        }
        #expect(try entries() == ["R1 R1 CTHEAD", "R1-2 P2 CTCHEST"])
        try await house.apply(.place(order("P2", "CTCHEST")))
        #expect(try entries() == ["R1 R1 CTHEAD", "R1-2 P2 CTCHEST"], "the same again")
        try await house.apply(.place(order("P3", "CTHEAD")))
        #expect(try entries() == ["R1 R1 CTHEAD", "R1-2 P2 CTCHEST"], "the HMS numbered the same order anew")
    }

    @Test("a later message of another requested procedure adds to the order, and takes nothing from it")
    func anotherProcedure() async throws {
        let house = try House()
        func order(_ id: String, _ step: String, _ code: String) -> Order {
            var order = Order.steps(.ct(step, ten), code: code)
            order.imaging?.requestedProcedureID = id
            order.imaging?.studyUID = "1.2.\(code.utf8.count)"
            order.imaging?.details = [.reason: code]
            return order
        }
        try await house.apply(.place(order("RP1", "S1", "CTHEAD")), .place(order("RP2", "S2", "CTCHEST")))
        try await house.apply(.place(order("RP2", "S2", "CTCHEST")))
        var found: [WorklistEntry] = []
        try house.store.candidates(for: WorklistPreselection()) {
            found.append($0)
            return true
        }
        found.sort { $0.stepNumber < $1.stepNumber }
        #expect(found.map(\.requestedProcedureID) == ["RP1", "RP2"])
        #expect(found.map(\.studyInstanceUID) == ["1.2.6", "1.2.7"])
        #expect(found.map { $0.details[.reason] } == ["CTHEAD", "CTCHEST"])
    }

    /// Which steps a cancellation names, and how step and order stand then.
    @Test(
        "cancelling one step leaves the others; cancelling the last closes the order",
        arguments: [
            (["S1"], ["cancelled", "scheduled"], "open"), (["S2"], ["scheduled", "cancelled"], "open"),
            (["S1", "S2"], ["cancelled", "cancelled"], "cancelled"), ([], ["cancelled", "cancelled"], "cancelled"),
            (["S9"], ["scheduled", "scheduled", "cancelled"], "open"),
        ])
    func cancelled(named: [String], states: [String], order: String) async throws {
        let house = try House()
        try await house.apply(.place(.steps(.ct("S1", ten), .ct("S2", eleven))))
        var cancel = Order.imaging("R1")
        cancel.imaging?.steps = named.map { .ct($0) }
        try await house.apply(.cancel(cancel))
        let rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
        #expect(rows.map(\.state) == states)
        #expect(try await house.store.orders(ListingFilter()).map(\.state) == [order])
    }

    @Test("a cancelled order that is placed again is on the worklist again")
    func again() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("R1")))
        try await house.apply(.cancel(.imaging("R1")))
        #expect(try await house.store.worklist(ListingFilter()).map(\.state) == ["cancelled"])
        try await house.apply(.place(.imaging("R1")))
        #expect(try await house.store.worklist(ListingFilter()).map(\.state) == ["scheduled"])
    }

    @Test("what was withdrawn stays so when a message only changes or repeats the order")
    func staysWithdrawn() async throws {
        let house = try House()
        try await house.apply(.place(.steps(.ct("S1", ten), .ct("S2", eleven))))
        var cancel = Order.imaging("R1")
        cancel.imaging?.steps = [.ct("S1")]
        try await house.apply(.cancel(cancel))
        var change = Order.steps(.ct("S1", eleven), .ct("S2", ten))
        change.keepsState = true
        try await house.apply(.place(change))
        var rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
        #expect(rows.map(\.state) == ["cancelled", "scheduled"])
        try await house.apply(.cancel(.imaging("R1")))
        try await house.apply(.place(change))
        #expect(try await house.store.orders(ListingFilter()).map(\.state) == ["cancelled"])
        change.keepsState = false
        try await house.apply(.place(change))
        rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
        #expect(rows.map(\.state) == ["scheduled", "scheduled"])
    }

    @Test("an order number cancels its own steps, however many; that of all of them, or of none, the order")
    func cancelByPlacer() async throws {
        for (placer, states) in [
            ("P", ["cancelled", "cancelled", "scheduled"]), ("Q", ["scheduled", "scheduled", "cancelled"]),
            ("X", ["cancelled", "cancelled", "cancelled"]),
        ] {
            for isBare in [false, true] {
                let house = try House()
                var order = Order.steps(.ct("S1", ten), .ct("S2", eleven), .ct("S3", eleven))
                for (index, own) in ["P", "P", "Q"].enumerated() { order.imaging?.steps[index].placer = own }
                try await house.apply(.place(order))
                var cancel = isBare ? Order.laboratory("R1", tests: []) : Order.imaging("R1")
                cancel.placer = placer
                if isBare {
                    cancel.specimen = nil
                } else {
                    cancel.imaging?.steps = [.ct("")]
                    cancel.imaging?.steps[0].placer = placer
                }
                try await house.apply(.cancel(cancel))
                let rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
                #expect(rows.map(\.state) == states, "\(placer), \(isBare)")
            }
        }
    }

    @Test("what a modality has begun stays begun, whatever the HMS says", arguments: [StepState.started, .completed])
    func begun(state: StepState) async throws {
        let house = try House()
        try await house.apply(.place(.steps(.ct("S1", ten), .ct("S2", eleven))))
        try await house.onWriter { try $0.query("UPDATE step SET state = \(state.code) WHERE number = 1").run() }
        try await house.apply(.place(.steps(.ct("S1", eleven))))
        try await house.apply(.cancel(.imaging("R1")))
        let rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
        #expect(rows.map(\.state) == [state.rawValue, "cancelled"])
    }

    @Test("the HMS tells that a step, or all of them, are done", arguments: [["S1"], []])
    func done(named: [String]) async throws {
        let house = try House()
        try await house.apply(.place(.steps(.ct("S1", ten), .ct("S2", eleven))))
        var message = Order.imaging("R1")
        message.state = .completed
        message.imaging?.steps = named.map { .ct($0) }
        try await house.apply(.place(message))
        let rows = try await house.store.worklist(ListingFilter()).sorted { $0.number < $1.number }
        #expect(rows.map(\.state) == ["completed", named.isEmpty ? "completed" : "scheduled"])
    }

    @Test("a message that left the kind open amends the imaging order, and clears nothing it does not name")
    func openKind() async throws {
        let house = try House()
        var order = Order.imaging("R1")
        order.priority = .stat
        order.imaging?.details = [.transport: "WHLC", .reason: "fall"]
        try await house.apply(.place(order))
        var change = Order.laboratory("R1", tests: [])
        change.keepsPriority = true
        change.imaging = ImagingRequest(procedure: OrderedTest(code: ""), modality: "", scheduled: eleven)
        change.imaging?.details = [.reason: ""]
        #expect(try await house.apply(.place(change)).amended == 1)
        let stored = try #require(try house.store.readers.readNow { try StoredOrder.read($0, 1)?.order })
        #expect(stored.kind == .imaging && stored.priority == .stat)
        #expect(stored.imaging?.procedure == OrderedTest(code: "CTHEAD", text: "CT head"))
        #expect(stored.imaging?.modality == "CT" && stored.imaging?.stationAE == "CT01")
        #expect(stored.imaging?.scheduled == eleven)
        #expect(stored.imaging?.details == [.transport: "WHLC"])
        #expect(try await house.store.orders(ListingFilter()).count == 1)
    }

    @Test("a cancellation under a number of its own finds the order by its study, of that patient alone")
    func cancelByStudy() async throws {
        let house = try House()
        try await house.apply(
            .place(.imaging("ORD-1", studyUID: "1.2.3")), .place(.imaging("ORD-2", studyUID: "1.2.4")))
        var cancel = Order.imaging("ORD-9", mrn: "MRN2", studyUID: "1.2.3")
        try await house.apply(.cancel(cancel))
        #expect(try await house.store.orders(ListingFilter(state: "open")).count == 2, "another patient's")
        cancel.patient.mrn = "MRN1"
        try await house.apply(.cancel(cancel))
        #expect(try await house.store.orders(ListingFilter(state: "open")).map(\.accession) == ["ORD-2"])
    }
}
