import Core
import Dispatch
import NIOConcurrencyHelpers
import Testing

@testable import Links

/// A clock that a test moves by a millisecond a look.
private final class Ticks: Sendable {
    private let count = NIOLockedValueBox<Int64>(0)
    func now() -> Timestamp {
        count.withLockedValue { count in
            count += 1
            return Timestamp(microseconds: count * 1_000)
        }
    }
}

@Suite("The trace of a link")
struct LinkTraceTests {
    private func trace(bytes: Int = TraceBounds.bytesPerDevice) -> LinkTrace {
        let ticks = Ticks()
        return LinkTrace(bytes: bytes, clock: { ticks.now() })
    }

    private func receive(_ bytes: [UInt8], _ trace: LinkTrace, _ connection: Int = 1) {
        bytes.withUnsafeBytes { trace.received($0, connection: connection) }
    }

    @Test("entries stand in their order, with time, connection and kind")
    func order() {
        let trace = trace()
        let first = trace.connection()
        let second = trace.connection()
        trace.opened("10.0.0.21:4711", connection: first.number)
        receive([5], trace)
        first.verdict("ENQ: the line is granted")
        [UInt8(6)].withUnsafeBytes { trace.sent($0, connection: 1) }
        trace.closed("by the device", connection: second.number)
        let (entries, next, lost) = trace.entries(after: 0, limit: 100)
        let kinds: [TraceEntry.Kind] = [
            .opened("10.0.0.21:4711"), .received([5]), .verdict("ENQ: the line is granted"), .sent([6]),
            .closed("by the device"),
        ]
        #expect(
            entries
                == kinds.enumerated().map { index, kind in
                    TraceEntry(
                        sequence: Int64(index + 1), time: Timestamp(microseconds: Int64(index + 1) * 1_000),
                        connection: index == 4 ? 2 : 1, kind: kind)
                })
        #expect((next, lost) == (5, 0))
    }

    @Test("pages follow each other without a gap, and end where the trace ends")
    func pages() {
        let trace = trace()
        for number in 0..<10 { receive([UInt8(number)], trace) }
        var (seen, after): ([Int64], Int64) = ([], 0)
        while true {
            let page = trace.entries(after: after, limit: 3)
            if page.entries.isEmpty { break }
            seen += page.entries.map(\.sequence)
            after = page.next
        }
        #expect(seen == Array(1...10))
        // Without a number the newest; with one from before a restart nothing, and the way on.
        #expect(trace.entries(after: nil, limit: 3).entries.map(\.sequence) == [8, 9, 10])
        #expect(trace.entries(after: 5_000, limit: 3).next == 10)
        #expect(trace.entries(after: 0, limit: 0).entries == [])
    }

    @Test("an empty trace takes no memory, and a full one its bound", arguments: [2_048, 5_000, 32_768])
    func bound(bytes: Int) {
        let trace = trace(bytes: bytes)
        #expect(trace.allocatedBytes == 0)
        receive([1], trace)
        #expect(trace.allocatedBytes <= 1_024)
        for number in 0..<5_000 { receive([UInt8](repeating: UInt8(number & 0xFF), count: number % 300), trace) }
        #expect(trace.allocatedBytes <= bytes)
        #expect(trace.allocatedBytes > bytes / 2)
    }

    @Test("many devices share one bound")
    func inAll() {
        #expect(TraceBounds.share(of: 1) == TraceBounds.bytesPerDevice)
        #expect(TraceBounds.share(of: 0) == TraceBounds.bytesPerDevice)
        for devices in [10, 128, 129, 1_000, 5_000] {
            let share = TraceBounds.share(of: devices)
            #expect(share * devices <= TraceBounds.bytesInAll)
            #expect(share <= TraceBounds.bytesPerDevice && share >= TraceBounds.leastBytes)
        }
        let traces = (0..<5).map { _ in trace(bytes: TraceBounds.share(of: 1_000)) }
        #expect(traces.reduce(0) { $0 + $1.allocatedBytes } == 0)
        for trace in traces { for _ in 0..<200 { receive([UInt8](repeating: 65, count: 500), trace) } }
        #expect(traces.reduce(0) { $0 + $1.allocatedBytes } <= 5 * TraceBounds.share(of: 1_000))
    }

    @Test("where the ring wrapped, what was lost is told to the entry")
    func wrap() {
        let trace = trace(bytes: 2_048)
        for number in 0..<1_000 { receive([UInt8](repeating: UInt8(number & 0xFF), count: 83), trace) }
        let all = trace.entries(after: 0, limit: .max)
        // 17 bytes of head and 83 of content: 20 of them have room in 2,048.
        #expect(all.entries.map(\.sequence) == Array(981...1_000))
        #expect(all.lost == 980)
        #expect(
            all.entries.map(\.kind) == (980..<1_000).map { .received([UInt8](repeating: UInt8($0 & 0xFF), count: 83)) })
        #expect(trace.entries(after: 970, limit: 5).lost == 10)
        #expect(trace.entries(after: 970, limit: 5).entries.map(\.sequence) == [981, 982, 983, 984, 985])
        #expect(trace.entries(after: 990, limit: 5).lost == 0)
        #expect(trace.entries(after: nil, limit: 5).lost == 0)
    }

    @Test("a long read becomes several entries, and none of its bytes is lost")
    func longRead() {
        let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let trace = trace()
        receive(bytes, trace)
        let entries = trace.entries(after: 0, limit: .max).entries
        #expect(entries.count == 5)
        #expect(
            entries.flatMap { entry -> [UInt8] in if case .received(let bytes) = entry.kind { bytes } else { [] } }
                == bytes)
        let small = self.trace(bytes: 2_048)
        receive(bytes, small)
        let kept = small.entries(after: 0, limit: .max).entries
        let last = kept.flatMap { entry -> [UInt8] in if case .received(let bytes) = entry.kind { bytes } else { [] } }
        #expect(!last.isEmpty && last == bytes.suffix(last.count))
    }

    @Test("words that are too long are cut")
    func longWords() {
        let trace = trace()
        trace.verdict(String(repeating: "x", count: 10_000), connection: 1)
        trace.verdict("", connection: 1)
        #expect(
            trace.entries(after: 0, limit: 9).entries.map(\.kind) == [
                .verdict(String(repeating: "x", count: TraceBounds.bytesOfWords)), .verdict(""),
            ])
    }

    @Test("concurrent writers each find their entries in their own order, with one numbering")
    func concurrent() {
        let trace = trace(bytes: 4 * 1_024 * 1_024)
        DispatchQueue.concurrentPerform(iterations: 4) { writer in
            for number in 0..<5_000 {
                receive([UInt8(number >> 8), UInt8(number & 0xFF)], trace, writer + 1)
                if number % 1_000 == 0 { _ = trace.entries(after: 0, limit: 100) }
            }
        }
        let entries = trace.entries(after: 0, limit: .max).entries
        #expect(entries.map(\.sequence) == Array(1...20_000))
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.time < $1.time })
        for writer in 1...4 {
            let own = entries.filter { $0.connection == writer }.map(\.kind)
            #expect(own == (0..<5_000).map { .received([UInt8($0 >> 8), UInt8($0 & 0xFF)]) })
        }
    }

    @Test("any bytes: ring, rows, capture, and back", arguments: 0..<20)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let trace = trace(bytes: 4 * 1_024 * 1_024)
        var sent: [Int: [UInt8]] = [:]
        for _ in 0..<200 {
            let connection = Int.random(in: 1...3, using: &random)
            let bytes = (0..<Int.random(in: 1...9_000, using: &random) % 700 + 1).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.withUnsafeBytes { trace.sent($0, connection: connection) }
            case 1: trace.verdict("frame 1 accepted\n# \\x", connection: connection)
            default:
                receive(bytes, trace, connection)
                sent[connection, default: []] += bytes
            }
        }
        let found = trace.entries(after: 0, limit: .max)
        let page = TracePage(device: "d", profile: "p", rows: found.entries.map(\.row))
        let recordings = try CaptureFile.recordings(in: Array(CaptureFile.text(page).utf8))
        #expect(Set(recordings) == Set(sent.values))
        #expect(recordings.count == sent.count)
    }
}

/// Splitmix64: the same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
