import ASTM
import Core
import HL7
import Profiles

/// The host's part: acknowledges results, answers queries from a list of orders, and sends these unasked if it is to.
/// Nothing is stored.
struct SimulatedHost: SimulatedPart {
    private let voice: SimulatedVoice
    private let work: [WorkOrder]
    /// Orders to be sent unasked, the next first, each with how often it failed.
    private var queue: [(work: WorkOrder, failures: Int)] = []
    private var isSending = false
    private var isConnected = false
    /// By order number: how often it was sent (IHE LAW: an id is never used again).
    private var attempts: [Int64: Int] = [:]

    /// How often an order is sent before it is given up.
    static let mostTries = 5
    /// The number of what is sent unasked; answers to queries have another.
    private static let download = 1
    private static let asked = 0

    init(_ voice: SimulatedVoice, work: [WorkOrder], sendsOrders: Bool) {
        self.voice = voice
        self.work = work
        if sendsOrders { queue = work.map { ($0, 0) } }
    }

    mutating func handle(_ event: PartEvent, now: Timestamp) -> [PartAction] {
        switch event {
        case .connected:
            isConnected = true
            return sendNext(now)
        case .message(let bytes): return take(bytes, now)
        case .sent(Self.download, let outcome): return sent(outcome, now)
        case .timerFired: return sendNext(now)
        case .sent(_, .accepted), .ask: return []
        case .sent(_, let outcome): return [.told(.undelivered(outcome))]
        case .lineLost:
            isConnected = false
            return []
        }
    }

    // MARK: - Orders unasked

    private mutating func sendNext(_ now: Timestamp) -> [PartAction] {
        guard isConnected, !isSending else { return [] }
        var actions: [PartAction] = []
        while let next = queue.first {
            let number = next.work.number
            attempts[number, default: 0] += 1
            let dispatch = Dispatch(
                number: number, work: next.work, act: .place, attempt: attempts[number] ?? 1)
            if let message = voice.profile.download(dispatch, context: voice.context(now)) {
                isSending = true
                return actions + [.send(number: Self.download, message)]
            }
            queue.removeFirst()
            actions.append(.told(.order(accession: next.work.order.accession, nil)))
        }
        return actions
    }

    private mutating func sent(_ outcome: SimulationOutcome, _ now: Timestamp) -> [PartAction] {
        isSending = false
        guard let first = queue.first else { return [] }
        if case .lost = outcome, first.failures + 1 < Self.mostTries {
            // It is sent again after a moment, or when the line is there again.
            queue[0].failures += 1
            return [.startTimer(voice.times.link.contentionInstrument)]
        }
        queue.removeFirst()
        return [.told(.order(accession: first.work.order.accession, outcome))] + sendNext(now)
    }

    // MARK: - What comes

    private mutating func take(_ bytes: [UInt8], _ now: Timestamp) -> [PartAction] {
        let message = voice.profile.wire == .hl7 ? try? HL7Message.parse(bytes) : nil
        if let message, HL7Turn.isAnswer(message) { return [] }
        if !voice.refuses, let query = voice.profile.query(in: bytes, facility: voice.facility) {
            return answer(query, message, now)
        }
        let summary = voice.profile.summary(of: bytes, voice.facility)
        return acknowledge(bytes, message, now)
            + [.told(.message(bytes: bytes, summary: summary, isAccepted: !voice.refuses))]
    }

    private mutating func answer(_ query: HostQuery, _ message: HL7Message?, _ now: Timestamp) -> [PartAction] {
        let found = work.filter { query.wanted.includes($0) }
        for order in found { attempts[order.number, default: 0] += 1 }
        let answer = voice.profile.answer(query, orders: found, context: voice.context(now, attempts: attempts))
        var actions: [PartAction] = []
        if let reply = answer.reply, let message {
            let plan = AcknowledgementPlan(for: message, policy: voice.profile.acknowledgement, outcome: .accepted)
            actions = plan.commit.map { [.reply(acknowledgement($0, message, now))] } ?? []
            actions.append(.reply(reply))
        } else {
            actions = acknowledge(query.bytes, message, now)
        }
        actions += answer.following.map { .send(number: Self.asked, $0) }
        return actions + [
            .told(
                .query(bytes: query.bytes, asked: query.wanted.words, orders: found.count, remarks: answer.remarks))
        ]
    }

    private func acknowledge(_ bytes: [UInt8], _ message: HL7Message?, _ now: Timestamp) -> [PartAction] {
        guard voice.profile.wire == .hl7 else { return [] }
        guard let message else {
            let answer = HL7Acknowledgement(
                code: .AE, controlID: voice.controlIDs.next(), time: now.compact(), text: "No HL7 message")
            return [.reply(answer.answer(toUnreadable: bytes))]
        }
        let outcome: MessageOutcome = voice.refuses ? .error : .accepted
        return AcknowledgementPlan(for: message, policy: voice.profile.acknowledgement, outcome: outcome).codes
            .map { .reply(acknowledgement($0, message, now)) }
    }

    private func acknowledgement(
        _ code: HL7Acknowledgement.Code, _ message: HL7Message, _ now: Timestamp
    ) -> [UInt8] {
        HL7Acknowledgement(
            code: code, controlID: voice.controlIDs.next(), time: now.compact(),
            text: voice.refuses ? "The simulated host refuses everything" : ""
        ).answer(to: message)
    }
}

extension HostQuery.Wanted {
    /// Whether this order is asked for.
    fileprivate func includes(_ work: WorkOrder) -> Bool {
        switch self {
        case .specimens(let accessions): accessions.contains(work.order.accession)
        case .all(let from, let to):
            (from.map { work.received >= $0 } ?? true) && (to.map { work.received < $0 } ?? true)
        case .cancel: false
        }
    }

    /// What is asked for, for the person at the simulator.
    fileprivate var words: String {
        switch self {
        case .specimens(let accessions): accessions.isEmpty ? "no specimen" : accessions.joined(separator: ", ")
        case .all: "all orders"
        case .cancel: "nothing any more"
        }
    }
}

extension Profile {
    /// What a message holds, in a few words: `result L24-1 (3 results), query L24-2`.
    fileprivate func summary(of bytes: [UInt8], _ facility: Facility) -> String {
        let report = decode(bytes, facility: facility)
        if let unreadable = report.unreadable { return "unreadable: \(unreadable)" }
        let parts = report.messages.map { message in
            let count = message.report.observations.count
            let specimen = message.report.specimen.isEmpty ? "without specimen" : message.report.specimen
            return "\(message.report.kind.rawValue) \(specimen)"
                + (count == 0 ? "" : " (\(count) result\(count == 1 ? "" : "s"))")
        }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
