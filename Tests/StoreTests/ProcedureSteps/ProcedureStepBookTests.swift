import Core
import Foundation
import Testing

@testable import Store

@Suite("Performed procedure steps")
struct ProcedureStepBookTests {
    @Test("a step begins, ends, and moves its scheduled step on", arguments: [PerformedState.completed, .discontinued])
    func cycle(end: PerformedState) async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        #expect(try house.states("R26-1") == [.scheduled])
        #expect(try house.create(for: [.to("R26-1")]) == nil)
        #expect(try house.states("R26-1") == [.started])
        let known = try house.end("1.2.3", end)
        #expect(known?.step.state == .inProgress && known?.attributes == Array("create".utf8))
        #expect(try house.states("R26-1") == [end == .completed ? .completed : .discontinued])
        #expect(try await house.house.holds() == [])
        // The bytes are kept as they came.
        #expect(try house.house.count("SELECT count(*) FROM message WHERE bytes IN (x'637265617465', x'656E64')") == 2)
    }

    @Test("what is scheduled is read by another process the moment it was stored")
    func seenAtOnce() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        let reader = try WorklistReader.open(folder: house.house.folder)
        func states() throws -> [StepState] {
            var found: [StepState] = []
            try reader.candidates(for: WorklistPreselection()) {
                found.append($0.state); return true
            }
            return found
        }
        try house.create(for: [.to("R26-1")])
        #expect(try states().filter { $0 == .scheduled } == [])
        try house.end()
        #expect(try states() == [])
    }

    @Test("a group: every step it names moves on")
    func group() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try await house.order("R26-2", study: "1.2.826.2")
        try house.create(for: [.to("R26-1"), .to("R26-2", study: "1.2.826.2")])
        #expect(try house.states("R26-1") + house.states("R26-2") == [.started, .started])
        try house.end()
        #expect(try house.states("R26-1") + house.states("R26-2") == [.completed, .completed])
        // One Procedure tells of both.
        let deliveries = try await house.house.lease()
        #expect(deliveries.count == 1)
        guard case .step(let step)? = deliveries.first?.content else { throw Unexpected() }
        #expect(step.orders.map(\.accession) == ["R26-1", "R26-2"])
    }

    @Test("a step begun again after its end is started again, and completed once both are over")
    func appended() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create("1.2.3", for: [.to("R26-1")])
        try house.end("1.2.3", .discontinued)
        try house.create("1.2.4", for: [.to("R26-1")])
        #expect(try house.states("R26-1") == [.started])
        try house.end("1.2.4", .completed)
        #expect(try house.states("R26-1") == [.completed])
    }

    @Test("the wrong patient moves nothing on and is told to nobody but a person")
    func wrongPatient() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create(patient: "MRN2", for: [.to("R26-1")])
        try house.end()
        #expect(try house.states("R26-1") == [.scheduled])
        #expect(try await house.house.holds() == ["patient-mismatch"])
        #expect(try await house.house.lease().isEmpty)
    }

    @Test("an examination that nobody scheduled is an exception, and no order is made of it")
    func unscheduled() async throws {
        let house = try StepHouse()
        try house.create("1.2.3", for: [])
        try house.create("1.2.4", for: [ScheduledReference(studyUID: "1.2.99")], bytes: "other")
        #expect(try await house.house.holds() == ["no-order", "no-order"])
        #expect(try house.house.count("SELECT count(*) FROM orders") == 0)
    }

    @Test("an order that comes while the step goes on is found at once, and its hold resolves")
    func lateOrder() async throws {
        let house = try StepHouse()
        try house.create(for: [.to("R26-1")])
        #expect(try await house.house.holds() == ["no-order"])
        try await house.order("R26-1")
        #expect(try house.states("R26-1") == [.started])
        let first = try #require(try await house.house.lease().first)
        try await house.house.settle(first, .delivered("W/1"))
        try house.end()
        #expect(try house.states("R26-1") == [.completed])
        #expect(try await house.house.holds() == [])
        #expect(try await house.house.holds("resolved") == ["no-order"])
        #expect(try await house.house.lease().count == 1)
    }

    @Test("a refused request is kept with its status and changes nothing; the same bytes again are counted")
    func refused() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.send(.create, ProcedureStep(uid: "1.2.9", state: .inProgress), "bad", status: 0x0120)
        #expect(try house.book.step("1.2.9") == nil)
        try house.create(for: [.to("R26-1")])
        for _ in 1...3 {
            let known = try house.send(
                .create, ProcedureStep(uid: "1.2.3", state: .inProgress), "create", status: 0x0111)
            #expect(known?.isReplay == true)
        }
        let other = try house.send(.create, ProcedureStep(uid: "1.2.3", state: .inProgress), "other", status: 0x0111)
        #expect(other?.isReplay == false)
        #expect(try house.house.count("SELECT count(*) FROM performed_step_event") == 3)
        #expect(try house.house.count("SELECT max(replays) FROM performed_step_event") == 3)
        let kept = try house.house.count("SELECT count(*) FROM message")
        for _ in 1...4 {
            try house.send(.create, ProcedureStep(uid: "1.2.9", state: .inProgress), "bad", status: 0x0120)
        }
        #expect(try house.house.count("SELECT count(*) FROM message") == kept)
        #expect(try house.house.count("SELECT max(replays) FROM performed_step_event") == 4)
        // Refused for another reason it is another event.
        try house.send(.create, ProcedureStep(uid: "1.2.9", state: .inProgress), "bad", status: 0x0121)
        #expect(try house.house.count("SELECT count(*) FROM performed_step_event") == 4)
    }

    @Test("a step of which nothing was heard for a day counts as discontinued, by the clock that was given")
    func givenUp() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create(for: [.to("R26-1")])
        #expect(try house.book.giveUpSteps(idleFor: .seconds(3_600)) == 0)
        // The clock ticks a second each time it is asked.
        for _ in 0..<100 { _ = house.house.clock.tick() }
        #expect(try house.book.giveUpSteps(idleFor: .seconds(60)) == 1)
        #expect(try house.states("R26-1") == [.discontinued])
        let step = try house.book.step("1.2.3")?.step
        #expect(step?.state == .discontinued && step?.wasGivenUp == true)
        #expect(try house.book.giveUpSteps(idleFor: .seconds(60)) == 0)
    }

    @Test("its news go out behind what the accession still has to say, as it stands when it goes")
    func deliveries() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create(for: [.to("R26-1")])
        let first = try #require(try await house.house.lease().first)
        #expect(first.key == "R26-1")
        guard case .step(let begun) = first.content else { throw Unexpected() }
        #expect(begun.step.state == .inProgress && begun.started == "2026-11-22T10:15:00+05:30")
        try house.end()
        #expect(try await house.house.lease().isEmpty, "the beginning is under way")
        try await house.house.settle(first, .delivered("W/1"))
        let second = try #require(try await house.house.lease().first)
        guard case .step(let ended) = second.content else { throw Unexpected() }
        #expect(ended.step.state == .completed && ended.orders.first?.patient.mrn == "MRN1")
        let queue = try await house.house.store.queue(ListingFilter(accession: "R26-1"))
        #expect(queue.map(\.state) == ["leased"])
    }

    @Test("requests are passed on as they came, N-CREATE before N-SET, whatever became of their order")
    func forwards() async throws {
        let house = try StepHouse(destinations: [], forwards: ["ris"])
        try house.create(for: [])
        try house.end()
        let first = try await house.house.lease(destination: "ris")
        #expect(first.map(\.key) == ["1.2.3"])
        guard case .request(let create)? = first.first?.content else { throw Unexpected() }
        #expect(create.operation == .create && create.bytes == Array("create".utf8))
        #expect(create.transferSyntax == "1.2.840.10008.1.2.1")
        try await house.house.settle(try #require(first.first), .delivered("0000"))
        guard case .request(let set)? = try await house.house.lease(destination: "ris").first?.content else {
            throw Unexpected()
        }
        #expect(set.operation == .set && set.bytes == Array("end".utf8))
    }

    @Test("a delivery of a step that was out when the daemon died is asked about first")
    func crash() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create(for: [.to("R26-1")])
        #expect(try await house.house.lease().count == 1)
        let after = try house.house.afterCrash()
        let again = try await after.lease()
        #expect(again.map(\.isAmbiguous) == [true])
        #expect(try StepHouse.book(after).step("1.2.3")?.step.state == .inProgress)
    }

    @Test("the whole story under the accession, the UID, the message and the delivery")
    func story() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.create(for: [.to("R26-1")])
        try house.end()
        for subject in ["R26-1", "1.2.3", "MRN1", "M1", "D1"] {
            let steps = try await house.house.steps(subject)
            #expect(
                steps.contains("performed") && steps.contains("matched") && steps.contains("posted"),
                "\(subject): \(steps)")
        }
        #expect(try await house.house.store.explain("1.2.99") == nil)
    }

    private struct Unexpected: Error {}
}
