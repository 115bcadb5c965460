import Core
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Carries deliveries from the queue to one destination. The decisions are `LaneMachine`'s; this carries them out.
public final class DeliveryLane: Sendable {
    private enum Event: Sendable {
        case machine(LaneMachine.Event)
        /// Something was queued, as opposed to a timer that fired.
        case nudged
        /// Storage I/O failed: the process may not go on.
        case storageFailed(String)
    }

    /// The destination's configured name.
    public var id: DestinationID { destination.id }

    private let destination: any Destination
    private let queue: any DeliveryQueue
    private let settings: LaneConfiguration
    private let logger: Logger
    private let timers: any EventLoop
    private let now: @Sendable () -> Timestamp
    private let mailbox = Mailbox<Event>()
    private let nudgePending = NIOLockedValueBox(false)
    private let published = NIOLockedValueBox(LaneStatus())

    /// A lane; does nothing before `run()`.
    ///
    /// - Parameter now: The wall clock, as the queue understands it.
    public init(
        destination: any Destination, queue: any DeliveryQueue, configuration: LaneConfiguration = LaneConfiguration(),
        logger: Logger, group: any EventLoopGroup, now: @escaping @Sendable () -> Timestamp
    ) {
        self.destination = destination
        self.queue = queue
        self.settings = configuration
        self.logger = logger
        self.timers = group.next()
        self.now = now
    }

    /// What the lane is doing.
    public var status: LaneStatus { published.withLockedValue { $0 } }

    /// Says that new deliveries were committed. Cheap, from any thread, as often as one likes.
    public func nudge() {
        let first = nudgePending.withLockedValue { pending in
            defer { pending = true }
            return !pending
        }
        if first { mailbox.post(.nudged) }
    }

    /// Runs until its task is cancelled; returns when what was under way is settled, at the latest after the
    /// configuration's `drain`. To be called once.
    ///
    /// - Throws: `StoreError.storageFailed`: the process must end without acknowledging anything more.
    public func run() async throws {
        // The work is shielded from the cancellation, which would cut requests that are under way.
        let work = Task { try await self.work() }
        defer { work.cancel() }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            mailbox.post(.machine(.stop))
        }
    }

    private func work() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var machine = LaneMachine(settings)
        var alarm = Alarm(timers: timers) { [mailbox] in mailbox.wake() }
        let failure = await withDiscardingTaskGroup(returning: StoreError?.self) { group in
            var pending: [Event] = [.machine(.nudged)]
            while true {
                let at = start.duration(to: clock.now)
                for event in pending {
                    switch event {
                    case .machine(let event): machine.receive(event, at: at)
                    case .nudged:
                        nudgePending.withLockedValue { $0 = false }
                        machine.receive(.nudged, at: at)
                    case .storageFailed(let why): return .storageFailed(why)
                    }
                }
                var notices: [LaneNotice] = []
                var isFinished = false
                for action in machine.next(at: at) {
                    switch action {
                    case .send(let delivery): send(delivery)
                    case .tell(let notice): notices.append(notice)
                    case .finish: isFinished = true
                    case .abandon: group.addTask { await self.destination.close() }
                    case .lease(let limit): group.addTask { await self.lease(limit) }
                    case .askDue: group.addTask { await self.askDue() }
                    case .settle(let settlements): group.addTask { await self.settle(settlements) }
                    }
                }
                tell(notices)
                published.withLockedValue { $0 = machine.status }
                if isFinished { return nil }
                alarm.set(machine.wakeAt.map { $0 - at })
                pending = await mailbox.take().events
            }
        }
        alarm.cancel()
        await destination.close()
        if let failure { throw failure }
    }

    private func send(_ delivery: Delivery) {
        destination.send(delivery) { [mailbox, id = delivery.id] verdict in
            mailbox.post(.machine(.sent(id, verdict, chance: .random(in: 0..<1))))
        }
    }

    private func lease(_ limit: Int) async {
        await ask { () async throws(StoreError) in
            .leased(try await self.queue.lease(destination: self.id, limit: limit, now: self.now()))
        }
    }

    private func askDue() async {
        await ask { () async throws(StoreError) in
            guard let due = try await self.queue.nextDue(destination: self.id) else { return .due(nil) }
            let (wait, overflow) = due.microseconds.subtractingReportingOverflow(self.now().microseconds)
            return .due(overflow ? nil : .microseconds(wait))
        }
    }

    private func settle(_ settlements: [Settlement]) async {
        await ask(settling: true) { () async throws(StoreError) in
            try await self.queue.settle(settlements, now: self.now())
            return .settled
        }
    }

    private func ask(settling: Bool = false, _ question: () async throws(StoreError) -> LaneMachine.Event) async {
        do {
            mailbox.post(.machine(try await question()))
        } catch {
            switch error {
            case .storageFailed(let why): mailbox.post(.storageFailed(why))
            case .full(let why), .refused(let why): mailbox.post(.machine(.storeRefused(why, settling: settling)))
            }
        }
    }
}

// MARK: - Telling people

extension DeliveryLane {
    private func tell(_ notices: [LaneNotice]) {
        var setAside: [Bool: [DeliveryID]] = [:]
        for notice in notices {
            switch notice {
            case .paused(let why, needsPerson: false):
                logger.warning("destination \(id) is away: \(why). Deliveries wait for it and go out when it is back.")
            case .paused(let why, needsPerson: true):
                logger.error(
                    """
                    destination \(id) refuses Labrador: \(why). Check its url, token and certificate. Nothing is lost; \
                    it is tried again every \(settings.retry.pauseCap).
                    """)
            case .resumed: logger.notice("destination \(id) is back")
            case .setAside(let delivery, let dead): setAside[dead, default: []].append(delivery)
            case .storeRefused(let why):
                logger.error("destination \(id): the store refuses, \(why). It is asked again.")
            }
        }
        for (dead, deliveries) in setAside {
            let what = dead ? "refused for good" : "set aside"
            let list = deliveries.prefix(5).map(\.description).joined(separator: ", ")
            logger.warning(
                """
                \(deliveries.count) deliveries to \(id) were \(what) (\(list)\(deliveries.count > 5 ? ", …" : "")): see \
                `labrador queue --state \(dead ? "dead" : "parked")`.
                """)
        }
    }
}

/// One timer that is moved rather than multiplied.
private struct Alarm {
    let timers: any EventLoop
    let ring: @Sendable () -> Void
    private var scheduled: (at: NIODeadline, timer: Scheduled<Void>)?

    init(timers: any EventLoop, ring: @escaping @Sendable () -> Void) {
        self.timers = timers
        self.ring = ring
    }

    /// Rings after so long; nil: not at all. Ringing early is harmless, so an earlier alarm is left as it is.
    mutating func set(_ wait: Duration?) {
        guard let wait else { return }
        let now = NIODeadline.now()
        let at = now + TimeAmount(max(wait, .zero))
        if let scheduled, scheduled.at > now, scheduled.at <= at { return }
        cancel()
        scheduled = (at, timers.scheduleTask(deadline: at, ring))
    }

    mutating func cancel() {
        scheduled?.timer.cancel()
        scheduled = nil
    }
}
