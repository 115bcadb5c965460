import Core
import HL7
import Profiles

/// Takes orders in: the message is journalled and its orders stored in one transaction, and only then answered AA.
struct OrderAcceptor: MessageAcceptor {
    /// The name under which messages of the HMS stand in the journal.
    static let source: DeviceID = "orders"

    let facility: Facility
    let orders: any OrderBook
    let journal: any Journal
    let controlIDs: ControlIDs
    /// Runs the reading of a message, one after the other and not on the event loop: a long one must not make the
    /// analysers of that loop wait.
    let work: @Sendable (@escaping @Sendable () -> Void) -> Void

    func accept(
        _ message: [UInt8], fault: String?, received: Timestamp, done: @escaping @Sendable (Acceptance) -> Void
    ) {
        work { read(message, fault, received, done) }
    }

    private func read(
        _ message: [UInt8], _ fault: String?, _ received: Timestamp, _ done: @escaping @Sendable (Acceptance) -> Void
    ) {
        let parsed = try? HL7Message.parse(message)
        do throws(OrderMistake) {
            if let fault { throw OrderMistake(what: fault) }
            guard let parsed else { throw OrderMistake(what: "This is no HL7 message: it does not begin with MSH.") }
            let changes = try HL7Orders(facility: facility).changes(in: parsed)
            orders.apply(changes, source: entry(message, received)) { [self] result in
                switch result {
                case .success(let receipt):
                    done(answer(message, parsed, .accepted, receipt.sentence, received))
                case .failure(let error):
                    done(answer(message, parsed, .error, "Not stored: \(error.sentence)", received))
                }
            }
        } catch {
            refuse(message, parsed, error, received, done)
        }
    }

    func keep(abandoned bytes: [UInt8], received: Timestamp) {
        journal.keepAbandoned(bytes, of: Self.source, received: received)
    }

    /// Keeps a message that is no usable order, so that nothing is lost, and says what is wrong with it.
    private func refuse(
        _ message: [UInt8], _ parsed: HL7Message?, _ mistake: OrderMistake, _ received: Timestamp,
        _ done: @escaping @Sendable (Acceptance) -> Void
    ) {
        var kept = entry(message, received)
        kept.unreadable = mistake.what
        journal.append(kept) { [self] result in
            var text = mistake.what
            if case .failure(let error) = result { text += " Not stored: \(error.sentence)" }
            let (code, meaning) = condition(of: mistake, parsed)
            let detail = HL7Acknowledgement.Detail(
                code: code, meaning: meaning, location: mistake.location, userMessage: text)
            done(answer(message, parsed, .error, text, received, detail))
        }
    }

    /// HL7 table 0357.
    private func condition(of mistake: OrderMistake, _ parsed: HL7Message?) -> (code: String, meaning: String) {
        if parsed == nil { return ("100", "Segment sequence error") }
        if mistake.location == ["MSH", "1", "9"] { return ("200", "Unsupported message type") }
        return ("101", "Required field missing")
    }

    private func entry(_ message: [UInt8], _ received: Timestamp) -> JournalEntry {
        JournalEntry(device: Self.source, wire: .hl7, bytes: message, ending: .complete, received: received)
    }

    private func answer(
        _ bytes: [UInt8], _ message: HL7Message?, _ outcome: MessageOutcome, _ text: String, _ received: Timestamp,
        _ detail: HL7Acknowledgement.Detail? = nil
    ) -> Acceptance {
        Acceptance(
            reply: HL7Answer(policy: .byMessage, controlIDs: controlIDs)
                .bytes(to: bytes, message, outcome: outcome, text: text, at: received, detail: detail))
    }
}

extension OrderReceipt {
    /// What became of the orders, for MSA-3.
    var sentence: String {
        var parts: [String] = []
        if placed > 0 { parts.append("\(placed) placed") }
        if amended > 0 { parts.append("\(amended) amended") }
        if cancelled > 0 { parts.append("\(cancelled) cancelled") }
        if updated > 0 { parts.append("\(updated) with new demographics") }
        if merged > 0 { parts.append("\(merged) merged into another record") }
        return parts.isEmpty ? "no order concerned" : parts.joined(separator: ", ")
    }
}
