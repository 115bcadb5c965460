import Core
import Testing
import Upstream

/// Transcripts of a lane: what happened, at which second, and what it then did.
@Suite struct LaneMachineTests {
    private let ok = Verdict(.delivered, "200")
    private let down = Verdict(.outage, "answered 503")
    private let settings = LaneConfiguration(
        concurrency: 2, batch: 4, settleBatch: 2, settleWithin: .milliseconds(5),
        retry: RetryPolicy(pause: .seconds(1)))

    private func lane() -> LaneMachine { LaneMachine(settings) }

    private func deliveries(_ numbers: Int64...) -> [Delivery] { numbers.map { Sample.delivery($0) } }

    private func sent(_ number: Int64, _ verdict: Verdict, chance: Double = 1) -> LaneMachine.Event {
        .sent(DeliveryID(number), verdict, chance: chance)
    }

    private func delivered(_ number: Int64) -> Settlement {
        Settlement(delivery: DeliveryID(number), outcome: .delivered("200"))
    }

    @Test func takesSendsSettlesAndTakesAgain() {
        var lane = lane()
        let batch = deliveries(1, 2, 3, 4)
        #expect(lane.next(at: .zero) == [.lease(limit: 4)])
        #expect(lane.wakeAt == nil)
        lane.receive(.leased(batch), at: .zero)
        #expect(lane.next(at: .zero) == [.send(batch[0]), .send(batch[1]), .lease(limit: 2)])
        lane.receive(.leased([]), at: .zero)
        lane.receive(sent(1, ok), at: .zero)
        // One outcome waits for another, but not long.
        #expect(lane.next(at: .zero) == [.send(batch[2])])
        #expect(lane.wakeAt == .milliseconds(5))
        lane.receive(sent(2, ok), at: .zero)
        #expect(lane.next(at: .zero) == [.send(batch[3]), .settle([delivered(1), delivered(2)])])
        lane.receive(sent(3, ok), at: .zero)
        lane.receive(sent(4, ok), at: .zero)
        // One settlement at a time.
        #expect(lane.next(at: .seconds(1)) == [.askDue])
        lane.receive(.due(nil), at: .seconds(1))
        lane.receive(.settled, at: .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [.settle([delivered(3), delivered(4)]), .lease(limit: 4)])
        #expect(lane.status.delivered == 4)
    }

