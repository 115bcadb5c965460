import ASTM
import Foundation
import HL7

/// Parses what the folders hold again and again, and prints MB a second of processor time, of the median round of nine.
@main enum ParseBenchmark {
    static func main() throws {
        let corpus = try Corpus(folders: Array(CommandLine.arguments.dropFirst()))
        try report("LIS01 frames", corpus.framed, FrameVisit.visit)
        try report("LIS02 text of every field", corpus.texts, RecordVisit.texts)
        try report("LIS02 first component of every field", corpus.texts, RecordVisit.components)
        try report("LIS02 every part of every field", corpus.texts, RecordVisit.parts)
        try report("LIS01 and LIS02, recording to fields", corpus.framed, RecordVisit.recording)
        try report("MLLP frames", corpus.messages.map { MLLP.frame($0) }, SegmentVisit.frames)
        try report("ER7 text of every field", corpus.messages, SegmentVisit.texts)
        try report("ER7 first component of every field", corpus.messages, SegmentVisit.components)
        try report("ER7 every part of every field", corpus.messages, SegmentVisit.parts)
    }

    /// `visit` gives the bytes of text it found, so that nothing of the work can be left out.
    static func report(_ name: String, _ inputs: [[UInt8]], _ visit: ([UInt8]) throws -> Int) throws {
        let size = inputs.reduce(0) { $0 + $1.count }
        guard size > 0 else { return print("\(name): nothing to parse") }
        let rounds = max(1, 4_000_000 / size)
        var rates: [Double] = []
        var found = 0
        for _ in 0..<9 {
            let start = clock()
            for _ in 0..<rounds {
                for input in inputs { found += try visit(input) }
            }
            // The time of this process alone, whatever else the machine does.
            let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
            rates.append(Double(size * rounds) / 1e6 / seconds)
        }
        rates.sort()
        let label = name.padding(toLength: 38, withPad: " ", startingAt: 0)
        let rate = String(format: "%7.0f MB/s (best %.0f)", rates[rates.count / 2], rates[rates.count - 1])
        print("\(label) \(rate), \(inputs.count) inputs, \(size) bytes, \(found / (9 * rounds)) of text")
    }
}

enum FrameVisit {
    static func visit(_ bytes: [UInt8]) -> Int {
        var decoder = FrameDecoder(checksum: .lenient)
        decoder.append(bytes)
        var found = 0
        while let token = decoder.next() ?? decoder.flush() {
            if case .frame(let frame) = token { found += frame.textRange.count }
        }
        return found
    }
}

enum RecordVisit {
    static func texts(_ text: [UInt8]) throws -> Int {
        var found = 0
        for message in try ASTMMessage.parseAll(text) {
            for record in message.records {
                let count = record.fieldCount
                var field = 1
                while field <= count {
                    found += record.text(field: field)?.utf8.count ?? 0
                    field += 1
                }
            }
        }
        return found
    }

    /// As an interpreter asks: how many repeats and components, and what the first one says.
    static func components(_ text: [UInt8]) throws -> Int {
        var found = 0
        for message in try ASTMMessage.parseAll(text) {
            for record in message.records {
                let count = record.fieldCount
                var field = 1
                while field <= count {
                    if record.repeats(field) > 0, record.components(field) > 0 {
                        found += record.text(field: field, repeat: 1, component: 1)?.utf8.count ?? 0
                    }
                    field += 1
                }
            }
        }
        return found
    }

    static func parts(_ text: [UInt8]) throws -> Int {
        var found = 0
        for message in try ASTMMessage.parseAll(text) {
            for record in message.records {
                let count = record.fieldCount
                var field = 1
                while field <= count {
                    for components in record.parts(field) {
                        for text in components { found += text?.utf8.count ?? 0 }
                    }
                    field += 1
                }
            }
        }
        return found
    }

    static func recording(_ bytes: [UInt8]) throws -> Int {
        var found = 0
        for message in LinkTranscript.messages(in: bytes).messages {
            found += (try? texts(message.text)) ?? 0
        }
        return found
    }
}

enum SegmentVisit {
    static func frames(_ bytes: [UInt8]) -> Int {
        var decoder = MLLPDecoder()
        decoder.append(bytes)
        var found = 0
        while let token = decoder.next() {
            if case .message(let message) = token { found += message.count }
        }
        return found
    }

    static func texts(_ bytes: [UInt8]) throws -> Int {
        let message = try HL7Message.parse(bytes)
        var found = 0
        for segment in message.segments {
            let count = segment.fieldCount
            var field = 1
            while field <= count {
                found += segment.text(field: field)?.utf8.count ?? 0
                field += 1
            }
        }
        return found
    }

    /// As an interpreter asks: how many repeats and components, and what the first one says.
    static func components(_ bytes: [UInt8]) throws -> Int {
        var found = 0
        for segment in try HL7Message.parse(bytes).segments {
            let count = segment.fieldCount
            var field = 1
            while field <= count {
                if segment.repeats(field) > 0, segment.components(field) > 0 {
                    found += segment.text(field: field, repeat: 1, component: 1)?.utf8.count ?? 0
                }
                field += 1
            }
        }
        return found
    }

    static func parts(_ bytes: [UInt8]) throws -> Int {
        let message = try HL7Message.parse(bytes)
        var found = 0
        for segment in message.segments {
            let count = segment.fieldCount
            var field = 1
            while field <= count {
                for components in segment.parts(field) {
                    for text in components { found += text?.utf8.count ?? 0 }
                }
                field += 1
            }
        }
        return found
    }
}
