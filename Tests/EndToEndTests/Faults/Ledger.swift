import Synchronization

/// A result as a device sent it and as the HMS must hold it.
struct SentResult: Hashable, Sendable {
    var accession: String
    var mrn: String
    var code: String
    var value: String
}

/// One message of a device, or of the HMS.
struct SentMessage: Sendable {
    /// The name the journal keeps it under.
    var device: String
    /// Its bytes as the journal must hold them: all frames, or the content of the MLLP block.
    var bytes: [UInt8]
    /// The frames in which it goes over the wire; empty for HL7.
    var frames: [[UInt8]] = []
    /// Frames that drop a level: their acknowledgement says that what precedes them is saved (LIS02-A2 4.2.1).
    var drops: Set<Int> = []
    var results: [SentResult] = []
}

/// What the devices know for certain: what they sent, and what was acknowledged to them. Kept outside the program.
final class Ledger: Sendable {
    struct Record: Sendable {
        /// Every message of which a byte left.
        var sent: [SentMessage] = []
        /// Places in `sent` of the messages whose acknowledgement arrived.
        var acknowledged: [Int] = []
        /// Beginnings of messages that were acknowledged at a drop of level.
        var saved: [SavedPart] = []
        /// Tries that ended without an answer after their first byte.
        var interrupted = 0
        /// NAK, AE and the like: none is expected.
        var refusals: [String] = []
        /// Messages on the wire now.
        var inFlight = 0
    }

    struct SavedPart: Sendable {
        var device: String
        var bytes: [UInt8]
    }

    private let state = Mutex(Record())

    var record: Record { state.withLock { $0 } }
    var inFlight: Int { state.withLock { $0.inFlight } }

    /// A message is about to be sent for the first time; its number.
    func first(_ message: SentMessage) -> Int {
        state.withLock { record in
            record.sent.append(message)
            return record.sent.count - 1
        }
    }

    /// A try begins.
    func begins() { state.withLock { $0.inFlight += 1 } }

    /// What precedes a drop of level was acknowledged.
    func saved(_ device: String, _ bytes: [UInt8]) {
        state.withLock { $0.saved.append(SavedPart(device: device, bytes: bytes)) }
    }

    /// A try ended with the acknowledgement, without an answer, or with a refusal.
    func acknowledged(_ number: Int) {
        state.withLock { record in
            record.inFlight -= 1
            record.acknowledged.append(number)
        }
    }

    func lost() {
        state.withLock { record in
            record.inFlight -= 1
            record.interrupted += 1
        }
    }

    func refused(_ why: String) {
        state.withLock { record in
            record.inFlight -= 1
            record.refusals.append(why)
        }
    }
}

/// Random numbers that a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