    @Test func aLoneOutcomeIsWrittenAtOnceWhenNothingElseIsUnderWay() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.leased(deliveries(1)), at: .zero)
        _ = lane.next(at: .zero)
        lane.receive(sent(1, ok), at: .zero)
        #expect(lane.next(at: .zero) == [.settle([delivered(1)])])
    }

    @Test func anIdleLaneWakesForADueTimeAndForANudge() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.leased([]), at: .zero)
        #expect(lane.next(at: .zero) == [.askDue])
        lane.receive(.due(.milliseconds(300)), at: .zero)
        #expect(lane.next(at: .zero) == [])
        #expect(lane.wakeAt == .milliseconds(300))
        #expect(lane.next(at: .milliseconds(300)) == [.askDue])
        lane.receive(.due(.zero), at: .milliseconds(300))
        #expect(lane.next(at: .milliseconds(300)) == [.lease(limit: 4)])
        lane.receive(.leased([]), at: .milliseconds(300))
        #expect(lane.next(at: .milliseconds(300)) == [.askDue])
        lane.receive(.due(.seconds(100)), at: .milliseconds(300))
        #expect(lane.next(at: .milliseconds(300)) == [])
        // Another process may queue something: the queue is looked at every second.
        #expect(lane.wakeAt == .milliseconds(1_300))
        lane.receive(.nudged, at: .milliseconds(400))
        #expect(lane.next(at: .milliseconds(400)) == [.lease(limit: 4)])
    }

    @Test func aNudgeDuringALeaseLeasesAgain() {
        var lane = lane()
        #expect(lane.next(at: .zero) == [.lease(limit: 4)])
        lane.receive(.nudged, at: .zero)
        #expect(lane.next(at: .zero) == [])
        lane.receive(.leased([]), at: .zero)
        #expect(lane.next(at: .zero) == [.lease(limit: 4)])
    }

    /// A lane whose destination has just failed five times; 6 and 7 are in hand. Settled are 1 to 5.
    private func paused() -> (LaneMachine, [LaneMachine.Action]) {
        var lane = LaneMachine(
            LaneConfiguration(concurrency: 5, batch: 7, settleBatch: 99, retry: RetryPolicy(pause: .seconds(1))))
        _ = lane.next(at: .zero)
        lane.receive(.leased(deliveries(1, 2, 3, 4, 5, 6, 7)), at: .zero)
        _ = lane.next(at: .zero)
        for number in Int64(1)...5 { lane.receive(sent(number, down), at: .zero) }
        let actions = lane.next(at: .zero)
        return (lane, actions)
    }

    @Test func theLaneWaitsAndWhatWasTakenGoesBackUntouched() {
        let (lane, actions) = paused()
        guard case .settle(let settlements)? = actions.first else { return #expect(Bool(false), "settles") }
        #expect(settlements.map(\.delivery.number) == [1, 2, 3, 4, 5, 6, 7])
        for settlement in settlements.prefix(5) {
            guard case .retry(let wait, "answered 503", consumesAttempt: false) = settlement.outcome else {
                return #expect(Bool(false), "\(settlement.outcome)")
            }
            #expect(wait <= .seconds(2))
        }
        for settlement in settlements.suffix(2) {
            #expect(
                settlement.outcome == .retry(after: .zero, why: "waits for the destination", consumesAttempt: false))
        }
        #expect(actions.last == .tell(.paused("answered 503", needsPerson: false)))
        #expect(lane.status.state == .paused("answered 503"))
        #expect(lane.status.underWay == 0)
    }

    @Test func oneProbeThenEverything() {
        var (lane, _) = paused()
        lane.receive(.leased([]), at: .zero)
        lane.receive(.settled, at: .zero)
        #expect(lane.next(at: .milliseconds(500)) == [])
        #expect(lane.wakeAt == .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [.lease(limit: 1)])
        let probe = Sample.delivery(6)
        lane.receive(.leased([probe]), at: .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [.send(probe)])
        // Nothing else starts while the probe is out.
        lane.receive(.nudged, at: .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [])
        #expect(lane.wakeAt == nil)
        lane.receive(sent(6, ok), at: .seconds(1))
        #expect(
            lane.next(at: .seconds(1)) == [.settle([delivered(6)]), .lease(limit: 7), .tell(.resumed)])
        #expect(lane.status.state == .flowing)
    }

    @Test func aFailedProbeWaitsJustLongerThanTheLane() {
        var (lane, _) = paused()
        lane.receive(.leased([]), at: .zero)
        lane.receive(.settled, at: .zero)
        _ = lane.next(at: .seconds(1))
        lane.receive(.leased(deliveries(6)), at: .seconds(1))
        _ = lane.next(at: .seconds(1))
        lane.receive(sent(6, down), at: .seconds(1))
        let actions = lane.next(at: .seconds(1))
        // Told once an incident: nothing is told again.
        #expect(
            actions == [
                .settle([
                    Settlement(
                        delivery: DeliveryID(6),
                        outcome: .retry(after: .seconds(3), why: "answered 503", consumesAttempt: false))
                ])
            ])
        lane.receive(.settled, at: .seconds(1))
        _ = lane.next(at: .seconds(1))
        #expect(lane.wakeAt == .seconds(3))
    }

    @Test func aFaultForAPersonStopsAtOnce() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.leased(deliveries(1)), at: .zero)
        _ = lane.next(at: .zero)
        lane.receive(sent(1, Verdict(.laneFault, "answered 401")), at: .zero)
        let actions = lane.next(at: .zero)
        #expect(actions.contains(.tell(.paused("answered 401", needsPerson: true))))
        #expect(lane.status.state == .paused("answered 401"))
    }

    @Test func aDeliveryThatFailsWhileOthersPassIsSetAsideAfterEight() {
        var lane = LaneMachine(LaneConfiguration(concurrency: 1, batch: 1))
        var outcomes: [DeliveryOutcome] = []
        var attempts = 0
        for round in 0..<10 where attempts < 8 {
            for (number, verdict) in [(Int64(100 + round), ok), (1, Verdict(.suspect, "answered 500"))] {
                _ = lane.next(at: .zero)
                lane.receive(.leased([Sample.delivery(number, attempts: number == 1 ? attempts : 0)]), at: .zero)
                _ = lane.next(at: .zero)
                lane.receive(sent(number, verdict), at: .zero)
                for case .settle(let settlements) in lane.next(at: .zero) where number == 1 {
                    outcomes += settlements.map(\.outcome)
                }
                lane.receive(.settled, at: .zero)
            }
            attempts += 1
        }
        #expect(outcomes.count == 8)
        #expect(
            outcomes.dropLast().allSatisfy { if case .retry(_, _, consumesAttempt: true) = $0 { true } else { false } })
        #expect(outcomes.last == .parked("8 times answered 500"))
    }

    @Test func aDoubtStaysADoubtUntilItIsAsked() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.leased([Sample.delivery(1, isAmbiguous: true)]), at: .zero)
        _ = lane.next(at: .zero)
        lane.receive(sent(1, down), at: .zero)
        #expect(
            lane.next(at: .zero) == [
                .settle([
                    Settlement(
                        delivery: DeliveryID(1), outcome: .ambiguous(after: .seconds(1), why: "answered 503"))
                ])
            ])
    }

    @Test func stoppingGivesBackFinishesAndEnds() {
        var lane = lane()
        _ = lane.next(at: .zero)
        let batch = [Sample.delivery(1), Sample.delivery(2), Sample.delivery(3), Sample.delivery(4, isAmbiguous: true)]
        lane.receive(.leased(batch), at: .zero)
        _ = lane.next(at: .zero)
        lane.receive(.stop, at: .seconds(1))
        #expect(
            lane.next(at: .seconds(1)) == [
                .settle([
                    Settlement(
                        delivery: DeliveryID(3),
                        outcome: .retry(after: .zero, why: "Labrador is stopping", consumesAttempt: false)),
                    Settlement(
                        delivery: DeliveryID(4), outcome: .ambiguous(after: .zero, why: "Labrador is stopping")),
                ])
            ])
        lane.receive(.settled, at: .seconds(1))
        // The lease that was out when it was told to stop.
        lane.receive(.leased([]), at: .seconds(1))
        lane.receive(sent(1, ok), at: .seconds(2))
        #expect(lane.next(at: .seconds(2)) == [])
        lane.receive(sent(2, ok), at: .seconds(2))
        #expect(lane.next(at: .seconds(2)) == [.settle([delivered(1), delivered(2)])])
        lane.receive(.settled, at: .seconds(2))
        #expect(lane.next(at: .seconds(2)) == [.finish])
        #expect(lane.next(at: .seconds(2)) == [])
        #expect(lane.wakeAt == nil)
    }

    @Test func stoppingDoesNotWaitForEver() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.leased(deliveries(1)), at: .zero)
        _ = lane.next(at: .zero)
        lane.receive(.leased([]), at: .zero)
        lane.receive(.stop, at: .zero)
        #expect(lane.next(at: .zero) == [])
        #expect(lane.wakeAt == .seconds(10))
        #expect(lane.next(at: .seconds(10)) == [.abandon])
        lane.receive(sent(1, Verdict(.ambiguous, "cancelled")), at: .seconds(10))
        guard case .settle? = lane.next(at: .seconds(10)).first else { return #expect(Bool(false)) }
        lane.receive(.storeRefused("disk full", settling: true), at: .seconds(10))
        // A store that refuses does not hold the end up either.
        #expect(lane.next(at: .seconds(10)) == [.finish, .tell(.storeRefused("disk full"))])
    }

    @Test func aStoreThatRefusesIsAskedAgainAndNothingIsForgotten() {
        var lane = lane()
        _ = lane.next(at: .zero)
        lane.receive(.storeRefused("busy", settling: false), at: .zero)
        #expect(lane.next(at: .zero) == [.tell(.storeRefused("busy"))])
        #expect(lane.wakeAt == .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [.lease(limit: 4)])
        lane.receive(.storeRefused("busy", settling: false), at: .seconds(1))
        #expect(lane.next(at: .seconds(1)) == [])
        _ = lane.next(at: .seconds(2))
        lane.receive(.leased(deliveries(1)), at: .seconds(2))
        _ = lane.next(at: .seconds(2))
        lane.receive(sent(1, ok), at: .seconds(2))
        #expect(lane.next(at: .seconds(2)) == [.settle([delivered(1)])])
        lane.receive(.storeRefused("full", settling: true), at: .seconds(2))
        #expect(lane.next(at: .seconds(2)) == [.tell(.storeRefused("full"))])
        let later = lane.next(at: .seconds(3))
        #expect(later.first == .settle([delivered(1)]))
    }

    /// Any events in any order: no trap, never more under way than allowed, every delivery settled once, and a lane that
    /// is not finished always has something that will wake it.
    @Test(arguments: 0..<200)
    func anyOrder(seed: UInt64) {
        var random = SplitMix(state: seed)
        var lane = lane()
        var now = Duration.zero
        var next: Int64 = 1
        var underWay: [Int64] = []
        var taken: Set<Int64> = []
        var settled: [Int64: Int] = [:]
        var committing: [Int64] = []
        var leasing: Int?, asking = false, settling = false, finished = false
        for _ in 0..<400 where !finished {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                guard let limit = leasing else { break }
                leasing = nil
                let numbers = (0..<Int.random(in: 0...limit, using: &random)).map { _ in
                    defer { next += 1 }
                    return next
                }
                taken.formUnion(numbers)
                lane.receive(.leased(numbers.map { Sample.delivery($0) }), at: now)
            case 1 where asking:
                asking = false
                lane.receive(
                    .due(Bool.random(using: &random) ? .milliseconds(Int.random(in: -5...50, using: &random)) : nil),
                    at: now)
            case 2, 3:
                guard let number = underWay.randomElement(using: &random) else { break }
                underWay.removeAll { $0 == number }
                let kind = Verdict.Kind.allCases.randomElement(using: &random) ?? .delivered
                lane.receive(sent(number, Verdict(kind, "x"), chance: 0.5), at: now)
            case 4 where settling:
                settling = false
                lane.receive(.settled, at: now)
            case 5: lane.receive(.nudged, at: now)
            case 8 where settling && seed % 3 == 0:
                // Not written: the same outcomes are to come again.
                settling = false
                for number in committing { settled[number, default: 0] -= 1 }
                lane.receive(.storeRefused("x", settling: true), at: now)
            case 9 where leasing != nil && seed % 3 == 0:
                leasing = nil
                asking = false
                lane.receive(.storeRefused("x", settling: false), at: now)
            case 6:
                if seed % 4 == 0, Int.random(in: 0..<40, using: &random) == 0 { lane.receive(.stop, at: now) }
                // A late or foreign event changes nothing.
                lane.receive(sent(-1, ok), at: now)
            default: now += .milliseconds(Int.random(in: 0...800, using: &random))
            }
            for action in lane.next(at: now) {
                switch action {
                case .lease(let limit):
                    #expect(leasing == nil && limit > 0)
                    leasing = limit
                case .askDue:
                    #expect(!asking)
                    asking = true
                case .send(let delivery): underWay.append(delivery.id.number)
                case .settle(let settlements):
                    #expect(!settling)
                    settling = true
                    committing = settlements.map(\.delivery.number)
                    for settlement in settlements { settled[settlement.delivery.number, default: 0] += 1 }
                case .finish: finished = true
                case .tell, .abandon: break
                }
            }
            #expect(underWay.count <= 2)
            #expect(settled.values.allSatisfy { $0 == 0 || $0 == 1 })
            #expect(Set(settled.keys).isSubset(of: taken))
            let willHappen = leasing != nil || asking || settling || !underWay.isEmpty
            #expect(finished || willHappen || lane.wakeAt != nil, "asleep for ever")
            if let wake = lane.wakeAt, wake <= now {
                // What is due was done: another look finds nothing new, or the lane would spin.
                #expect(wake >= now || lane.next(at: now).isEmpty == false || willHappen)
            }
        }
        if finished { #expect(Set(settled.keys) == taken) }
    }
}

/// Numbers that look random and come again with the same seed (S. Vigna's SplitMix64, public domain).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
