/// Escape sequences of HL7 v2 (chapter 2, "Use of escape sequences in text fields"): `\F\ \S\ \T\ \R\ \E\`, `\Xdd..\`
/// bytes, `\.br\` line break, with the message's own escape character.
///
/// Others, and unfinished ones, pass unchanged.
public struct HL7EscapeCodec: Sendable {
    private let delimiters: HL7Delimiters

    /// - Parameter delimiters: those of the message.
    public init(delimiters: HL7Delimiters) { self.delimiters = delimiters }

    /// Replaces the known sequences by what they stand for.
    public func unescape(_ bytes: some RandomAccessCollection<UInt8>) -> [UInt8] {
        let input = Array(bytes)
        guard let escape = delimiters.escape, input.contains(escape) else { return input }
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var index = 0
        while index < input.count {
            guard input[index] == escape, let end = Self.end(of: index, in: input, escape: escape) else {
                output.append(input[index])
                index += 1
                continue
            }
            if let meaning = meaning(of: input[(index + 1)..<end], escape: escape) {
                output += meaning
            } else {
                output += input[index...end]
            }
            index = end + 1
        }
        return output
    }

    /// Writes text so that no byte of it is a delimiter or a segment end.
    ///
    /// CR LF, CR and LF become `\.br\`.
    public func escape(_ bytes: some Collection<UInt8>) -> [UInt8] {
        guard let escape = delimiters.escape else {
            // Without an escape character a delimiter cannot be written: a space keeps the structure whole.
            return bytes.map { isDelimiter($0) || $0 < 0x20 ? 0x20 : $0 }
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        for byte in bytes {
            defer { previous = byte }
            switch byte {
            case escape: output += [escape, UInt8(ascii: "E"), escape]
            case delimiters.field: output += [escape, UInt8(ascii: "F"), escape]
            case delimiters.component: output += [escape, UInt8(ascii: "S"), escape]
            case delimiters.subcomponent: output += [escape, UInt8(ascii: "T"), escape]
            case delimiters.repeat: output += [escape, UInt8(ascii: "R"), escape]
            case Byte.lf where previous == Byte.cr: break
            case Byte.cr, Byte.lf: output += [escape] + Array(".br".utf8) + [escape]
            case 0..<0x20, 0x7F:
                output += [escape, UInt8(ascii: "X"), Byte.hexDigit(byte >> 4), Byte.hexDigit(byte), escape]
            default: output.append(byte)
            }
        }
        return output
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
        byte == delimiters.field || byte == delimiters.component || byte == delimiters.subcomponent
            || byte == delimiters.repeat
    }

    /// Where the sequence beginning at `start` is closed; `nil` if this is no sequence but a lone character.
    private static func end(of start: Int, in input: [UInt8], escape: UInt8) -> Int? {
        var index = start + 1
        while index < input.count, isCode(input[index]), input[index] != escape { index += 1 }
        return index > start + 1 && index < input.count && input[index] == escape ? index : nil
    }

    private static func isCode(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private func meaning(of code: ArraySlice<UInt8>, escape: UInt8) -> [UInt8]? {
        guard let first = code.first else { return nil }
        if code.count == 1 {
            switch first {
            case UInt8(ascii: "F"): return [delimiters.field]
            case UInt8(ascii: "S"): return delimiters.component.map { [$0] }
            case UInt8(ascii: "T"): return delimiters.subcomponent.map { [$0] }
            case UInt8(ascii: "R"): return delimiters.repeat.map { [$0] }
            case UInt8(ascii: "E"): return [escape]
            default: return nil
            }
        }
        if code.elementsEqual(".br".utf8) { return [Byte.lf] }
        let digits = code.dropFirst()
        guard first == UInt8(ascii: "X"), digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = Byte.hexValue(digit) else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
