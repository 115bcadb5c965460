import Core

/// The decisions of one destination's lane: what to take from the queue, what to send, what to write back, when to wake.
///
/// ## Function
/// Events come in through `receive`, which only notes them; `next` then says what to do, once for any number of events.
/// Time is an argument (`now`, since any fixed moment), and so is chance. At most one lease and one settlement are under
/// way at a time: while one commits, the next one gathers.
///
/// ## Implementation
/// The lane waits, not the delivery: when the breaker opens, what was taken and not yet sent goes back to the queue
/// untouched, and after the pause one delivery is taken as a probe. So the queue shows what waits as `ready`, and all
/// of it is due the moment the destination is back.
package struct LaneMachine {
    /// What happened.
    package enum Event: Sendable {
        /// A lease returned.
        case leased([Delivery])
        /// The queue told when the next delivery falls due: so long from now; nil when nothing waits.
        case due(Duration?)
        /// A delivery ended. `chance` is a random number of 0 ..< 1.
        case sent(DeliveryID, Verdict, chance: Double)
        /// The settlement under way is committed.
        case settled
        /// The store refused a lease or a question; the settlement under way, when `settling`.
        case storeRefused(String, settling: Bool)
        /// Something was queued.
        case nudged
        /// The lane is to end.
        case stop
    }

    /// What to do.
    package enum Action: Hashable, Sendable {
        case lease(limit: Int)
        case askDue
        case send(Delivery)
        case settle([Settlement])
        case tell(LaneNotice)
        /// Cut short what is under way: the time to finish is over.
        case abandon
        /// The lane has ended.
        case finish
    }

    let settings: LaneConfiguration
    var breaker: Breaker
    var suspicion = Suspicion()
    /// Taken, not sent; the next one last.
    var waiting: [Delivery] = []
    var underWay: [DeliveryID: Delivery] = [:]
    var outcomes: [Settlement] = []
    var outcomesSince: Duration?
    var committing: [Settlement] = []
    var notices: [LaneNotice] = []

    var isLeasing = false
    var isAsking = false
    var leaseLimit = 0
    /// Whether the queue may hold something due.
    var mayHaveMore = true
    /// When to look at the queue again though nobody called.
    var lookAt: Duration = .zero
    var storeRetryAt: Duration?
    var storeTold = false
    var stopBy: Duration?
    var abandoned = false
    var finished = false

    /// What the lane is doing.
    package internal(set) var status = LaneStatus()

    /// A lane that has nothing in hand.
    package init(_ settings: LaneConfiguration) {
        self.settings = settings
        breaker = Breaker(policy: settings.retry)
    }
}

// MARK: - Events

extension LaneMachine {
    /// Notes an event.
    package mutating func receive(_ event: Event, at now: Duration) {
        switch event {
        case .leased(let deliveries):
            isLeasing = false
            storeAnswered()
            waiting.append(contentsOf: deliveries.reversed())
            if waiting.count > deliveries.count { waiting.sort { $0.id > $1.id } }
            if deliveries.count >= leaseLimit { mayHaveMore = true }
            // With nothing in hand the next due time decides when to wake; else the end of what is in hand does.
            lookAt = waiting.isEmpty && underWay.isEmpty ? now : now + settings.poll
        case .due(let wait):
            isAsking = false
            storeAnswered()
            lookAt = now + min(wait ?? settings.poll, settings.poll)
            if let wait, wait <= .zero { mayHaveMore = true }
        case .sent(let id, let verdict, let chance): ended(id, verdict, chance: chance, at: now)
        case .settled:
            committing = []
            storeAnswered()
            // The next delivery of a key may be leased only now.
            mayHaveMore = true
        case .storeRefused(let why, let settling):
            if settling {
                outcomes = committing + outcomes
                outcomesSince = now
                committing = []
            } else {
                isLeasing = false
                isAsking = false
                mayHaveMore = true
            }
            storeRetryAt = now + settings.storePause
            if !storeTold { notices.append(.storeRefused(why)) }
            storeTold = true
        case .nudged: mayHaveMore = true
        case .stop:
            guard stopBy == nil else { return }
            stopBy = now + settings.drain
            status.state = .stopping
        }
    }

    private mutating func storeAnswered() {
        storeRetryAt = nil
        storeTold = false
    }

    private mutating func ended(_ id: DeliveryID, _ verdict: Verdict, chance: Double, at now: Duration) {
        guard let delivery = underWay.removeValue(forKey: id) else { return }
        let outcome = judge(delivery, verdict, chance: chance, at: now)
        if outcomes.isEmpty { outcomesSince = now }
        outcomes.append(Settlement(delivery: id, outcome: outcome))
        count(outcome, of: id)
    }

    private mutating func judge(_ delivery: Delivery, _ verdict: Verdict, chance: Double, at now: Duration)
        -> DeliveryOutcome
    {
        var standing = Standing(othersSucceed: false)
        switch verdict.kind {
        case .delivered:
            suspicion.succeeded(delivery.id)
            note(breaker.answered(), verdict)
        case .refused, .unmatched, .conflict:
            note(breaker.answered(), verdict)
        case .outage:
            suspicion.metOutage()
            note(breaker.failed(at: now, stops: false, asked: verdict.retryAfter), verdict)
            standing.pause = breaker.remaining(at: now)
        case .laneFault, .suspect, .missing, .ambiguous:
            let past = suspicion.failed(delivery.id)
            // A lane fault is believed once; a second one of the same delivery, while others pass, is its own.
            let isOwn = past.othersSucceed && (past.repeated || verdict.kind != .laneFault)
            standing = Standing(othersSucceed: isOwn, failures: past.failures)
            if verdict.kind == .missing, isOwn {
                note(breaker.answered(), verdict)
            } else {
                note(
                    breaker.failed(
                        at: now, stops: verdict.kind == .laneFault && !isOwn, asked: verdict.retryAfter), verdict)
            }
            standing.pause = breaker.remaining(at: now)
        }
        let outcome = settings.retry.outcome(
            of: verdict, attempts: delivery.attempts, standing: standing, random: chance)
        // What was never asked for stays in doubt.
        if delivery.isAmbiguous, case .retry(let wait, let why, consumesAttempt: false) = outcome {
            return .ambiguous(after: wait, why: why)
        }
        return outcome
    }

    private mutating func note(_ change: Breaker.Change?, _ verdict: Verdict) {
        switch change {
        case .opened:
            notices.append(.paused(verdict.summary, needsPerson: verdict.kind == .laneFault))
            if stopBy == nil { status.state = .paused(verdict.summary) }
        case .closed:
            notices.append(.resumed)
            if stopBy == nil { status.state = .flowing }
            mayHaveMore = true
        case nil: break
        }
    }

    private mutating func count(_ outcome: DeliveryOutcome, of id: DeliveryID) {
        switch outcome {
        case .delivered: status.delivered += 1
        case .retry: status.retried += 1
        case .ambiguous: status.ambiguous += 1
        case .parked:
            status.parked += 1
            suspicion.forget(id)
            notices.append(.setAside(id, dead: false))
        case .dead:
            status.dead += 1
            suspicion.forget(id)
            notices.append(.setAside(id, dead: true))
        }
    }
}
