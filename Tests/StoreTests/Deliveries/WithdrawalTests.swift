import Core
import Testing

@testable import Store

@Suite("An order changes while results wait to be sent")
struct WithdrawalTests {
    private func waiting() async throws -> House {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "WRONG")))
        try await house.receive(.of("A1", .of("WBC", "5.10"), .of("RBC", "4.50", at: 2)))
        return house
    }

    private func sent(_ house: House) async throws -> [String] {
        try await house.lease().map { "\($0.report.order.patient.mrn) \($0.report.results.count)" }
    }

    @Test("cancelled: nothing goes out, the results are held, and go to the order that comes instead")
    func replaced() async throws {
        let house = try await waiting()
        try await house.apply(.cancel(.laboratory("A1", mrn: "WRONG")))
        #expect(try await house.holds() == ["order-cancelled"])
        #expect(try await house.states() == ["RBC 4.50 held", "WBC 5.10 held"])
        #expect(try await sent(house) == [])
        #expect(try await house.apply(.place(.laboratory("A1", mrn: "RIGHT"))).released == 2)
        #expect(try await sent(house) == ["RIGHT 2"])
        #expect(try await house.holds() == [])
        #expect(try await house.steps("D1").contains("withdrawn"))
    }

    @Test("a second open order: which patient's is not ours to guess")
    func ambiguous() async throws {
        let house = try await waiting()
        try await house.apply(.place(.laboratory("A1", mrn: "RIGHT")))
        #expect(try await house.holds() == ["ambiguous-order"])
        #expect(try await sent(house) == [])
        try await house.apply(.cancel(.laboratory("A1", mrn: "WRONG")))
        #expect(try await sent(house) == ["RIGHT 2"])
    }

    @Test("a closed order keeps its results, though its number is used again")
    func completed() async throws {
        let house = try await waiting()
        try await house.apply(
            .place(.laboratory("A1", mrn: "WRONG", state: .completed)), .place(.laboratory("A1", mrn: "NEXT")))
        #expect(try await sent(house) == ["WRONG 2"])
        #expect(try await house.holds() == [])
    }

    @Test("what is being sent while the order is cancelled goes no further when it comes back")
    func underWay() async throws {
        let house = try await waiting()
        let delivery = try #require(try await house.lease().first)
        try await house.apply(.cancel(.laboratory("A1", mrn: "WRONG")))
        #expect(try await house.states() == ["RBC 4.50 posted", "WBC 5.10 posted"])
        try await house.settle(delivery, .retry(after: .zero, why: "503", consumesAttempt: false))
        #expect(try await sent(house) == [])
        #expect(try await house.holds() == ["order-cancelled"])
    }

    @Test("what is being sent while a second order comes goes no further when it comes back, nor after a crash")
    func doubledUnderWay() async throws {
        for crashes in [false, true] {
            let house = try await waiting()
            let delivery = try #require(try await house.lease().first)
            try await house.apply(.place(.laboratory("A1", mrn: "RIGHT")))
            let later = crashes ? try house.afterCrash() : house
            if !crashes { try await house.settle(delivery, .ambiguous(after: .zero, why: "no answer")) }
            #expect(try await sent(later) == [])
            #expect(try await later.holds() == ["ambiguous-order"])
            #expect(try await later.states() == ["RBC 4.50 held", "WBC 5.10 held"])
        }
    }

    @Test("an unanswered one says that the HMS may have it")
    func unanswered() async throws {
        let house = try await waiting()
        let delivery = try #require(try await house.lease().first)
        try await house.settle(delivery, .ambiguous(after: .zero, why: "no answer"))
        try await house.apply(.cancel(.laboratory("A1", mrn: "WRONG")))
        #expect(try await house.store.holds(ListingFilter()).first?.what.contains("check there") == true)
    }

    @Test("delivered already: the next patient's order tells a person, and a resend waits for one")
    func delivered() async throws {
        let house = try await waiting()
        try await house.settle(house.lease()[0], .delivered("1"))
        try await house.apply(.cancel(.laboratory("A1", mrn: "WRONG")))
        #expect(try await house.holds() == [])
        try await house.apply(.place(.laboratory("A1", mrn: "RIGHT")))
        #expect(try await house.holds() == ["patient-mismatch"])
        #expect(try await house.store.release("H1") == .done("Seen; it keeps no result back."))
        try await house.receive(.of("A1", .of("WBC", "5.10"), .of("RBC", "4.50", at: 2)))
        #expect(try await house.holds() == ["duplicate-conflict", "duplicate-conflict"])
        #expect(try await sent(house) == [])
        #expect(try await house.store.release("H2") == .done("1 result released by a person."))
        #expect(try await sent(house) == ["RIGHT 1"])
    }

    @Test("what a person assigned stays assigned until that order is cancelled")
    func assigned() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "M1")))
        try await house.receive(.of("", .of("WBC", "5.10")))
        #expect(try await house.store.assign("H1", order: "A1") == .done("1 result assigned to A1."))
        try await house.apply(.place(.laboratory("A1", mrn: "M2")))
        #expect(try await house.states() == ["WBC 5.10 posted"])
        try await house.apply(.cancel(.laboratory("A1", mrn: "M1")))
        #expect(try await house.states() == ["WBC 5.10 held"])
    }

    @Test("a hold is not released to an order that is no longer the only one; it may be assigned")
    func release() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1", mrn: "M1")))
        try await house.receive(.of("A1", .of("WBC", "5.10", held: .unmappedTest)))
        try await house.apply(.place(.laboratory("A1", mrn: "M2")))
        guard case .refused(let why) = try await house.store.release("H1") else {
            Issue.record("released to one of two patients")
            return
        }
        #expect(why.contains("2 open orders"))
        try await house.apply(.cancel(.laboratory("A1", mrn: "M1")))
        guard case .refused = try await house.store.release("H1") else {
            Issue.record("released to a cancelled order")
            return
        }
        #expect(try await house.store.assign("H1", order: "A1") == .done("0 results assigned to A1."))
        #expect(try await house.holds() == ["unmapped-test"])
        #expect(try await house.store.release("H2") == .done("1 result released with the device's own code."))
        #expect(try await sent(house) == ["M2 1"])
    }

    @Test("what waits for a destination that is no longer configured is told")
    func orphans() async throws {
        let house = try await waiting()
        #expect(try house.store.orphanedDeliveries().isEmpty)
        let later = try house.afterCrash(destinations: ["other"])
        #expect(try later.store.orphanedDeliveries().map { "\($0.destination) \($0.count)" } == ["hms 1"])
    }
}
