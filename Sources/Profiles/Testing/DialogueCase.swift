import Core
import Foundation
import Synchronization

/// The dialogue part of a test case: a folder with `orders.json` (contract section 4) holds a query beside it, and
/// `expected-reply.txt`, what goes back; it may also hold `expected-download.txt` and `expected-withdrawal.txt`, what the
/// device is sent unasked for the same orders.
///
/// Expected files hold one record or segment a line, an empty line between messages, and at the end a line `# …` for
/// each remark. The clock stands at `now`, message ids are `1`, `2` and so on, the first order has number 1.
struct DialogueCase {
    /// The orders there are.
    static let ordersFile = "orders.json"
    /// 2026-03-14T12:00:00+05:30.
    static let now = Timestamp(microseconds: 1_773_469_800_000_000)
    /// Ten minutes before.
    static let received = Timestamp(microseconds: 1_773_469_200_000_000)

    let directory: String
    let profile: Profile
    let work: [WorkOrder]

    /// - Returns: nil when the folder holds no orders.
    init?(_ directory: String, _ profile: Profile) throws(CaseFault) {
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(Self.ordersFile)") else { return nil }
        self.directory = directory
        self.profile = profile
        do throws(IntakeRefusal) {
            work = try orderChanges(json: Array(data), facility: Facility()).compactMap(\.order).enumerated().map {
                index, order in
                WorkOrder(number: Int64(index + 1), order: order, received: Self.received)
            }
        } catch {
            // People in test cases are made up: the mistakes are told as they are.
            throw CaseFault(what: "\(Self.ordersFile): \(error.mistakes.map(\.sentence).joined(separator: " "))")
        }
    }

    /// Runs it: what is expected of each file, and what came out.
    func outcomes(query bytes: [UInt8]) throws(CaseFault) -> [CaseOutcome] {
        var outcomes: [CaseOutcome] = []
        if let wanted = expected("expected-reply.txt") {
            outcomes.append(CaseOutcome("expected-reply.txt", wanted: wanted, found: try reply(to: bytes)))
        }
        for (file, act) in [("expected-download.txt", Dispatch.Act.place), ("expected-withdrawal.txt", .withdraw)] {
            if let wanted = expected(file) { outcomes.append(CaseOutcome(file, wanted: wanted, found: sent(act))) }
        }
        return outcomes
    }

    /// What answers a query, as an expected file holds it.
    func reply(to bytes: [UInt8]) throws(CaseFault) -> [UInt8] {
        let contents = Self.contents(bytes, profile)
        guard let content = contents.first, contents.count == 1, let query = profile.query(in: content) else {
            throw CaseFault(what: "the recording is not one query that this profile answers")
        }
        let answer = profile.answer(query, orders: work.filter { query.wanted.includes($0) }, context: Self.context())
        let messages = [answer.reply].compactMap { $0 } + answer.following.map(\.content)
        return Self.text(messages.map(shown), remarks: answer.remarks)
    }

    /// What the device is sent unasked, one message an order.
    func sent(_ act: Dispatch.Act) -> [UInt8] {
        let context = Self.context()
        let messages = work.compactMap { work in
            profile.download(
                Dispatch(
                    number: work.number, work: work, act: act, attempt: act == .place ? 1 : 2,
                    placements: act == .place ? [] : [1]), context: context)
        }
        return Self.text(messages.map { shown($0.content) }, remarks: [])
    }

    /// A block has no line end of its own.
    private func shown(_ content: [UInt8]) -> [UInt8] { profile.wire == .blocks ? content + [0x0A] : content }

    private static func context() -> DialogueContext {
        let counter = Counter()
        return DialogueContext(facility: Facility(), now: now, controlID: { counter.next() })
    }

    /// The messages of a recording, its framing undone.
    private static func contents(_ bytes: [UInt8], _ profile: Profile) -> [[UInt8]] {
        switch profile.wire {
        case .astm: return profile.recordTexts(bytes)
        case .blocks: return BlockRecording(bytes, profile.blocks).messages.flatMap(\.texts)
        case .hl7:
            var link = DecodeReport.Link()
            return Capture.hl7Blocks(bytes, into: &link)
        }
    }

    private static func text(_ messages: [[UInt8]], remarks: [String]) -> [UInt8] {
        var text = Array(messages.map { $0.map { $0 == 0x0D ? 0x0A : $0 } }.joined(separator: [0x0A]))
        for remark in remarks { text += Array("# \(remark)\n".utf8) }
        return text
    }

    private func expected(_ file: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(directory)/\(file)").map(Array.init)
    }
}

extension HostQuery.Wanted {
    /// Whether a store gives this order to a query.
    fileprivate func includes(_ work: WorkOrder) -> Bool {
        switch self {
        case .specimens(let accessions): accessions.contains(work.order.accession)
        case .all(let from, let to):
            from.map { work.received >= $0 } ?? true && to.map { work.received < $0 } ?? true
        case .cancel: false
        }
    }
}

/// Counts message ids.
private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> String {
        count.withLock {
            $0 += 1
            return String($0)
        }
    }
}
