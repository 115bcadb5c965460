import Core

/// What happens to an entry.
enum DispatchEvent {
    /// Its order changed.
    case order(OrderNews, DownloadDevice)
    /// It is handed out.
    case taken
    /// It came back.
    case settled(DispatchOutcome, now: Timestamp)
    /// The process ended while it was out: the device may have it.
    case lost
    /// The order goes out in answer to a query, under a new attempt.
    case attempted
    /// The device asked for the order and was told of it.
    case asked
}

/// What is known of a device and an order: a state machine without clock or database.
///
/// While a dispatch is out nothing touches it; what becomes of the order meanwhile is kept as a wish, and carried out
/// where the dispatch comes back.
struct DispatchEntry: Equatable {
    /// Where it stands.
    var state: StoredDispatch
    /// What is to be told, or was told last.
    var act = Core.Dispatch.Act.place
    /// How often it was sent; only rises.
    var attempt = 0
    /// The attempts under which the device has the order, or may have it.
    var placements: [Int] = []
    /// What became of the order while a dispatch was out.
    var wish = DispatchWish.none
    /// Not before this moment.
    var notBefore = Timestamp.distantPast
    /// How many times it failed in a row.
    var failures = 0

    /// Attempts remembered, the newest: an order that is sent more often than this without a withdrawal is one the device
    /// takes again and again.
    static let mostPlacements = 32

    /// Whether the device has the order, or may have it.
    var isKnown: Bool { !placements.isEmpty }

    mutating func handle(_ event: DispatchEvent) {
        switch event {
        case .order(let news, let device): order(news, device)
        case .taken:
            guard state == .due else { return }
            state = .sending
            wish = .none
            attempt += 1
        case .settled(let outcome, let now):
            guard state == .sending else { return }
            settle(outcome, now)
            fulfil()
        case .lost:
            guard state == .sending else { return }
            if act == .place { place(under: attempt) }
            state = .due
            notBefore = .distantPast
            fulfil()
        case .attempted:
            // What is out may arrive under the attempt it was given.
            if state == .sending, act == .place { place(under: attempt) }
            attempt += 1
            place(under: attempt)
            if state == .withdrawn { takeOff(to: .off) }
        case .asked:
            if placements.isEmpty { place(under: attempt) }
            if state == .withdrawn { takeOff(to: .off) }
        }
    }

    private mutating func order(_ news: OrderNews, _ device: DownloadDevice) {
        switch (news, state) {
        // One that asks by itself is told of withdrawals only, and not when the order is open again.
        case (.changed, .sending) where !device.places, (.opened, .sending) where !device.places: wish = .none
        case (.changed, .due) where !device.places, (.opened, .due) where !device.places: takeOff(to: .off)
        case (.changed, _) where !device.places, (.opened, _) where !device.places: break
        case (.changed, .sending), (.opened, .sending): wish = .place
        // It still has it.
        case (.opened, .sent): break
        case (.changed, _), (.opened, _): makeDue(.place)

        case (.cancelled, .sending): wish = device.withdraws ? .withdraw : .nothing
        case (.cancelled, _) where device.withdraws && isKnown: makeDue(.withdraw)
        case (.cancelled, .due), (.cancelled, .refused): takeOff()
        case (.cancelled, .sent), (.cancelled, .notForDevice), (.cancelled, .withdrawn), (.cancelled, .off): break

        // A withdrawal goes on: the device is still to forget it.
        case (.completed, .sending): wish = act == .place ? .nothing : .none
        case (.completed, .due) where act == .place, (.completed, .refused) where act == .place: takeOff()
        case (.completed, _): break
        }
    }

    private mutating func settle(_ outcome: DispatchOutcome, _ now: Timestamp) {
        switch outcome {
        case .taken:
            failures = 0
            if act == .place { place(under: attempt) } else { placements = [] }
            state = act == .place ? .sent : .withdrawn
        case .notForDevice:
            failures = 0
            // Nothing of it is there to be forgotten.
            if act == .withdraw { placements = [] }
            state = act == .place ? .notForDevice : .withdrawn
        case .refused:
            failures += 1
            state = .refused
        case .later(let moment, _):
            if act == .place { place(under: attempt) }
            postpone(to: moment, now)
        case .notSent(let moment, _): postpone(to: moment, now)
        }
    }

    private mutating func postpone(to moment: Timestamp, _ now: Timestamp) {
        state = .due
        failures += 1
        notBefore = min(moment, now.advanced(by: DueTime.longestWait))
    }

    /// Carries out what the order's changes asked for while the dispatch was out.
    ///
    /// One that failed keeps its wait, so that a device in trouble is not pressed.
    private mutating func fulfil() {
        switch wish {
        case .none: break
        case .place: dueAgain(.place)
        case .withdraw where isKnown: dueAgain(.withdraw)
        case .withdraw, .nothing: if state == .due || state == .refused { takeOff() }
        }
        wish = .none
    }

    private mutating func dueAgain(_ act: Core.Dispatch.Act) {
        if state == .due { self.act = act } else { makeDue(act) }
    }

    private mutating func makeDue(_ act: Core.Dispatch.Act) {
        state = .due
        self.act = act
        notBefore = .distantPast
        failures = 0
    }

    /// Nothing more is to be told.
    private mutating func takeOff() { takeOff(to: isKnown ? .sent : .off) }

    private mutating func takeOff(to state: StoredDispatch) {
        self.state = state
        act = .place
        failures = 0
    }

    private mutating func place(under attempt: Int) {
        if placements.contains(attempt) { return }
        placements = Array((placements + [attempt]).suffix(Self.mostPlacements))
    }
}

extension Timestamp {
    /// Before anything that is due.
    static let distantPast = Timestamp(microseconds: 0)
}
