import ASTM
import HL7

/// What one journalled message may hold. No analyser sends so much; a message beyond it is unreadable, so that none can
/// keep the others waiting.
struct MessageLimits: Sendable {
    /// Records or segments.
    var lines = 50_000
    /// Result lines (R, OBX).
    var results = 10_000
    /// Repeats and components of one field together.
    var partsOfField = 50_000
    /// Bytes of one value that decoding, JSON and store copy; of a longer one only the length is told.
    var valueBytes = 128 << 10

    static let standard = MessageLimits()

    /// The limit that some messages break, as a sentence; nil when none.
    func broken(by messages: [ASTMMessage], also others: [String] = []) -> String? {
        let lineCount = messages.reduce(0) { $0 + $1.records.count }
        if lineCount > lines { return sentence("\(lineCount) records", lines) }
        let isResult = { (type: RecordType) in
            type == .result || (!others.isEmpty && others.contains(String(type.letter)))
        }
        let resultCount = messages.reduce(0) { $0 + $1.records.count { isResult($0.type) } }
        if resultCount > results { return sentence("\(resultCount) results", results) }
        for message in messages {
            let (field, marks) = (
                message.delimiters.field, [message.delimiters.repeat, message.delimiters.component].compactMap { $0 }
            )
            for record in message.records where isCrowded(record.bytes, field, marks) && record.isLookedAt {
                return crowded("\(record.type.letter)|\(record.position)")
            }
        }
        return nil
    }

    /// The limit that a message breaks, as a sentence; nil when none.
    func broken(by message: HL7Message, also others: [String] = []) -> String? {
        if message.segmentCount > lines { return sentence("\(message.segmentCount) segments", lines) }
        let delimiters = message.delimiters
        let marks = [delimiters.repeat, delimiters.component].compactMap { $0 }
        var resultCount = 0
        for segment in message.segments {
            if segment.packedName == SegmentName.obx || (!others.isEmpty && others.contains(segment.name)) {
                resultCount += 1
            }
            if isCrowded(segment.bytes, delimiters.field, marks) { return crowded("segment \(segment.position)") }
        }
        return resultCount > results ? sentence("\(resultCount) results", results) : nil
    }

    /// The limit that so many units of a layout break, as a sentence; nil when none.
    func broken(byUnits count: Int) -> String? { count > lines ? sentence("\(count) parts", lines) : nil }

    /// The limit that so many results break, as a sentence; nil when none.
    func broken(byResults count: Int) -> String? { count > results ? sentence("\(count) results", results) : nil }

    private func sentence(_ what: String, _ most: Int) -> String {
        "The message holds \(what), and at most \(most) are understood. It stays in the journal; find out what the device "
            + "is sending."
    }

    private func crowded(_ place: String) -> String {
        "A field at \(place) has more than \(partsOfField) parts. The message stays in the journal; find out what the "
            + "device is sending."
    }

    /// Whether a field of a line has too many parts.
    private func isCrowded(_ line: ArraySlice<UInt8>, _ field: UInt8, _ marks: [UInt8]) -> Bool {
        guard line.count > partsOfField else { return false }
        var parts = 1
        for byte in line {
            if byte == field {
                parts = 1
            } else if marks.contains(byte) {
                parts += 1
                if parts > partsOfField { return true }
            }
        }
        return false
    }
}

extension Record {
    /// Whether a profile can name a field of it.
    fileprivate var isLookedAt: Bool {
        switch type {
        case .header, .patient, .order, .result, .comment, .query: true
        case .manufacturer, .scientific, .terminator, .other: false
        }
    }
}
