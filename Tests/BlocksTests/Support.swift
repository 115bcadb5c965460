import Blocks

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// STX and ETX around the text.
let plain = BlockFraming(start: [0x02], ends: [[0x03]])
/// The same, with an exclusive or behind ETX.
let checked = BlockFraming(
    start: [0x02], ends: [[0x03]], check: BlockCheck(kind: .xor, span: .textAndEnd, form: .byte, place: .afterEnd))
/// Lines, also those that silence ends.
let lines = BlockFraming(ends: [[0x0D, 0x0A], [0x0D], [0x0A]], idle: .seconds(1))

/// All tokens of some bytes that come in pieces of a size, neighbouring junk joined, the rest flushed.
func tokens(_ input: [UInt8], _ framing: BlockFraming, size: Int = .max, flushing: Bool = true) -> [BlockToken] {
    var decoder = BlockDecoder(framing)
    var found: [BlockToken] = []
    func take(_ token: BlockToken) {
        if case .junk(let more) = token, case .junk(let before)? = found.last {
            found[found.count - 1] = .junk(before + more)
        } else {
            found.append(token)
        }
    }
    var rest = input[...]
    while !rest.isEmpty {
        decoder.append(rest.prefix(size))
        rest = rest.dropFirst(size)
        while let token = decoder.next() { take(token) }
    }
    if flushing { while let token = decoder.flush() { take(token) } }
    return found
}

/// In a word each: `ack`, `enq`, `junk3`, the text of a good block, text and verdict of another.
func short(_ tokens: [BlockToken]) -> String {
    tokens.map { token in
        switch token {
        case .control(let byte): [0x04: "eot", 0x05: "enq", 0x06: "ack", 0x15: "nak"][byte] ?? "?"
        case .junk(let bytes): "junk\(bytes.count)"
        case .block(let block):
            String(decoding: block.text, as: UTF8.self)
                + (block.verdict == .good ? "" : "!" + ("\(block.verdict)".split(separator: "(").first ?? ""))
        }
    }.joined(separator: " ")
}

/// `1+` is the first save, whole; `o` open, `i` incomplete; sent bytes as text, controls in words; timers `r3`, `r-`.
func short(_ actions: [BlockLink.Action]) -> String {
    actions.map { action in
        switch action {
        case .sendBytes([0x06]): return "ACK"
        case .sendBytes([0x15]): return "NAK"
        case .sendBytes(let bytes): return "<" + String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self) + ">"
        case .save(let save):
            let ending =
                switch save.ending {
                case .open: "o"
                case .complete: "c"
                case .incomplete: "i"
                }
            return "S\(save.message).\(save.part)\(ending)"
        case .startTimer(let timer, let duration):
            return "\(timer == .receiver ? "r" : "s")\(duration.components.seconds)"
        case .stopTimer(let timer): return timer == .receiver ? "r-" : "s-"
        case .finished(let number, .delivered): return "f\(number)"
        case .finished(let number, .failed): return "x\(number)"
        case .note: return "n"
        }
    }.joined(separator: " ")
}

/// The save among some actions.
func save(_ actions: [BlockLink.Action]) -> BlockSave? {
    for case .save(let save) in actions { return save }
    return nil
}

/// A good block of this text.
func block(_ text: String) -> BlockToken {
    .block(Block(wire: plain.framed(bytes(text)), text: bytes(text), verdict: .good))
}

/// ACK, NAK, and the device answers ours.
var answering: BlockDialogue {
    var dialogue = BlockDialogue()
    dialogue.answers = [0x05: [0x06]]
    dialogue.good = [0x06]
    dialogue.bad = [0x15]
    dialogue.isAnswered = true
    return dialogue
}

/// Blocks 1 to 9 make a message.
var inSeries: BlockDialogue {
    var dialogue = answering
    dialogue.series = BlockDialogue.Series(
        begins: .init(prefixes: [bytes("1")]), ends: .init(prefixes: [bytes("9")]), within: .seconds(30))
    return dialogue
}
