import Core
import Testing

@testable import Links

@Suite("The health of a link")
struct LinkHealthTests {
    private static let moment = Timestamp(microseconds: 60_000_000)

    private func health(
        _ events: [LinkHealth.Event], _ unit: LinkHealth.Unit = .frame(isSerial: true), silence: Duration? = nil
    ) -> LinkHealth {
        var health = LinkHealth(unit: unit, silence: silence)
        for event in events { health.record(event, at: { Self.moment }) }
        return health
    }

    private func remark(_ events: [LinkHealth.Event], _ unit: LinkHealth.Unit = .frame(isSerial: true)) -> String {
        health(events, unit).remark(at: Self.moment)
    }

    private func times(_ count: Int, _ event: LinkHealth.Event) -> [LinkHealth.Event] {
        Array(repeating: event, count: count)
    }

    @Test("a serial line with wrong checksums")
    func checksums() {
        #expect(
            remark(times(2, .good) + times(38, .bad(.checksum)))
                == "Checksum wrong in 38 of the last 40 frames: check parity and baud rate.")
        #expect(
            remark(times(38, .bad(.checksum)), .frame(isSerial: false))
                == "Checksum wrong in 38 of the last 38 frames: check parity and baud rate of a serial converter, or the "
                + "analyser's checksum setting.")
    }

    @Test("every fault in every number, over every kind of link: silent up to one, told from two on")
    func grid() {
        for unit in [LinkHealth.Unit.frame(isSerial: true), .frame(isSerial: false), .message] {
            let units = unit == .message ? "messages" : "frames"
            for fault in LinkHealth.Fault.allCases {
                for bad in 0...60 {
                    let text = remark(times(10, .good) + times(bad, .bad(fault)), unit)
                    let all = min(LinkHealth.window, 10 + bad)
                    if bad < 2 {
                        #expect(text == "", "\(fault) \(bad)")
                    } else {
                        #expect(
                            text.contains("\(min(bad, all)) of the last \(all) \(units)"), "\(fault) \(bad): \(text)")
                    }
                    #expect(text.isEmpty || text.hasSuffix(".") && text.count < 200)
                }
            }
        }
    }

    @Test("it clears by itself when at most one of the last forty is bad", arguments: LinkHealth.Fault.allCases)
    func clears(fault: LinkHealth.Fault) {
        let bad = times(40, .bad(fault))
        #expect(remark(bad + times(38, .good)) != "")
        #expect(remark(bad + times(39, .good)) == "")
        #expect(remark(bad + times(400, .good)) == "")
    }

    @Test("the most frequent fault is named, and where none is, the number")
    func mixed() {
        #expect(
            remark(times(3, .bad(.outOfSequence)) + times(5, .bad(.checksum)) + times(4, .bad(.brokenOff)))
                .hasPrefix("Checksum wrong in 5 of the last 12 frames"))
        #expect(
            remark([.bad(.checksum), .bad(.brokenOff), .good])
                == "2 of the last 3 frames were faulty, each in another way: check the line.")
        // As frequent: the one named first.
        #expect(
            remark(times(2, .bad(.brokenOff)) + times(2, .bad(.checksum))).hasPrefix(
                "Checksum wrong in 2 of the last 4"))
    }

    @Test("noise without a frame")
    func noise() {
        let sentence =
            "No ENQ or frame among the last 2,000 bytes, only noise: check baud rate, parity and that the profile fits."
        #expect(remark([.noise(bytes: 1_999)]) == "")
        #expect(remark([.noise(bytes: 2_000)]) == sentence)
        #expect(remark(times(50, .noise(bytes: 64))) == sentence)
        #expect(remark(times(50, .noise(bytes: 64)) + [.good]) == "")
        #expect(remark(times(50, .noise(bytes: 64)), .message).hasPrefix("No MLLP block among the last 2,000 bytes: "))
        // Noise now and then looks like ENQ.
        let withControls = (0..<40).flatMap { _ in [LinkHealth.Event.noise(bytes: 100), .control] }
        #expect(remark(withControls).hasPrefix("No good frame among the last 2,000 bytes, only noise"))
        // An analyser that polls, on a line with a stray byte now and then.
        #expect(!remark((0..<3_000).flatMap { _ in [LinkHealth.Event.control, .noise(bytes: 1)] }).contains("noise"))
        #expect(remark(times(10_000, .control)) == "")
    }

    @Test("pieces of noise that follow each other are one fault")
    func piecesOfNoise() {
        #expect(health(times(9, .noise(bytes: 5))).incoming.bad == 1)
        #expect(health([.noise(bytes: 5), .good, .noise(bytes: 5), .noise(bytes: 5)]).incoming.bad == 2)
        #expect(
            remark([.noise(bytes: 5), .good, .noise(bytes: 5), .good])
                == "Stray bytes came before 2 of the last 4 frames: check the line settings and the cable.")
    }

    @Test("our frames refused")
    func refusals() {
        #expect(remark([.answered(accepted: false)]) == "")
        #expect(
            remark(times(12, .answered(accepted: false))).hasPrefix(
                "The analyser refused 12 of our last 12 frames: check"))
        #expect(remark(times(40, .answered(accepted: false)) + times(39, .answered(accepted: true))) == "")
    }

    @Test("a device that does not read")
    func waiting() {
        #expect(remark([.waiting(bytes: 65_536)]) == "The analyser does not read our answers: 65,536 bytes wait.")
        #expect(remark([.waiting(bytes: 65_536), .waiting(bytes: 0)]) == "")
    }

    @Test("silence counts only where it is configured")
    func silence() {
        let later = Timestamp(microseconds: Self.moment.microseconds + 16 * 60 * 1_000_000)
        #expect(health([.good]).remark(at: later) == "")
        #expect(health([], silence: .seconds(900)).remark(at: later) == "")
        let quiet = health([.good], silence: .seconds(900))
        #expect(quiet.remark(at: later).hasPrefix("Nothing heard for 16 min: "))
        #expect(quiet.remark(at: Self.moment) == "")
        let hours = Timestamp(microseconds: Self.moment.microseconds + 5 * 3_600 * 1_000_000)
        #expect(quiet.remark(at: hours).hasPrefix("Nothing heard for 5 h: "))
    }

    @Test("several things are told one after the other")
    func several() {
        let text = remark(times(3, .bad(.checksum)) + times(3, .answered(accepted: false)) + [.waiting(bytes: 9)])
        #expect(text.hasPrefix("Checksum wrong in 3 of the last 3 frames"))
        #expect(text.contains("refused 3 of our last 3 frames"))
        #expect(text.hasSuffix("9 bytes wait."))
    }

    @Test("bytes that no text holds")
    func garbage() {
        #expect(LinkHealth.isGarbage([UInt8](repeating: 0xB5, count: 40)))
        #expect(LinkHealth.isGarbage([UInt8](repeating: 0, count: 40)))
        #expect(!LinkHealth.isGarbage([0xB5, 0x80]))
        #expect(!LinkHealth.isGarbage(Array("1P|1|||MÜLLER^JÜRGEN\r".utf8)))
        let record = HealthRecord(LinkHealth(unit: .frame(isSerial: true)), clock: nil)
        for _ in 0..<3 { record.record(.checksum, of: Array("1P|1||M1\r".utf8).map { $0 | 0x80 }) }
        #expect(
            record.remark?.text
                == "Bytes that no text holds in 3 of the last 3 frames: check parity, data bits and baud rate.")
    }
}

@Suite("Health on the board")
struct LinkStatusBoardTests {
    @Test("health comes first, then the last remark, with the time of the later one")
    func combined() throws {
        let board = LinkStatusBoard(clock: { Timestamp(microseconds: 3_000_000) })
        board.register("a", profile: "p", address: "x", health: LinkHealth(unit: .message))
        board.remark("a", "A message ended early.")
        var row = try #require(board.devices().first)
        #expect((row.remark, row.remark_since) == ("A message ended early.", "1970-01-01T00:00:03.000Z"))
        for _ in 0..<2 { board.frame("a", .bad(.brokenOff)) }
        row = try #require(board.devices().first)
        #expect(row.remark == "Broken off: 2 of the last 2 messages. Check the cable. A message ended early.")
        for _ in 0..<40 { board.frame("a", .good) }
        #expect(board.devices().first?.remark == "A message ended early.")
        board.failed("a", why: "No port.")
        #expect(board.devices().first?.remark == "No port.")
        board.frame("nobody", .bad(.checksum))
        #expect(board.trace("nobody", after: nil, limit: 1) == nil)
        #expect(board.trace("a", after: nil, limit: 1) == TracePage(device: "a", profile: "p"))
    }
}
