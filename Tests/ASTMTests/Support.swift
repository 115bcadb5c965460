import ASTM

/// A generator that gives the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

let stx: UInt8 = 0x02
let etx: UInt8 = 0x03
let eot: UInt8 = 0x04
let enq: UInt8 = 0x05
let ack: UInt8 = 0x06
let nak: UInt8 = 0x15
let etb: UInt8 = 0x17

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The wire bytes of a frame with its right checksum.
func wire(_ number: UInt8, _ text: String, final: Bool = true) -> [UInt8] {
    FrameEncoder.frame(number: number, text: bytes(text), isFinal: final)
}

/// The token of a good frame.
func frame(_ number: UInt8, _ text: String, final: Bool = true) -> LinkToken {
    var decoder = FrameDecoder()
    decoder.append(wire(number, text, final: final))
    guard let token = decoder.next() else { return .junk([]) }
    return token
}

/// All tokens of some bytes fed in pieces of the given sizes, cyclically; neighbouring junk is joined, because junk is
/// handed out as it arrives.
func tokens(
    _ input: [UInt8], pieces: [Int] = [Int.max], limits: LinkLimits = LinkLimits(),
    checksum: ChecksumPolicy = .strict
) -> [LinkToken] {
    var decoder = FrameDecoder(limits: limits, checksum: checksum)
    var result: [LinkToken] = []
    func take(_ token: LinkToken) {
        if case .junk(let new) = token, case .junk(let old)? = result.last {
            result[result.count - 1] = .junk(old + new)
        } else {
            result.append(token)
        }
    }
    var rest = input[...]
    var turn = 0
    while !rest.isEmpty {
        decoder.append(Array(rest.prefix(pieces[turn % pieces.count])))
        rest = rest.dropFirst(pieces[turn % pieces.count])
        turn += 1
        while let token = decoder.next() { take(token) }
    }
    while let token = decoder.flush() { take(token) }
    return result
}

/// A message of one result, one record a line.
let smallMessage = ["H|\\^&|||dev", "P|1", "O|1|S1||^^^GLU", "R|1|^^^GLU|5.10|mmol/L", "L|1|N"]

func recordText(_ records: [String]) -> [UInt8] { bytes(records.map { $0 + "\r" }.joined()) }

/// Actions in few letters, as the grids write them: control characters by name, `F3` sends frame 3, `r30` starts the
/// receiver's timer and `r-` stops it (`s` the sender's), `S1.0c` saves message 1 part 0 complete (`o` open, `i`
/// incomplete), `+7` says that send 7 was delivered and `!7 linkLost` why it was not, `X` hangs up, `n` is a note.
func short(_ actions: [LinkMachine.Action]) -> String {
    actions.map { action in
        switch action {
        case .sendControl(let character): "\(character)".uppercased()
        case .sendFrame(let bytes): bytes.count > 1 ? "F\(Character(UnicodeScalar(bytes[1])))" : "F"
        case .startTimer(let timer, let duration): "\(timer)".prefix(1) + "\(duration.components.seconds)"
        case .stopTimer(let timer): "\(timer)".prefix(1) + "-"
        case .save(let save):
            "S\(save.message).\(save.part)"
                + (save.ending == .open ? "o" : save.ending == .complete ? "c" : "i")
        case .finished(let number, .delivered): "+\(number)"
        case .finished(let number, .failed(let failure)): "!\(number) \(failure)"
        case .hangUp: "X"
        case .note: "n"
        }
    }.joined(separator: " ")
}

/// The token of the save asked for; one that is not under way if there is none.
func saveToken(_ actions: [LinkMachine.Action]) -> SaveToken {
    for case .save(let save) in actions { return save.token }
    return SaveToken(number: 0)
}
