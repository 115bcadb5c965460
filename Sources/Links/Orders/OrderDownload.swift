import Core
import NIOConcurrencyHelpers
import Profiles

/// Tells one device of its orders unasked (order download), as long as the daemon runs: takes what is due, sends it,
/// and writes down how each fared. What fails is tried again later and later; what the device refuses waits for a person.
final class OrderDownload: Sendable {
    /// Orders taken at once.
    static let batch = 16
    /// Longest wait between two tries, in seconds.
    static let longestPause = 300

    let device: DeviceID
    private let profile: LiveProfile
    private let queue: any OrderDispatch
    private let outlet: DeviceOutlet
    private let context: @Sendable (Dispatch) -> DialogueContext
    private let remark: @Sendable (String) -> Void
    private let clock: @Sendable () -> Timestamp
    private let work = Nudge()
    private let isFinished = NIOLockedValueBox(false)
    /// How dispatches ended that are out and not settled yet, at most a batch.
    private let unsettled = NIOLockedValueBox<[Int64: DispatchOutcome]>([:])

    init(
        device: DeviceID, profile: LiveProfile, queue: any OrderDispatch, outlet: DeviceOutlet,
        context: @escaping @Sendable (Dispatch) -> DialogueContext, remark: @escaping @Sendable (String) -> Void,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.device = device
        self.profile = profile
        self.queue = queue
        self.outlet = outlet
        self.context = context
        self.remark = remark
        self.clock = clock
        outlet.onOpen { [work] in work() }
    }

    /// Something may be due: an order changed.
    func nudge() { work() }

    /// Ends `run` when what is on its way is done with.
    func finish() {
        isFinished.withLockedValue { $0 = true }
        work.finish()
    }

    /// Works until `finish`.
    func run() async {
        work()
        var alarm: Task<Void, any Error>?
        for await _ in work.nudges {
            alarm?.cancel()
            do throws(StoreError) {
                try await tellAll()
                alarm = try await nextDue().map { wake(after: $0) }
            } catch {
                remark("Orders wait: \(error.sentence)")
                alarm = wake(after: .seconds(Self.pause(after: 1)))
            }
        }
        alarm?.cancel()
    }

    /// How long a dispatch waits after so many failures in a row, in seconds: 5, 10, 20 and so on.
    static func pause(after failures: Int) -> Int { min(longestPause, 5 << min(6, max(0, failures - 1))) }

    private func tellAll() async throws(StoreError) {
        try await settleRest()
        while outlet.isOpen, !isFinished.withLockedValue({ $0 }) {
            let due = try await take()
            if due.isEmpty { return }
            for dispatch in due {
                unsettled.withLockedValue {
                    $0[dispatch.number] = .notSent(next(after: dispatch), why: "it had to wait")
                }
            }
            for dispatch in due where !isFinished.withLockedValue({ $0 }) {
                let outcome = await tell(dispatch)
                unsettled.withLockedValue { $0[dispatch.number] = outcome }
                try await settle([(dispatch.number, outcome)])
            }
            try await settleRest()
        }
    }

    /// What was taken and could not be settled, or was not told when the daemon stopped: it stays out until it is settled.
    private func settleRest() async throws(StoreError) {
        let rest = unsettled.withLockedValue { $0.map { (dispatch: $0.key, outcome: $0.value) } }
        if !rest.isEmpty { try await settle(rest) }
    }

    private func tell(_ dispatch: Dispatch) async -> DispatchOutcome {
        if dispatch.act == .place, dispatch.work.isShared {
            remark(
                "Two patients have open orders under one accession; neither was sent. Cancel the wrong order in the HMS."
            )
            return .notSent(next(after: dispatch), why: "two patients have open orders under its accession")
        }
        guard let message = profile.now.download(dispatch, context: context(dispatch)) else { return .notForDevice }
        let outcome = await withCheckedContinuation { continuation in
            outlet.send(message) { continuation.resume(returning: $0) }
        }
        switch outcome {
        case .taken: return .taken
        case .refused(let words):
            // Its words may quote the order.
            remark("It refused an order; `labrador orders` shows which, `labrador explain` why.")
            return .refused(words)
        case .failed(let why): return .later(next(after: dispatch), why: why)
        case .superseded: return .notSent(next(after: dispatch), why: "it was taken back")
        case .notSent(let why): return .notSent(next(after: dispatch), why: why)
        case .notConnected: return .notSent(next(after: dispatch), why: "the device is not connected")
        }
    }

    private func next(after dispatch: Dispatch) -> Timestamp {
        Timestamp(microseconds: clock().microseconds + Int64(Self.pause(after: dispatch.failures + 1)) * 1_000_000)
    }

    // MARK: - The queue

    private func take() async throws(StoreError) -> [Dispatch] {
        try await withCheckedContinuation { continuation in
            queue.takeDispatches(device: device, limit: Self.batch, now: clock()) {
                continuation.resume(returning: $0)
            }
        }.get()
    }

    private func settle(_ outcomes: [(dispatch: Int64, outcome: DispatchOutcome)]) async throws(StoreError) {
        try await withCheckedContinuation { continuation in
            queue.settle(outcomes, now: clock()) { continuation.resume(returning: $0) }
        }.get()
        unsettled.withLockedValue { unsettled in
            for (dispatch, _) in outcomes { unsettled[dispatch] = nil }
        }
    }

    private func nextDue() async throws(StoreError) -> Duration? {
        // A connection that opens wakes us anyway.
        guard outlet.isOpen else { return nil }
        let next = try await withCheckedContinuation { continuation in
            queue.nextDispatch(device: device) { continuation.resume(returning: $0) }
        }.get()
        return next.map { .microseconds(max(0, $0.microseconds - clock().microseconds)) }
    }

    private func wake(after pause: Duration) -> Task<Void, any Error> {
        Task { [work] in
            try await Task.sleep(for: pause)
            work()
        }
    }
}
