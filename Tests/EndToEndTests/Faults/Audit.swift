/// A message as the store holds it.
struct StoredMessage: Sendable {
    var device: String
    var bytes: [UInt8]
    /// Why it is not whole; nil when it is.
    var incomplete: String?
}

/// Compares what devices know with what the store and the HMS hold. Pure, so that it can be shown to find what it must.
enum Audit {
    /// Everything that is not as it must be, a sentence each; empty when all is well.
    ///
    /// - Every acknowledged message is in the store, whole and byte for byte.
    /// - Everything before an acknowledged drop of level is in the store.
    /// - The store holds nothing that was not sent: whole messages as sent, incomplete ones as their beginning.
    /// - Every result of every acknowledged message is at the HMS, once, under one identifier.
    /// - The HMS holds nothing that was not sent, and no identifier twice.
    static func mistakes(_ record: Ledger.Record, stored: [StoredMessage], seen: [SeenObservation]) -> [String] {
        inStore(record, stored) + atHMS(record, seen)
    }

    private static func inStore(_ record: Ledger.Record, _ stored: [StoredMessage]) -> [String] {
        var mistakes: [String] = []
        let whole = Set(stored.filter { $0.incomplete == nil }.map { Key($0.device, $0.bytes) })
        let byDevice = Dictionary(grouping: stored, by: \.device)
        for number in record.acknowledged {
            let message = record.sent[number]
            if !whole.contains(Key(message.device, message.bytes)) {
                mistakes.append("message \(number) of \(message.device) was acknowledged and is not in the store")
            }
        }
        for part in record.saved
        where byDevice[part.device]?.contains(where: { $0.bytes.starts(with: part.bytes) }) != true {
            mistakes.append("\(part.bytes.count) bytes of \(part.device) were acknowledged and are not in the store")
        }
        let sent = Set(record.sent.map { Key($0.device, $0.bytes) })
        let sentByDevice = Dictionary(grouping: record.sent, by: \.device)
        for message in stored {
            let isKnown =
                message.incomplete == nil
                ? sent.contains(Key(message.device, message.bytes))
                : sentByDevice[message.device]?.contains { $0.bytes.starts(with: message.bytes) } == true
            if !isKnown {
                mistakes.append("the store holds \(message.bytes.count) bytes that \(message.device) never sent")
            }
        }
        return mistakes
    }

    private static func atHMS(_ record: Ledger.Record, _ seen: [SeenObservation]) -> [String] {
        var mistakes: [String] = []
        var counts: [SentResult: Int] = [:]
        for one in seen {
            let result = SentResult(accession: one.accession, mrn: one.mrn, code: one.code, value: one.value ?? "")
            counts[result, default: 0] += 1
        }
        for number in record.acknowledged {
            for result in record.sent[number].results where counts[result] != 1 {
                mistakes.append("\(result) is \(counts[result] ?? 0) times at the HMS")
            }
        }
        let sent = Set(record.sent.flatMap(\.results))
        for result in counts.keys where !sent.contains(result) { mistakes.append("\(result) was never sent") }
        let ids = Dictionary(grouping: seen, by: \.id)
        for (id, group) in ids where group.count > 1 || id.isEmpty {
            mistakes.append("the identifier '\(id)' stands \(group.count) times at the HMS")
        }
        return mistakes
    }

    private struct Key: Hashable {
        var device: String
        var bytes: [UInt8]

        init(_ device: String, _ bytes: [UInt8]) { (self.device, self.bytes) = (device, bytes) }
    }
}
