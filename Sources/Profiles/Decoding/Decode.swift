import ASTM
import Core
import HL7

extension Profile {
    /// Reads a recording as `labrador decode` does.
    ///
    /// - Parameters:
    ///   - capture: LIS01 frames, bare ASTM records, MLLP blocks, bare HL7, or blocks of the device's own, framed or not; line
    ///     ends CR, LF or both; control characters perhaps written as their names; any number of messages. Or a link's trace
    ///     (`CaptureFile`), whose incoming bytes are read, each connection by itself.
    ///   - facility: gives the time zone when the profile names none.
    public func decode(_ capture: [UInt8], facility: Facility = Facility()) -> DecodeReport {
        var report = DecodeReport(profile: (id, name))
        let recordings: [[UInt8]]
        do throws(CaptureMistake) {
            recordings = try CaptureFile.recordings(in: capture)
                .map { wire == .blocks ? $0 : WrittenControls.restored($0) }
        } catch {
            report.unreadable = error.description
            return report
        }
        if wire != .blocks, let seen = recordings.lazy.compactMap({ Capture.language(of: $0) }).first, seen != wire {
            report.unreadable =
                "This recording is \(seen.words), and the profile '\(id)' is for \(wire.words). "
                + "Choose a profile for \(seen.words), for example generic-\(seen.rawValue)."
            return report
        }
        report.add(recordings.flatMap { parts(of: $0, facility, counting: &report) })
        return report
    }

    private func parts(
        of recording: [UInt8], _ facility: Facility, counting report: inout DecodeReport
    ) -> [InterpretedPart] {
        switch wire {
        case .astm:
            let (found, transcript) = interpretASTM(recording, facility, naming: true)
            report.link.frames += transcript.counters.frames
            report.link.badFrames += transcript.counters.badFrames
            report.link.duplicateFrames += transcript.counters.duplicateFrames
            if report.advice == nil { report.advice = checksumAdvice(recording, transcript) }
            return found
        case .blocks:
            let found = BlockRecording(recording, blocks)
            report.link.frames += found.frames
            report.link.badFrames += found.badFrames
            return interpretBlocks(found, facility, naming: true)
        case .hl7:
            return Capture.hl7Blocks(recording, into: &report.link).flatMap { interpretHL7($0, facility, naming: true) }
        }
    }
}

extension DecodeReport {
    mutating func add(_ parts: [InterpretedPart]) {
        let faults = parts.compactMap(\.fault)
        if faults.count == parts.count {
            unreadable = faults.first ?? "The recording is empty."
            return
        }
        for part in parts {
            link.messages += 1
            var reports = part.reports
            if let fault = part.fault {
                reports = [SpecimenReport(kind: .other, specimen: "", problems: [Profile.unreadable(fault)])]
            } else if reports.isEmpty {
                reports = [SpecimenReport(kind: .other, specimen: "")]
            }
            messages += reports.map { Message(number: link.messages, names: part.names, report: $0) }
            messages[messages.count - 1].fields = part.fields
        }
    }
}

/// Looks at a recording before it is read.
enum Capture {
    /// The language a recording is in, as far as one can tell by its first lines.
    static func language(of bytes: [UInt8]) -> WireProtocol? {
        for line in bytes.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A || $0 == 0x0B || $0 == 0x02 || $0 == 0x05 })
            .prefix(200)
        {
            let text = line.drop { $0 <= 0x20 || $0 >= 0x7F }
            if text.starts(with: "MSH".utf8) || text.starts(with: "FHS".utf8) || text.starts(with: "BHS".utf8) {
                return .hl7
            }
            let record = text.first.map { (0x30...0x39).contains($0) } == true ? text.dropFirst() : text
            if record.first.map({ $0 | 0x20 }) == UInt8(ascii: "h"), Delimiters(header: record) != nil { return .astm }
        }
        // Frames without a header: STX fillers stand before blocks too, but ENQ and frame numbers do not.
        if bytes.contains(0x0B) { return nil }
        return bytes.contains(0x05) || bytes.contains(0x02) ? .astm : nil
    }

    /// The contents of the MLLP blocks of a recording, or the whole of one without framing.
    static func hl7Blocks(_ bytes: [UInt8], into link: inout DecodeReport.Link) -> [[UInt8]] {
        guard bytes.contains(0x0B) else { return [bytes] }
        var limits = MLLPLimits()
        // The bytes are in memory already: they are the limit.
        limits.messageBytes = max(limits.messageBytes, bytes.count)
        var decoder = MLLPDecoder(limits: limits)
        decoder.append(bytes)
        var blocks: [[UInt8]] = []
        while let token = decoder.next() ?? decoder.flush() {
            switch token {
            case .message(let message):
                link.frames += 1
                blocks.append(message)
            case .fault(let fault):
                link.badFrames += 1
                blocks.append(fault.bytes)
            case .junk(let junk):
                if language(of: junk) == .hl7 { blocks.append(junk) }
            }
        }
        return blocks
    }
}
