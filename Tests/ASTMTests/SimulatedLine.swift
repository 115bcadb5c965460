import ASTM

/// Two links talking over a wire with faults, on a clock of their own. Nothing here waits: the next thing to happen is
/// taken, and the clock is set to it.
struct SimulatedLine {
    /// How often, in a thousand, each fault happens.
    struct Faults {
        /// ACK, NAK, ENQ or EOT lost on the way.
        var lostControl = 0
        /// A frame lost on the way.
        var lostFrame = 0
        /// A bit of a frame turned.
        var damaged = 0
        /// A byte of a frame doubled.
        var doubled = 0
        /// A frame cut off.
        var cut = 0
        /// Junk before what is sent.
        var junk = 0
        /// A frame's checksum wrong by one.
        var checksum = 0
        /// A NAK in place of an ACK.
        var falseNak = 0
        /// A save that fails.
        var failedSave = 0
        /// A save that takes 0 to 40 s instead of a few milliseconds.
        var slowSave = 0
        /// The receiver wants the line.
        var interrupt = 0
    }

    enum Happening {
        case bytes([UInt8])
        case timer(LinkMachine.Timer, generation: Int)
        case trailer(generation: Int)
        case outcome(Save, isSaved: Bool)
        case send(number: Int, frames: [[UInt8]])
    }

    struct Station {
        var link: LinkMachine
        var decoder = FrameDecoder()
        var generations: [LinkMachine.Timer: Int] = [:]
        var running: Set<LinkMachine.Timer> = []
        var trailer = 0
        var isHeld = false
        /// What was stored: the parts of each message of the link.
        var stored: [Int: [UInt8]] = [:]
        var isComplete: Set<Int> = []
        var outcomes: [Int: [LinkMachine.Delivery]] = [:]
        var transcript: [String] = []
    }

    var stations: [Station]
    var faults = Faults()
    var random: SplitMix
    /// Virtual time since the beginning.
    private(set) var now = Duration.zero
    private var agenda: [(due: Duration, order: Int, station: Int, what: Happening)] = []
    private var order = 0
    private(set) var isHungUp = false

    /// Station 0 is a computer, station 1 an instrument.
    init(seed: UInt64, options: LinkOptions = LinkOptions()) {
        stations = [
            Station(link: LinkMachine(role: .computer, options: options)),
            Station(link: LinkMachine(role: .instrument)),
        ]
        random = SplitMix(state: seed)
    }

    mutating func plan(_ what: Happening, at station: Int, after wait: Duration) {
        order += 1
        agenda.append((now + wait, order, station, what))
    }

    /// Runs until nothing is left to happen or the time is over.
    mutating func run(until end: Duration) {
        while let index = agenda.indices.min(by: {
            (agenda[$0].due, agenda[$0].order) < (agenda[$1].due, agenda[$1].order)
        }) {
            guard agenda[index].due <= end else { break }
            let next = agenda.remove(at: index)
            now = next.due
            happen(next.what, at: next.station)
        }
    }

    private mutating func happen(_ what: Happening, at index: Int) {
        switch what {
        case .bytes(let bytes): stations[index].decoder.append(bytes)
        case .timer(let timer, let generation):
            guard stations[index].generations[timer] == generation, stations[index].running.remove(timer) != nil else {
                return
            }
            give(.timerFired(timer), to: index)
        case .trailer(let generation):
            guard stations[index].trailer == generation, !stations[index].link.isWaitingForSave else { return }
            if let token = stations[index].decoder.flush() { give(.token(token), to: index) }
        case .outcome(let save, let isSaved):
            if isSaved {
                stations[index].stored[save.message, default: []] += save.bytes
                if save.ending == .complete { stations[index].isComplete.insert(save.message) }
            }
            give(isSaved ? .saved(save.token) : .saveFailed(save.token), to: index)
        case .send(let number, let frames): give(.send(number: number, frames: frames), to: index)
        }
        while !stations[index].link.isWaitingForSave, let token = stations[index].decoder.next() {
            give(.token(token), to: index)
        }
        stations[index].trailer += 1
        if stations[index].decoder.isHeldByTrailer {
            plan(.trailer(generation: stations[index].trailer), at: index, after: .milliseconds(500))
        }
    }

    private mutating func give(_ event: LinkMachine.Event, to index: Int) {
        if case .token(.frame) = event, strikes(faults.interrupt) { stations[index].link.interruptWanted = true }
        let actions = stations[index].link.handle(event)
        stations[index].transcript.append("\(now) \(event) → \(short(actions))")
        for action in actions { perform(action, of: index) }
    }

    private mutating func perform(_ action: LinkMachine.Action, of index: Int) {
        switch action {
        case .sendControl(let character):
            let isRefusal = character == .ack && strikes(faults.falseNak)
            transmit(
                [isRefusal ? ControlCharacter.nak.rawValue : character.rawValue], lost: faults.lostControl, from: index)
        case .sendFrame(let bytes): transmit(spoilt(bytes), lost: faults.lostFrame, from: index)
        case .save(let save):
            let isSlow = strikes(faults.slowSave)
            let wait: Duration = .milliseconds(isSlow ? Int.random(in: 0...40_000, using: &random) : 3)
            plan(.outcome(save, isSaved: !strikes(faults.failedSave)), at: index, after: wait)
        case .startTimer(let timer, let duration):
            stations[index].generations[timer, default: 0] += 1
            stations[index].running.insert(timer)
            plan(.timer(timer, generation: stations[index].generations[timer] ?? 0), at: index, after: duration)
        case .stopTimer(let timer): stations[index].running.remove(timer)
        case .finished(let number, let delivery): stations[index].outcomes[number, default: []].append(delivery)
        case .hangUp: isHungUp = true
        case .note: break
        }
    }

    private mutating func transmit(_ bytes: [UInt8], lost: Int, from index: Int) {
        if strikes(lost) { return }
        let bytes = strikes(faults.junk) ? [0x00, 0x7F] + bytes : bytes
        plan(.bytes(bytes), at: 1 - index, after: .milliseconds(5))
    }

    private mutating func spoilt(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let place = Int.random(in: 1..<(bytes.count - 5), using: &random)
        if strikes(faults.damaged) { bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &random) }
        if strikes(faults.doubled) { bytes.insert(bytes[place], at: place) }
        if strikes(faults.cut) { bytes = Array(bytes.prefix(place)) }
        if strikes(faults.checksum) { bytes[max(0, bytes.count - 3)] ^= 1 }
        return bytes
    }

    private mutating func strikes(_ perThousand: Int) -> Bool {
        perThousand > 0 && Int.random(in: 0..<1000, using: &random) < perThousand
    }
}
