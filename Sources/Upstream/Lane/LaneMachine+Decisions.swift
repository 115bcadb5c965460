import Core

extension LaneMachine {
    /// What to do now.
    package mutating func next(at now: Duration) -> [Action] {
        guard !finished else { return [] }
        var actions: [Action] = []
        startSending(at: now, into: &actions)
        settle(at: now, into: &actions)
        lookIntoQueue(at: now, into: &actions)
        stop(at: now, into: &actions)
        actions += notices.map { .tell($0) }
        notices = []
        status.underWay = underWay.count
        status.oldest =
            underWay.isEmpty ? waiting.last?.content.received : underWay.values.map(\.content.received).min()
        return actions
    }

    /// When `next` is to be called again though nothing happened; nil when only an event can change anything.
    package var wakeAt: Duration? {
        guard !finished else { return nil }
        var times: [Duration] = []
        if let stopBy, !abandoned { times.append(stopBy) }
        if let storeRetryAt {
            times.append(storeRetryAt)
        } else if committing.isEmpty, let outcomesSince, !outcomes.isEmpty {
            times.append(outcomesSince + settings.settleWithin)
        }
        if stopBy == nil, storeRetryAt == nil, !isLeasing, !isAsking, waiting.isEmpty {
            switch breaker.permission(at: .zero) {
            case .none(let until): times.append(mayHaveMore ? until : max(until, lookAt))
            case .one, .all: times.append(lookAt)
            case .awaitProbe: break
            }
        }
        return times.min()
    }

    private mutating func startSending(at now: Duration, into actions: inout [Action]) {
        guard stopBy == nil else { return giveBack("Labrador is stopping", at: now) }
        switch breaker.permission(at: now) {
        case .all:
            while underWay.count < settings.concurrency, let delivery = waiting.popLast() {
                start(delivery, into: &actions)
            }
        case .one:
            if let delivery = waiting.popLast() {
                breaker.probe()
                start(delivery, into: &actions)
            }
            giveBack("waits for the destination", at: now)
        case .none, .awaitProbe: giveBack("waits for the destination", at: now)
        }
    }

    private mutating func start(_ delivery: Delivery, into actions: inout [Action]) {
        underWay[delivery.id] = delivery
        actions.append(.send(delivery))
    }

    /// Returns what was taken and not sent, as it was.
    private mutating func giveBack(_ why: String, at now: Duration) {
        guard !waiting.isEmpty else { return }
        if outcomes.isEmpty { outcomesSince = now }
        for delivery in waiting.reversed() {
            let outcome: DeliveryOutcome =
                delivery.isAmbiguous
                ? .ambiguous(after: .zero, why: why) : .retry(after: .zero, why: why, consumesAttempt: false)
            outcomes.append(Settlement(delivery: delivery.id, outcome: outcome))
        }
        waiting = []
        mayHaveMore = true
    }

    private mutating func settle(at now: Duration, into actions: inout [Action]) {
        guard committing.isEmpty, let since = outcomesSince, !outcomes.isEmpty, mayAskStore(at: now) else { return }
        let isDue = outcomes.count >= settings.settleBatch || underWay.isEmpty || now >= since + settings.settleWithin
        guard isDue else { return }
        committing = outcomes
        outcomes = []
        outcomesSince = nil
        actions.append(.settle(committing))
    }

    private mutating func lookIntoQueue(at now: Duration, into actions: inout [Action]) {
        guard stopBy == nil, !isLeasing, !isAsking, mayAskStore(at: now) else { return }
        let limit: Int
        switch breaker.permission(at: now) {
        case .all: limit = settings.batch - waiting.count
        case .one: limit = 1
        case .none, .awaitProbe: return
        }
        guard limit > 0, waiting.count <= settings.concurrency else { return }
        if mayHaveMore {
            isLeasing = true
            leaseLimit = limit
            // One call answers all nudges before it; those that come meanwhile ask again.
            mayHaveMore = false
            actions.append(.lease(limit: limit))
        } else if now >= lookAt, waiting.isEmpty {
            isAsking = true
            actions.append(.askDue)
        }
    }

    private func mayAskStore(at now: Duration) -> Bool { storeRetryAt.map { now >= $0 } ?? true }

    private mutating func stop(at now: Duration, into actions: inout [Action]) {
        guard let stopBy else { return }
        if !underWay.isEmpty, now >= stopBy, !abandoned {
            abandoned = true
            actions.append(.abandon)
        }
        // A store that refuses keeps the lane from writing; at its next start it takes what was leased for ambiguous.
        let written = outcomes.isEmpty || (storeRetryAt != nil && now >= stopBy)
        if underWay.isEmpty, waiting.isEmpty, written, committing.isEmpty, !isLeasing, !isAsking {
            finished = true
            actions.append(.finish)
        }
    }
}
