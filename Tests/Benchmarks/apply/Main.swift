import ASTM
import Core
import Foundation
import HL7
import Profiles

/// What applying a profile to a message costs beside parsing it, in microseconds of processor time a message:
/// `swift run -c release ProfileBenchmark LIBRARY [RECORDINGS]`. The messages are the test cases of the library, or those of
/// a folder of recordings, each read by the profile that fits it best.
@main enum ProfileBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first else { return print("ProfileBenchmark LIBRARY [RECORDINGS]") }
        let library = ProfileLibrary(directories: [folder])
        let recordings =
            try arguments.count > 1
            ? Recordings(in: arguments[arguments.startIndex + 1], by: library)
            : Recordings(casesOf: library)
        let samples = recordings.samples
        guard !samples.isEmpty else { return print("no messages with results in this folder") }
        let bytes = samples.reduce(0) { $0 + $1.bytes.count }
        print("\(samples.count) messages of \(recordings.profiles) profiles, \(bytes / samples.count) bytes each")
        // What stands in the messages is found, and nothing is taken out of them.
        let finding = try median(samples, Parse.found)
        // Every field as a text: what a parser gives that is not asked for single fields.
        let texts = try median(samples, Parse.texts)
        // Every part of every field as a text: the whole tree of a message, as most parsers build it.
        let parts = try median(samples, Parse.parts)
        let whole = median(samples, interpret)
        print(line("parsing, fields found", finding))
        print(line("parsing, every field as text", texts))
        print(line("parsing, every part as text", parts))
        print(line("parsing and applying the profile", whole))
        // The fields that the profile asks for become texts on the way, and count as applying.
        print(line("all of it that is not finding fields", whole - finding))
        // As if the message had been parsed to its last part before.
        print(line("what it adds to parsing every part", whole - parts))
        print(String(format: "applying adds %.0f %% to parsing every part", (whole - parts) / parts * 100))
        for (id, group) in Dictionary(grouping: samples, by: \.profile.id).sorted(by: { $0.key < $1.key }) {
            let (finding, parts, whole) = (
                try median(group, Parse.found), try median(group, Parse.parts), median(group, interpret)
            )
            print(
                String(
                    format: "%@ found %.1f, parts %.1f, applying %.1f us",
                    id.padding(toLength: 24, withPad: " ", startingAt: 0),
                    finding, parts, whole - finding))
        }
    }

    private static func line(_ name: String, _ microseconds: Double) -> String {
        String(format: "%@ %8.1f us", name.padding(toLength: 34, withPad: " ", startingAt: 0), microseconds)
    }

    private static func interpret(_ sample: Sample) -> Int {
        guard
            case .reports(let reports) = sample.profile.interpret(
                wire: sample.profile.wire, bytes: sample.bytes, facility: Facility())
        else { return 0 }
        return reports.reduce(0) { $0 + $1.observations.count }
    }

    /// Microseconds of processor time a message, of the median of nine rounds.
    private static func median(_ samples: [Sample], _ work: (Sample) throws -> Int) rethrows -> Double {
        let size = samples.reduce(0) { $0 + $1.bytes.count }
        let rounds = max(1, 1_500_000 / size)
        var times: [Double] = []
        var found = 0
        for _ in 0..<9 {
            let start = clock()
            for _ in 0..<rounds {
                for sample in samples { found += try work(sample) }
            }
            // The time of this process alone, whatever else the machine does.
            times.append(Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e6 / Double(rounds * samples.count))
        }
        precondition(found > 0, "nothing was found, so that nothing was measured")
        return times.sorted()[4]
    }
}

/// Parsing without a profile.
enum Parse {
    static func found(_ sample: Sample) throws -> Int {
        if sample.profile.wire == .hl7 { return try HL7Message.parse(sample.bytes).segmentCount }
        return try LinkTranscript.messages(in: sample.bytes).messages.reduce(0) { count, message in
            try ASTMMessage.parseAll(message.text).reduce(count) { $0 + $1.records.count }
        }
    }

    static func texts(_ sample: Sample) throws -> Int {
        var found = 0
        try lines(sample) { segment in
            for field in 1...max(1, segment.fieldCount) { found += segment.text(field: field)?.utf8.count ?? 0 }
        } record: { record in
            for field in 1...max(1, record.fieldCount) { found += record.text(field: field)?.utf8.count ?? 0 }
        }
        return found
    }

    static func parts(_ sample: Sample) throws -> Int {
        var found = 0
        func add(_ parts: [[String?]]) { for case let text? in parts.joined() { found += text.utf8.count } }
        try lines(sample) { segment in
            for field in 1...max(1, segment.fieldCount) { add(segment.parts(field)) }
        } record: { record in
            for field in 1...max(1, record.fieldCount) { add(record.parts(field)) }
        }
        return found
    }

    private static func lines(
        _ sample: Sample, segment: (HL7Segment) -> Void, record: (Record) -> Void
    ) throws {
        if sample.profile.wire == .hl7 {
            for line in try HL7Message.parse(sample.bytes).segments { segment(line) }
            return
        }
        for message in LinkTranscript.messages(in: sample.bytes).messages {
            for line in try ASTMMessage.parseAll(message.text).flatMap(\.records) { record(line) }
        }
    }
}
