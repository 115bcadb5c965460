import ASTM
import Core
import HL7

/// A recording of a device that no profile is known for, taken apart as far as its protocol's standard goes.
struct SeenRecording {
    /// The language; nil for a recording that is neither ASTM nor HL7.
    var wire: WireProtocol?
    /// The checksum policy that reads it.
    var checksum: ChecksumPolicy = .strict
    /// Whether it holds frames or MLLP blocks, and not bare lines.
    var isFramed = false
    /// The lines of its messages.
    var messages: [[FieldLine]] = []
    /// The text of each message, lines ended by CR.
    var texts: [[UInt8]] = []
    /// The delimiters of the first ASTM message, as its header declares them.
    var delimiters: Delimiters?

    /// Bytes of a recording that are looked at.
    static let lookedAt = 4 << 20

    init(_ capture: [UInt8]) throws(CaptureMistake) {
        let recordings = try CaptureFile.recordings(in: Array(capture.prefix(Self.lookedAt)))
        wire = recordings.lazy.compactMap { Capture.language(of: $0) }.first
        for recording in recordings {
            if wire == .astm { readASTM(recording) }
            if wire == .hl7 { readHL7(recording) }
        }
        // Bytes that look like frames and hold no message are another protocol.
        if messages.isEmpty { wire = nil }
    }

    private mutating func readASTM(_ bytes: [UInt8]) {
        var found = LinkTranscript.messages(in: bytes)
        for policy in [ChecksumPolicy.lenient, .off] {
            let other = LinkTranscript.messages(in: bytes, checksum: policy)
            // A frame or two may be damaged; a device that computes its own way damages most.
            guard other.counters.frames > 2 * found.counters.frames else { continue }
            (found, checksum) = (other, policy)
        }
        isFramed = isFramed || found.counters.frames > 0
        for message in found.messages {
            // What broke off is sent again, and would look finished in a recording made anew.
            let text = Array(message.text.prefix(message.processableText))
            guard let parsed = try? ASTMMessage.parseAll(text) else { continue }
            for one in parsed {
                if delimiters == nil { delimiters = one.delimiters }
                messages.append(FieldLine.lines(of: one))
                texts.append(one.records.flatMap { Array($0.bytes) + [0x0D] })
            }
        }
    }

    private mutating func readHL7(_ bytes: [UInt8]) {
        var link = DecodeReport.Link()
        for block in Capture.hl7Blocks(bytes, into: &link).flatMap({ HL7Blocks.messages(in: $0) }) {
            guard let parsed = try? HL7Message.parse(block) else { continue }
            messages.append(FieldLine.lines(of: parsed))
            texts.append(parsed.segments.flatMap { Array($0.bytes) + [0x0D] })
        }
        isFramed = isFramed || link.frames + link.badFrames > 0
    }
}

extension SeenRecording {
    /// All lines of one name.
    func lines(_ name: String) -> [FieldLine] { messages.flatMap { $0.filter { $0.name == name } } }

    /// The name of the lines that hold results.
    var resultName: String { wire == .hl7 ? "OBX" : "R" }

    /// Each result line with the lines around it, by name, nearest before it.
    var results: [[String: FieldLine]] {
        messages.flatMap { message -> [[String: FieldLine]] in
            var around: [String: FieldLine] = [:]
            return message.compactMap { line in
                around[line.name] = line
                return line.name == resultName ? around : nil
            }
        }
    }
}

extension FieldLine {
    /// The text of a component of a field's first repeat; of the whole repeat where it has no others.
    func text(_ field: Int, _ component: Int? = nil) -> String? {
        guard let parts = fields.first(where: { $0.number == field })?.repeats.first else { return nil }
        guard let component else {
            let saying = parts.compactMap { $0 }
            return saying.count == 1 ? trimmed(saying[0]) : nil
        }
        guard parts.indices.contains(component - 1), let text = parts[component - 1] else { return nil }
        let tidy = trimmed(text)
        return tidy.isEmpty ? nil : tidy
    }

    /// How many components a field's first repeat has.
    func components(_ field: Int) -> Int { fields.first { $0.number == field }?.repeats.first?.count ?? 0 }
}
