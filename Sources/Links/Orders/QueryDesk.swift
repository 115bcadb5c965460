import Core
import Dispatch
import Profiles

/// What devices are told of orders, and what is kept of it.
public typealias DeviceOrders = OrderDispatch & QueriedOrders & WorkOrders

/// Answers what an analyser asks from the local store: the HMS is never asked while the analyser waits.
struct QueryDesk: Sendable {
    let device: DeviceID
    /// The device's profile, as it is when something is asked.
    let live: LiveProfile
    let orders: any DeviceOrders
    let facility: Facility
    let controlIDs: ControlIDs
    let remark: @Sendable (String) -> Void
    let clock: @Sendable () -> Timestamp
    /// Runs when it was noted that orders were told: one cancelled meanwhile may be due to be withdrawn.
    var noted: @Sendable () -> Void = {}
    /// Runs the writing of an answer.
    var work: @Sendable (@escaping @Sendable () -> Void) -> Void = QueryDesk.aside

    /// The profile now.
    var profile: Profile { live.now }

    /// Most open orders one query is answered from.
    static let mostOrders = 10_000
    /// Writes answers in daemons.
    static let aside: @Sendable (@escaping @Sendable () -> Void) -> Void = { work in queue.async { work() } }
    private static let queue = DispatchQueue(label: "labrador.queries", attributes: .concurrent)

    /// What a message asks of us: LIS02 record text, or one HL7 message; nil when it is no query.
    func query(in bytes: [UInt8]) -> HostQuery? { profile.query(in: bytes, facility: facility) }

    /// Looks the orders up and lets the profile write the answer. `done` runs once, on any thread; nil when the store
    /// could not be read: the analyser then hears nothing and asks again, rather than "nothing ordered".
    func answer(_ query: HostQuery, done: @escaping @Sendable (QueryAnswer?) -> Void) {
        let asked = clock()
        guard let filter = filter(for: query) else {
            return done(profile.answer(query, orders: [], context: context(attempts: [:])))
        }
        orders.workOrders(filter) { result in
            switch result {
            case .success(let found): write(query, asked, found, done)
            case .failure(let error):
                remark("A query could not be answered: \(error.sentence)")
                done(nil)
            }
        }
    }

    private func filter(for query: HostQuery) -> WorkOrderFilter? {
        switch query.wanted {
        case .cancel: nil
        case .specimens(let ids): WorkOrderFilter(accessions: ids, limit: Self.mostOrders)
        case .all(let from, let to):
            WorkOrderFilter(from: from, to: to, withoutResultsOf: device, limit: Self.mostOrders)
        }
    }

    private func write(
        _ query: HostQuery, _ asked: Timestamp, _ found: [WorkOrder], _ done: @escaping @Sendable (QueryAnswer?) -> Void
    ) {
        // One answer is written by one profile, whatever is changed meanwhile.
        let profile = profile
        // Neither the store's threads nor an event loop wait while an answer is written.
        let finish = { @Sendable (attempts: [Int64: Int]) in
            work {
                var answer = profile.answer(query, orders: found, context: context(attempts: attempts))
                if found.count >= Self.mostOrders {
                    answer.remarks.append(
                        "More than \(Self.mostOrders) orders are open; the oldest were looked at. Complete what is "
                            + "finished in the HMS, or let the analyser ask for a span of time.")
                }
                for text in answer.remarks { remark(text) }
                if let limit = profile.answersQueriesWithin, isOver(limit, since: asked) {
                    remark(
                        "The answer to a query was ready later than the analyser waits, so that it was not sent. The disk "
                            + "is too slow or too busy; let the analyser ask again.")
                    return done(nil)
                }
                done(answer)
                note(answer.told)
            }
        }
        guard profile.numbersAttempts, !found.isEmpty else { return finish([:]) }
        orders.attempts(for: found.map(\.number), device: device) { result in
            switch result {
            case .success(let attempts): finish(attempts)
            case .failure(let error):
                remark("A query could not be answered: \(error.sentence)")
                done(nil)
            }
        }
    }

    private func isOver(_ limit: Duration, since asked: Timestamp) -> Bool {
        clock().microseconds - asked.microseconds > limit.wholeMicroseconds
    }

    /// Keeps for the order's story that it was asked for.
    private func note(_ told: Set<Int64>) {
        guard !told.isEmpty else { return }
        orders.noteAsked(told.sorted(), device: device, at: clock()) { result in
            switch result {
            case .success: noted()
            case .failure(let error): remark("That orders were asked for was not noted: \(error.sentence)")
            }
        }
    }

    /// What the profile needs to know to write to the device now.
    func context(attempts: [Int64: Int]) -> DialogueContext {
        DialogueContext(
            facility: facility, now: clock(), attempt: { attempts[$0] ?? 1 },
            controlID: { [controlIDs] in controlIDs.next() })
    }
}
