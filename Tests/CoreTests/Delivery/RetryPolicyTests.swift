import Core
import Testing

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()
    private let alone = Standing(othersSucceed: false)
    private let among = Standing(othersSucceed: true)

    private func outcome(
        _ kind: Verdict.Kind, attempts: Int = 0, _ standing: Standing, asked: Duration? = nil, random: Double = 1
    ) -> DeliveryOutcome {
        policy.outcome(
            of: Verdict(kind, "x", retryAfter: asked), attempts: attempts, standing: standing, random: random)
    }

    @Test func waitsDoubleUpToTheCapAndJitterTakesAnyShare() {
        let waits = (0...9).map { policy.backoff(failures: $0, random: 1) }
        #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map { .seconds($0) })
        #expect(policy.backoff(failures: 3, random: 0) == .zero)
        #expect(policy.backoff(failures: 3, random: 0.5) == .seconds(8))
        #expect(policy.backoff(failures: 1_000_000, random: 1) == .seconds(300))
        #expect(policy.backoff(failures: -1, random: .nan) == .seconds(2))
    }

    @Test func endsAreEnds() {
        for standing in [alone, among] {
            #expect(outcome(.delivered, standing) == .delivered("x"))
            #expect(outcome(.refused, standing) == .dead("x"))
            #expect(outcome(.unmatched, standing) == .parked("x"))
        }
    }

    @Test func anOutageNeverCountsAndNeverEnds() {
        for attempts in [0, 7, 8, 1_000] {
            let expected = DeliveryOutcome.retry(after: .milliseconds(500), why: "x", consumesAttempt: false)
            #expect(outcome(.outage, attempts: attempts, alone) == expected)
            #expect(outcome(.outage, attempts: attempts, among) == expected)
        }
    }

    @Test func aDeliveryWaitsJustLongerThanItsLane() {
        let paused = Standing(othersSucceed: false, pause: .seconds(4))
        #expect(
            outcome(.outage, paused, random: 0) == .retry(after: .milliseconds(4_250), why: "x", consumesAttempt: false)
        )
        #expect(
            outcome(.outage, paused, random: 1) == .retry(after: .milliseconds(4_500), why: "x", consumesAttempt: false)
        )
    }

    @Test func theServersWaitIsHonouredUpToItsCap() {
        #expect(
            outcome(.outage, alone, asked: .seconds(20))
                == .retry(after: .seconds(20), why: "x", consumesAttempt: false))
        #expect(
            outcome(.outage, alone, asked: .seconds(3_600))
                == .retry(after: .seconds(60), why: "x", consumesAttempt: false))
    }

    @Test func aSuspectIsSetAsideOnlyWhileOthersSucceed() {
        for attempts in 0..<7 {
            let wait = policy.backoff(failures: attempts, random: 1)
            #expect(
                outcome(.suspect, attempts: attempts, among) == .retry(after: wait, why: "x", consumesAttempt: true))
        }
        #expect(outcome(.suspect, attempts: 7, among) == .parked("8 times x"))
        for attempts in [0, 7, 8, 100] {
            #expect(
                outcome(.suspect, attempts: attempts, alone)
                    == .retry(after: .milliseconds(500), why: "x", consumesAttempt: false))
        }
    }

    @Test func aConflictIsTriedThreeTimes() {
        #expect(outcome(.conflict, attempts: 1, alone) == .retry(after: .seconds(4), why: "x", consumesAttempt: true))
        #expect(outcome(.conflict, attempts: 2, alone) == .parked("3 times x"))
    }

    @Test func aLaneFaultNeverCountsUnlessOthersPass() {
        #expect(
            outcome(.laneFault, attempts: 50, alone)
                == .retry(after: .milliseconds(500), why: "x", consumesAttempt: false))
        #expect(outcome(.laneFault, attempts: 7, among) == .parked("8 times x"))
    }

    @Test func somethingMissingIsForAPersonUnlessNothingPasses() {
        #expect(outcome(.missing, among) == .parked("x"))
        #expect(outcome(.missing, alone) == .retry(after: .milliseconds(500), why: "x", consumesAttempt: false))
    }

    @Test func anAmbiguousOneIsAskedForAgainAndInTheEndSetAside() {
        #expect(outcome(.ambiguous, alone) == .ambiguous(after: .milliseconds(500), why: "x"))
        let fourth = Standing(othersSucceed: true, failures: 3)
        #expect(outcome(.ambiguous, fourth) == .ambiguous(after: .seconds(16), why: "x"))
        let eighth = Standing(othersSucceed: true, failures: 7)
        guard case .parked = outcome(.ambiguous, eighth) else { return #expect(Bool(false), "is to be parked") }
        let lonely = Standing(othersSucceed: false, failures: 7)
        #expect(outcome(.ambiguous, lonely) == .ambiguous(after: .milliseconds(500), why: "x"))
    }
}
