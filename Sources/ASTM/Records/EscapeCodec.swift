/// Escape sequences of LIS02-A2 5.4.5: `&F&` field, `&S&` component, `&R&` repeat, `&E&` escape, `&Xhh..&` bytes, where
/// `&` stands for the escape delimiter of the message.
///
/// Highlighting (`&H&`, `&N&`), local (`&Zcc&`) and unknown or unfinished sequences pass unchanged.
public struct EscapeCodec: Sendable {
    private let delimiters: Delimiters

    /// - Parameter delimiters: those of the message.
    public init(delimiters: Delimiters) { self.delimiters = delimiters }

    /// Replaces the known sequences by what they stand for.
    public func unescape(_ bytes: some RandomAccessCollection<UInt8>) -> [UInt8] {
        guard let escape = delimiters.escape, bytes.contains(escape) else { return Array(bytes) }
        let input = Array(bytes)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var index = 0
        while index < input.count {
            guard input[index] == escape, let end = Self.end(of: index, in: input, escape: escape) else {
                output.append(input[index])
                index += 1
                continue
            }
            let code = input[(index + 1)..<end]
            if let meaning = meaning(of: code, escape: escape) {
                output += meaning
            } else {
                output += input[index...end]
            }
            index = end + 1
        }
        return output
    }

    /// Writes text so that `unescape` gives it back and no byte of it is a delimiter, a record end or a character that
    /// may not stand in a frame.
    public func escape(_ bytes: some Collection<UInt8>) -> [UInt8] {
        guard let escape = delimiters.escape else {
            // Without an escape delimiter a delimiter cannot be written: a space keeps the structure whole.
            return bytes.map { isDelimiter($0) || $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case escape: output += [escape, UInt8(ascii: "E"), escape]
            case delimiters.field: output += [escape, UInt8(ascii: "F"), escape]
            case delimiters.component: output += [escape, UInt8(ascii: "S"), escape]
            case delimiters.repeat: output += [escape, UInt8(ascii: "R"), escape]
            case 0..<0x20, 0x7F:
                output += [escape, UInt8(ascii: "X"), Byte.hexDigit(byte >> 4), Byte.hexDigit(byte), escape]
            default: output.append(byte)
            }
        }
        return output
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
        byte == delimiters.field || byte == delimiters.component || byte == delimiters.repeat
    }

    /// Where the sequence beginning at `start` is closed; `nil` if this is no sequence but a lone delimiter.
    private static func end(of start: Int, in input: [UInt8], escape: UInt8) -> Int? {
        var index = start + 1
        while index < input.count, Byte.isLetter(input[index]) || Byte.isDigit(input[index]) { index += 1 }
        return index > start + 1 && index < input.count && input[index] == escape ? index : nil
    }

    private func meaning(of code: ArraySlice<UInt8>, escape: UInt8) -> [UInt8]? {
        guard let first = code.first else { return nil }
        if code.count == 1 {
            switch first {
            case UInt8(ascii: "F"): return [delimiters.field]
            case UInt8(ascii: "S"): return delimiters.component.map { [$0] }
            case UInt8(ascii: "R"): return delimiters.repeat.map { [$0] }
            case UInt8(ascii: "E"): return [escape]
            default: return nil
            }
        }
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
