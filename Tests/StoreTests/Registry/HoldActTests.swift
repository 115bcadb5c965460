import Core
import Testing

@testable import Store

@Suite("A person's decision on a hold")
struct HoldActTests {
    @Test(
        "a release is refused where the patient is in doubt, and says what to do",
        arguments: [
            HoldReason.noOrder, .patientMismatch, .orderCancelled, .ambiguousOrder, .specimenID,
        ])
    func unsafe(reason: HoldReason) async throws {
        let house = try House()
        try await house.make(reason)
        #expect(try await house.holds() == [reason.rawValue])
        guard case .refused(let why) = try await house.store.release("H1") else {
            Issue.record("\(reason.rawValue) was released")
            return
        }
        // Which of several patients it is, only the HMS can say.
        #expect(why.contains(reason == .ambiguousOrder ? "in the HMS" : "ssign it"))
        #expect(try await house.holds() == [reason.rawValue])
        #expect(try await house.lease().isEmpty)
    }

    @Test(
        "assigned to an open order it is posted there",
        arguments: [
            HoldReason.noOrder, .patientMismatch, .orderCancelled, .specimenID,
        ])
    func assign(reason: HoldReason) async throws {
        let house = try House()
        try await house.make(reason)
        try await house.apply(.place(.laboratory("RIGHT", mrn: "MRN9")))
        #expect(try await house.store.assign("H1", order: "RIGHT") == .done("1 result assigned to RIGHT."))
        #expect(try await house.holds() == [])
        let sent = try await house.lease()
        #expect(sent.map(\.key) == ["RIGHT"])
        #expect(sent.map(\.report.order.patient.mrn) == ["MRN9"])
        #expect(try await house.store.results(ListingFilter(accession: "RIGHT")).map(\.mrn) == ["MRN9"])
        #expect(try await house.steps("RIGHT").contains("assigned"))
        #expect(try await house.steps("MRN9").contains("posted"))
        #expect(try await house.store.assign("H1", order: "RIGHT") == .refused("H1 is released already."))
    }

    @Test("there must be exactly one open laboratory order to assign to")
    func assignNowhere() async throws {
        let house = try House()
        try await house.make(.noOrder)
        try await house.apply(
            .place(.laboratory("CLOSED", state: .completed)), .place(.imaging("IMAGE")),
            .place(.laboratory("TWO", mrn: "MRN1")), .place(.laboratory("TWO", mrn: "MRN2")))
        for accession in ["NOWHERE", "", "CLOSED", "IMAGE", "TWO"] {
            guard case .refused = try await house.store.assign("H1", order: accession) else {
                Issue.record("assigned to '\(accession)'")
                return
            }
        }
        #expect(try await house.holds() == ["no-order"])
    }

    @Test("what is matched already is released, not assigned")
    func assignMatched() async throws {
        let house = try House()
        try await house.make(.unmappedTest)
        try await house.apply(.place(.laboratory("OTHER", mrn: "MRN9")))
        #expect(
            try await house.store.assign("H1", order: "OTHER")
                == .refused(
                    "H1 is matched to an order already. Release or reject it."))
    }

    @Test("a release waits for an open order")
    func releaseClosed() async throws {
        let house = try House()
        try await house.make(.unmappedTest)
        try await house.apply(.cancel(.laboratory("A1")))
        guard case .refused(let why) = try await house.store.release("H1") else {
            Issue.record("released to a cancelled order")
            return
        }
        #expect(why.contains("cancelled"))
    }

    @Test("a rejection keeps the reason, and a resend does not bring it back")
    func reject() async throws {
        let house = try House()
        try await house.make(.noOrder)
        #expect(
            try await house.store.reject("H1", reason: " ") == .refused("Say why it is rejected: the reason is kept."))
        #expect(try await house.store.reject("h1", reason: "clotted") == .done("1 result rejected."))
        #expect(try await house.states() == ["WBC 5.10 rejected"])
        try await house.make(.noOrder)
        #expect(try await house.holds() == [])
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.states() == ["WBC 5.10 rejected"])
        let story = try await house.store.explain("H1")
        #expect(story?.steps.last?.step == "rejected")
        #expect(story?.steps.last?.what == "clotted")
    }

    @Test("an assigned report keeps its order when another comes with its own number")
    func assignedStays() async throws {
        let house = try House()
        try await house.make(.noOrder)
        try await house.apply(.place(.laboratory("RIGHT", mrn: "MRN9")))
        _ = try await house.store.assign("H1", order: "RIGHT")
        #expect(try await house.apply(.place(.laboratory("A1"))).released == 0)
        #expect(try await house.store.queue(ListingFilter()).map(\.key) == ["RIGHT"])
    }
}

extension House {
    /// Brings about one hold of this reason, on a result of specimen A1.
    func make(_ reason: HoldReason) async throws {
        let wbc = Observation.of("WBC", "5.10")
        switch reason {
        case .noOrder: try await receive(.of("A1", wbc))
        case .patientMismatch:
            try await apply(.place(.laboratory("A1")))
            try await receive(.of("A1", wbc, patient: "MRN2"))
        case .orderCancelled:
            try await apply(.cancel(.laboratory("A1")))
            try await receive(.of("A1", wbc))
        case .ambiguousOrder:
            try await apply(.place(.laboratory("A1")), .place(.laboratory("A1", mrn: "MRN2")))
            try await receive(.of("A1", wbc))
        case .specimenID: try await receive(.of("", wbc))
        default:
            try await apply(.place(.laboratory("A1")))
            try await receive(.of("A1", .of("WBC", "5.10", held: reason)))
        }
    }
}
