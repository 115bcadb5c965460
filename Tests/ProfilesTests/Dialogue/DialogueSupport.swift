import Core
import Profiles
import Synchronization

/// Counts message ids, for contexts of tests.
final class MessageIDs: Sendable {
    private let count = Mutex(0)

    func next() -> String {
        count.withLock {
            $0 += 1
            return String($0)
        }
    }
}

/// 2026-03-14T12:00:00+05:30, ids 1, 2, 3 …, attempt as given.
func context(attempt: Int = 1, facility: Facility = Facility()) -> DialogueContext {
    let ids = MessageIDs()
    return DialogueContext(
        facility: facility, now: Timestamp(microseconds: 1_773_469_800_000_000), attempt: { _ in attempt },
        controlID: { ids.next() })
}

/// An order on the way to a device.
func work(
    _ accession: String, _ tests: [String], number: Int64 = 1, mrn: String = "MRN-1", family: String? = "RAO",
    given: String? = "ASHA", priority: OrderPriority = .routine, state: OrderState = .open
) -> WorkOrder {
    let patient = Patient(
        mrn: mrn, mrnSystem: "urn:labrador:mrn", family: family, given: given, birthDate: "1981-04-02", sex: .female)
    return WorkOrder(
        number: number,
        order: Order(
            accession: accession, patient: patient, kind: .laboratory, priority: priority, state: state,
            tests: tests.map { OrderedTest(code: $0) }),
        received: Timestamp(microseconds: 1_773_469_200_000_000))
}

/// What a profile answers to a query, line by line: the reply, then what follows it; an empty line between messages.
struct Exchange {
    var wanted: HostQuery.Wanted?
    var lines: [String] = []
    var remarks: [String] = []
    var following: [OutboundMessage] = []

    /// A line by its number from 0; empty when there is none.
    subscript(line: Int) -> String { lines.indices.contains(line) ? lines[line] : "" }

    init(_ profile: Profile, _ bytes: [UInt8], orders: [WorkOrder] = [], context: DialogueContext = context()) {
        guard let query = profile.query(in: bytes, facility: context.facility) else { return }
        wanted = query.wanted
        let answer = profile.answer(query, orders: orders, context: context)
        remarks = answer.remarks
        following = answer.following
        let messages = [answer.reply].compactMap { $0 } + answer.following.map(\.content)
        lines = Array(messages.map(shownLines).joined(separator: [""]))
    }

    init(_ profile: Profile, _ lines: [String], orders: [WorkOrder] = [], context: DialogueContext = context()) {
        self.init(profile, Array((lines.joined(separator: "\r") + "\r").utf8), orders: orders, context: context)
    }
}

/// The records or segments of a message as text.
func shownLines(_ content: [UInt8]) -> [String] {
    content.split(separator: 0x0D).map { String(decoding: $0, as: UTF8.self) }
}

/// A dispatch of an order.
func dispatch(_ work: WorkOrder, _ act: Dispatch.Act = .place, attempt: Int = 1, placements: [Int] = []) -> Dispatch {
    Dispatch(number: 77, work: work, act: act, attempt: attempt, placements: placements)
}
