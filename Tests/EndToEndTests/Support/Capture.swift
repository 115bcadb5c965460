import Foundation
import Testing

/// A recording as it is replayed: what an analyser puts on the wire, in the pieces a peer can answer, with the answers that
/// are due. Written from the standards and not from the program.
struct Capture: Sendable, CustomTestStringConvertible {
    var profile: String
    var path: String
    var isHL7: Bool
    /// Tokens of LIS01 (a control character, a frame, anything between) or MLLP blocks, in their order.
    var pieces: [Piece]

    struct Piece: Sendable {
        var bytes: [UInt8]
        /// ASTM: the replies that are due; HL7: MSH-10 of the messages that must be answered.
        var replies: [[UInt8]]
    }

    var testDescription: String { "\(profile) \(path.split(separator: "/").suffix(2).joined(separator: "/"))" }
    var bytes: [UInt8] { pieces.flatMap(\.bytes) }

    /// Whether it asks for orders, or answers some: what comes back then is more than acknowledgements.
    var isDialogue: Bool {
        func holds(_ name: String) -> Bool { bytes.firstRange(of: Array(name.utf8)) != nil }
        if isHL7 { return holds("MSA|") || holds("|QBP^") || holds("|QRY^") }
        let ends: Set<UInt8> = [0x0D, 0x0A]
        return bytes.indices.dropFirst().dropLast().contains { index in
            let before = bytes[index - 1]
            return bytes[index] == UInt8(ascii: "Q") && bytes[index + 1] == UInt8(ascii: "|")
                && (ends.contains(before) || (0x30...0x37).contains(before))
        }
    }

    /// Reads a recording. One without link framing is given it: a frame a record, or a block a message.
    init(profile: String, path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { throw TestFailure("\(path) cannot be read") }
        self.profile = profile
        self.path = path
        let bytes = Array(data)
        isHL7 = bytes.firstRange(of: Array("MSH|".utf8)) != nil && !bytes.contains(0x05)
        if isHL7 {
            pieces = Self.blocks(bytes)
        } else {
            pieces = LIS01Oracle.pieces(bytes.contains(0x02) ? bytes : Self.session(bytes))
        }
    }

    // MARK: - Framing what was recorded without

    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split { $0 == 0x0D || $0 == 0x0A }.map { Array($0) }
    }

    /// ENQ, a frame a record, EOT; a session for each header. Lines with # are the recorder's own.
    private static func session(_ bytes: [UInt8]) -> [UInt8] {
        var sessions: [[[UInt8]]] = []
        for line in lines(bytes) where line.first != UInt8(ascii: "#") {
            if line.first == UInt8(ascii: "H") { sessions.append([]) }
            if !sessions.isEmpty { sessions[sessions.count - 1].append(line) }
        }
        return sessions.flatMap { records -> [UInt8] in
            let frames = records.enumerated().flatMap { frame(($0 + 1) % 8, $1 + [0x0D]) }
            return [0x05] + frames + [0x04]
        }
    }

    private static func frame(_ number: Int, _ text: [UInt8]) -> [UInt8] {
        let body = Array("\(number)".utf8) + text + [0x03]
        let sum = body.reduce(UInt8(0)) { $0 &+ $1 }
        return [0x02] + body + Array(String(format: "%02X", sum).utf8) + [0x0D, 0x0A]
    }

    /// VT to FS CR; without a VT in it, a block for each MSH.
    private static func blocks(_ bytes: [UInt8]) -> [Piece] {
        var messages: [[UInt8]] = []
        if bytes.contains(0x0B) {
            for part in bytes.split(separator: 0x0B).map({ Array($0) }) {
                guard let end = part.firstIndex(of: 0x1C) else { continue }
                messages.append(Array(part[..<end]))
            }
        } else {
            for line in lines(bytes) {
                if line.starts(with: Array("MSH".utf8)) || messages.isEmpty { messages.append([]) }
                messages[messages.count - 1] += line + [0x0D]
            }
        }
        return messages.map { Piece(bytes: [0x0B] + $0 + [0x1C, 0x0D], replies: answered($0).map { [$0] } ?? []) }
    }

    /// MSH-10 of a message that wants an answer: enhanced mode may ask for none (table 0155).
    private static func answered(_ message: [UInt8]) -> [UInt8]? {
        let header = lines(message).first ?? []
        guard header.count > 3 else { return [] }
        let fields = header.split(separator: header[3], omittingEmptySubsequences: false).map { Array($0) }
        func field(_ number: Int) -> [UInt8] { fields.count > number - 1 ? fields[number - 1] : [] }
        let conditions = [field(15), field(16)].map { String(decoding: $0, as: UTF8.self) }
        let words = conditions.filter { ["AL", "NE", "ER", "SU"].contains($0) }
        if !words.isEmpty, !words.contains("AL"), !words.contains("SU") { return nil }
        return field(10)
    }
}

/// What a LIS01-A2 receiver that can always store must reply, as little of it as a replay needs.
enum LIS01Oracle {
    static func pieces(_ bytes: [UInt8]) -> [Capture.Piece] {
        var last: Int?
        var isTransfer = false
        return tokens(bytes).map { token in
            var reply: UInt8?
            switch token.first {
            case 0x05:
                (isTransfer, last, reply) = (true, nil, 0x06)
            case 0x04:
                isTransfer = false
            case 0x02 where isTransfer:
                let number = Int(token[1]) - 0x30
                let isNext = number == ((last ?? 0) + 1) % 8
                let isGood = hasRightChecksum(token) && (isNext || number == last)
                if isGood { last = number }
                reply = isGood ? 0x06 : 0x15
            default:
                break
            }
            return Capture.Piece(bytes: token, replies: reply.map { [[$0]] } ?? [])
        }
    }

    /// ENQ, EOT and frames (STX to LF), each for itself; anything else goes with what follows it.
    private static func tokens(_ bytes: [UInt8]) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var rest = bytes[...]
        while let first = rest.first {
            var length = 1
            if first == 0x02 {
                let end = rest.firstIndex { $0 == 0x03 || $0 == 0x17 } ?? rest.endIndex - 1
                length = end - rest.startIndex + 3
                for byte: UInt8 in [0x0D, 0x0A] where rest.dropFirst(length).first == byte { length += 1 }
            }
            tokens.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return tokens
    }

    private static func hasRightChecksum(_ frame: [UInt8]) -> Bool {
        guard let end = frame.firstIndex(where: { $0 == 0x03 || $0 == 0x17 }), frame.count >= end + 3 else {
            return false
        }
        let sum = frame[1...end].reduce(UInt8(0)) { $0 &+ $1 }
        return String(decoding: frame[(end + 1)...(end + 2)], as: UTF8.self).uppercased() == String(format: "%02X", sum)
    }
}
