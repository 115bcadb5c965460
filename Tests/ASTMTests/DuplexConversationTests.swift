import ASTM
import Testing

/// A computer and an instrument that both send, on a bad line, in virtual time.
@Suite struct DuplexConversationTests {
    static func text(_ station: Int, _ number: Int, results: Int = 3) -> [UInt8] {
        var records = ["H|\\^&|\(station)-\(number)", "P|1", "O|1|S\(number)||^^^ALL"]
        for result in 1...max(1, results) { records.append("R|\(result)|^^^T\(result)|\(station).\(number)|g/L") }
        return recordText(records + ["L|1|N"])
    }

    static func frames(_ text: [UInt8]) throws -> [[UInt8]] {
        var encoder = FrameEncoder(textBytes: 40)
        return try encoder.frames(text)
    }

    /// What one station stored in full, message by message.
    static func received(_ station: SimulatedLine.Station) -> [[UInt8]] {
        station.isComplete.sorted().flatMap { message in
            LinkTranscript.messages(in: station.stored[message] ?? []).messages.map(\.text)
        }
    }

    /// Both at once, again and again, on a good line: everything arrives once, the instrument's first.
    @Test(arguments: [Duration.zero, .milliseconds(2), .milliseconds(5), .milliseconds(8), .milliseconds(40)])
    func contention(lead: Duration) throws {
        for first in 0...1 {
            var line = SimulatedLine(seed: 1)
            for number in 0..<5 {
                for station in 0...1 {
                    let wait = Duration.seconds(60 * number) + (station == first ? .zero : lead)
                    line.plan(
                        .send(number: number, frames: try Self.frames(Self.text(station, number))), at: station,
                        after: wait)
                }
            }
            line.run(until: .seconds(600))
            for station in 0...1 {
                #expect(
                    line.stations[station].outcomes
                        == Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, [.delivered]) }))
                #expect(Self.received(line.stations[station]) == (0..<5).map { Self.text(1 - station, $0) })
                #expect(line.stations[station].link.isNeutral)
            }
        }
    }

    enum Fault: String, CaseIterable, Sendable {
        case none, lostControl, lostFrame, damaged, doubled, cut, junk, checksum, falseNak, failedSave, slowSave,
            interrupt
        case all

        var faults: SimulatedLine.Faults {
            var faults = SimulatedLine.Faults()
            switch self {
            case .none: break
            case .lostControl: faults.lostControl = 80
            case .lostFrame: faults.lostFrame = 80
            case .damaged: faults.damaged = 200
            case .doubled: faults.doubled = 200
            case .cut: faults.cut = 150
            case .junk: faults.junk = 300
            case .checksum: faults.checksum = 300
            case .falseNak: faults.falseNak = 200
            case .failedSave: faults.failedSave = 200
            case .slowSave: faults.slowSave = 200
            case .interrupt: faults.interrupt = 200
            case .all:
                faults.lostControl = 20
                faults.lostFrame = 20
                faults.damaged = 40
                faults.doubled = 30
                faults.cut = 20
                faults.checksum = 30
                faults.failedSave = 50
                faults.slowSave = 20
                faults.interrupt = 30
            }
            return faults
        }
    }

    /// Every message sent is stored exactly once or reported as failed; none reported as delivered is missing; nothing is
    /// stored that was not sent; every send has one outcome; and both ends come to rest.
    @Test(arguments: Fault.allCases)
    func nothingAcknowledgedIsLost(fault: Fault) throws {
        var delivered = 0
        for seed in 0..<40 {
            var line = SimulatedLine(seed: UInt64(seed) &* 6151 &+ UInt64(fault.rawValue.count))
            line.faults = fault.faults
            let messages = 8
            for station in 0...1 {
                for number in 0..<messages {
                    let text = Self.text(station, number, results: Int.random(in: 1...6, using: &line.random))
                    let wait = Duration.milliseconds(Int.random(in: 0...240_000, using: &line.random))
                    line.plan(.send(number: number, frames: try Self.frames(text)), at: station, after: wait)
                }
            }
            // Each send may take six waits of 20 s, or six times 15 s for each of some frames, and one waits for another.
            line.run(until: .seconds(2 * messages * 6 * 6 * 20))
            for station in 0...1 {
                let own = line.stations[station]
                let heading = "\(fault), seed \(seed), station \(station)"
                #expect(own.link.isNeutral && !own.link.isSending && own.link.queuedSends == 0, "\(heading)")
                #expect(own.running.isEmpty, "\(heading): timers")
                #expect(
                    own.outcomes.count == messages && own.outcomes.values.allSatisfy { $0.count == 1 }, "\(heading)")
                let there = Self.received(line.stations[1 - station]).map { Self.controlID($0) }
                for number in 0..<messages {
                    let count = there.count { $0 == "\(station)-\(number)" }
                    let isDelivered = own.outcomes[number] == [.delivered]
                    delivered += isDelivered ? 1 : 0
                    #expect(isDelivered ? count == 1 : count <= 1, "\(heading), message \(number): \(count)")
                    if isDelivered, count != 1 {
                        let other = line.stations[1 - station].transcript
                        Issue.record("\(own.transcript.joined(separator: "\n"))\n---\n\(other.joined(separator: "\n"))")
                        return
                    }
                }
                #expect(there.allSatisfy { $0.hasPrefix("\(station)-") }, "\(heading)")
            }
            #expect(!line.isHungUp)
        }
        // Faults or not, the greater part arrives.
        #expect(delivered > 40 * 16 / 3, "\(fault): \(delivered)")
    }

    static func controlID(_ text: [UInt8]) -> String {
        let header = text.prefix { $0 != 0x0D }
        return String(decoding: header.dropFirst(6), as: UTF8.self)
    }

    /// The instrument's store is slower than the computer waits, for every message: each is reported as failed, stored at
    /// most once, and the acknowledgements that come late are taken for nothing else.
    @Test func answersThatComeTooLate() throws {
        var line = SimulatedLine(seed: 5)
        line.faults.slowSave = 1000
        for number in 0..<20 {
            line.plan(.send(number: number, frames: try Self.frames(Self.text(0, number))), at: 0, after: .zero)
        }
        line.run(until: .seconds(20_000))
        let there = Self.received(line.stations[1])
        #expect(Set(there).count == there.count)
        for number in 0..<20 where line.stations[0].outcomes[number] == [.delivered] {
            #expect(there.contains(Self.text(0, number)), "\(number)")
        }
        #expect(line.stations[0].outcomes.count == 20)
        #expect(line.stations[0].outcomes.values.contains([.delivered]))
        #expect(line.stations[0].outcomes.values.contains { if case .failed? = $0.first { true } else { false } })
    }
}
