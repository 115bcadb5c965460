import Core
import Profiles

/// What travels on a line: what a fault can be done to depends on it.
public enum SimulatedSpeech: Sendable, Hashable, CaseIterable {
    /// LIS01 frames with ENQ, ACK and EOT.
    case frames
    /// Bare LIS02 records.
    case records
    /// HL7 in MLLP blocks.
    case blocks
    /// Blocks of the device's own format.
    case ownBlocks

    /// What devices of a profile speak.
    public init(_ profile: Profile) {
        switch (profile.wire, profile.link.framing) {
        case (.astm, .frames): self = .frames
        case (.astm, .unframed): self = .records
        case (.hl7, _): self = .blocks
        case (.blocks, _): self = .ownBlocks
        }
    }

    /// In words.
    var words: String {
        switch self {
        case .frames: "LIS01 frames"
        case .records: "records without frames"
        case .blocks: "HL7 in MLLP blocks"
        case .ownBlocks: "blocks of the device's own"
        }
    }
}

/// What goes wrong on request between a simulated peer and the other side.
public enum SimulatedFault: String, Sendable, CaseIterable, Hashable {
    case lostACK = "lost-ack"
    case wrongChecksum = "wrong-checksum"
    case lostFrame = "lost-frame"
    case duplicateFrame = "duplicate-frame"
    case split
    case merge
    case contention
    case silence
    case noise
    case hangUp = "hang-up"
    case noACK = "no-ack"
    case wrongControlID = "wrong-control-id"
    case brokenBlock = "broken-block"

    /// What it does, in a line; N is the number after the colon.
    public var explanation: String {
        switch self {
        case .lostACK: "every N-th acknowledgement, sent or heard, gets lost"
        case .wrongChecksum: "every N-th frame has a wrong checksum"
        case .lostFrame: "every N-th frame gets lost"
        case .duplicateFrame: "every N-th frame is sent again, its first ACK lost"
        case .split: "every N-th frame, block or character is written bytewise"
        case .merge: "every N-th EOT or block leaves in one write with the next"
        case .contention: "every N-th ENQ that comes meets an ENQ of our own"
        case .silence: "after N messages nothing is sent any more"
        case .noise: "junk bytes come before every N-th frame or block"
        case .hangUp: "the line is cut in the middle of every N-th frame or block"
        case .noACK: "every N-th HL7 answer of ours is not sent"
        case .wrongControlID: "every N-th HL7 answer of ours names another message (MSA-2)"
        case .brokenBlock: "every N-th MLLP block has no end"
        }
    }

    /// Whether it can be done there.
    public func fits(_ speech: SimulatedSpeech) -> Bool {
        switch self {
        case .wrongChecksum, .lostFrame, .duplicateFrame, .contention: speech == .frames
        case .noACK, .wrongControlID, .brokenBlock: speech == .blocks
        case .lostACK, .noise: speech != .records
        case .split, .merge, .silence, .hangUp: true
        }
    }
}

/// A fault and how often it happens: `lost-ack`, `lost-ack:3`.
public struct FaultRequest: Hashable, Sendable {
    /// What goes wrong.
    public let fault: SimulatedFault
    /// At every so many pieces it can happen to, from 1; for `silence` the number of messages before it.
    public let every: Int

    /// How often where no number is given.
    public static let usual = 5
    /// Largest number.
    public static let most = 1_000_000

    /// A fault.
    public init(_ fault: SimulatedFault, every: Int = usual) {
        self.fault = fault
        self.every = min(max(1, every), Self.most)
    }

    /// Reads `NAME` or `NAME:N`; nil when it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let fault = SimulatedFault(rawValue: String(parts[0])), parts.count <= 2 else { return nil }
        guard parts.count == 2 else {
            self.init(fault)
            return
        }
        guard let every = Int(parts[1]), (1...Self.most).contains(every) else { return nil }
        self.init(fault, every: every)
    }

    /// Why these faults cannot be had together on a line; nil when they can.
    public static func mistake(in requests: [FaultRequest], _ speech: SimulatedSpeech) -> String? {
        if let wrong = requests.first(where: { !$0.fault.fits(speech) }) {
            let possible = SimulatedFault.allCases.filter { $0.fits(speech) }.map(\.rawValue).joined(separator: ", ")
            return "--fault \(wrong.fault.rawValue) is not possible with \(speech.words). Possible are \(possible)."
        }
        let names = requests.map(\.fault)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            return "--fault \(twice.rawValue) is given twice."
        }
        return nil
    }
}
