import Core
import Testing

/// Transcripts: seconds are since any fixed moment.
@Suite struct BreakerTests {
    private let policy = RetryPolicy(pause: .seconds(1), pauseCap: .seconds(15))

    private func opened(at now: Duration = .zero) -> Breaker {
        var breaker = Breaker(policy: policy)
        for _ in 0..<5 { _ = breaker.failed(at: now, stops: false) }
        return breaker
    }

    @Test func fiveFailuresInARowOpenAndTellOnce() {
        var breaker = Breaker(policy: policy)
        let changes = (0..<7).map { _ in breaker.failed(at: .seconds(10), stops: false) }
        #expect(changes == [nil, nil, nil, nil, .opened, nil, nil])
        #expect(breaker.state == .open(until: .seconds(11), pause: .seconds(1)))
    }

    @Test func anAnswerStartsTheCountAnew() {
        var breaker = Breaker(policy: policy)
        for _ in 0..<4 { _ = breaker.failed(at: .zero, stops: false) }
        #expect(breaker.answered() == nil)
        for _ in 0..<4 { #expect(breaker.failed(at: .zero, stops: false) == nil) }
        #expect(breaker.permission(at: .zero) == .all)
    }

    @Test func oneProbeAfterThePause() {
        var breaker = opened()
        #expect(breaker.permission(at: .milliseconds(999)) == .none(until: .seconds(1)))
        #expect(breaker.permission(at: .seconds(1)) == .one)
        breaker.probe()
        #expect(breaker.permission(at: .seconds(1)) == .awaitProbe)
        #expect(breaker.answered() == .closed)
        #expect(breaker.permission(at: .seconds(1)) == .all)
    }

    @Test func pausesDoubleUpToTheCap() {
        var breaker = opened()
        var now = Duration.zero
        var pauses: [Duration] = []
        for _ in 0..<7 {
            guard case .open(let until, let pause) = breaker.state else { return #expect(Bool(false)) }
            pauses.append(pause)
            now = until
            breaker.probe()
            #expect(breaker.failed(at: now, stops: false) == nil)
        }
        #expect(pauses == [1, 2, 4, 8, 15, 15, 15].map { .seconds($0) })
    }

    @Test func aFaultThatNeedsAPersonOpensAtOnce() {
        var breaker = Breaker(policy: policy)
        #expect(breaker.failed(at: .zero, stops: true) == .opened)
        #expect(breaker.remaining(at: .milliseconds(400)) == .milliseconds(600))
    }

    @Test func theServersWaitIsHonoured() {
        var breaker = Breaker(policy: policy)
        for _ in 0..<5 { _ = breaker.failed(at: .zero, stops: false, asked: .seconds(3_600)) }
        #expect(breaker.permission(at: .seconds(59)) == .none(until: .seconds(60)))
    }

    @Test func aLateSuccessCloses() {
        var breaker = opened()
        #expect(breaker.answered() == .closed)
        #expect(breaker.state == .closed(failures: 0))
    }

    /// Every state with every event, illegal ones included: nothing traps, and only these states follow.
    @Test func grid() {
        let states: [(String, Breaker)] = [
            ("closed", Breaker(policy: policy)), ("open", opened()),
            (
                "probing",
                {
                    var breaker = opened(); breaker.probe(); return breaker
                }()
            ),
        ]
        for (name, breaker) in states {
            var answered = breaker
            #expect(answered.answered() == (name == "closed" ? nil : .closed))
            #expect(answered.state == .closed(failures: 0), "\(name), answered")
            var failed = breaker
            #expect(failed.failed(at: .seconds(3), stops: false) == nil)
            var stopped = breaker
            #expect(stopped.failed(at: .seconds(3), stops: true) == (name == "closed" ? .opened : nil))
            var probed = breaker
            probed.probe()
            switch name {
            case "closed":
                #expect(failed.state == .closed(failures: 1))
                #expect(probed.state == .closed(failures: 0))
            case "open":
                #expect(failed.state == breaker.state)
                #expect(probed.state == .probing(pause: .seconds(1)))
            default:
                #expect(failed.state == .open(until: .seconds(5), pause: .seconds(2)))
                #expect(probed.state == breaker.state)
            }
        }
    }
}
