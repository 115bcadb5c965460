/// Reads JSON (RFC 8259) strictly, and keeps what a general decoder loses: the text of numbers, a key that stands twice
/// (refused, because one of the two would win by chance) and the line of a mistake.
struct JSONReader {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    /// Offset of the next byte.
    private(set) var position = 0

    init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        // A byte order mark is no part of the text (RFC 8259 section 8.1 lets a reader pass over it).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Reads a text that is one value and nothing else.
    static func read(_ bytes: [UInt8], maximumDepth: Int) throws(JSONSyntaxError) -> JSONValue {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        let value = try reader.value()
        guard reader.peek() == nil else { throw reader.error("the text goes on after its end") }
        return value
    }

    /// The next byte that is no blank, which stays to be read; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// Takes `byte` if it comes next, blanks before it included.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Reads one value.
    mutating func value(depth: Int = 0) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= maximumDepth else { throw error("nested more than \(maximumDepth) levels deep") }
        guard let next = peek() else { throw error("the text ends where a value is expected") }
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw error("a value is expected here: text in double quotes, a number, true, false, null, { or [")
        }
    }

    /// Keys of one object.
    private static let mostKeys = 4_096

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw error("a key in double quotes is expected here") }
            let key = try string()
            // Each key is compared with those before it.
            guard members.count < Self.mostKeys else { throw error("an object has more than \(Self.mostKeys) keys") }
            if members.contains(where: { $0.key == key }) { throw error("the key \"\(key)\" stands here twice") }
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing after a key") }
            members.append(JSONMember(key, try value(depth: depth + 1)))
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "}")) { return .object(members) }
            throw error("a comma or } is missing")
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "]")) { return .array(elements) }
            throw error("a comma or ] is missing")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard matches else { throw error("a value is expected here; text needs double quotes") }
        position = end
        return value
    }

    /// RFC 8259 section 6; the token is kept as it stands.
    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let digit = byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { position += 1 }
        if position == start { throw error("this is no number as JSON writes them") }
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// RFC 8259 section 7.
    ///
    /// Nearly every text has no escape and is copied in one piece.
    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while let next = byte {
            if next == UInt8(ascii: "\"") {
                defer { position += 1 }
                return try text(bytes[start..<position])
            }
            if next == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if next < 0x20 { break }
            position += 1
        }
        throw error(
            byte == nil ? "a text has no closing quote" : "a line end or control character stands inside a text")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var out = Array(bytes[start..<position])
        while let next = byte {
            switch next {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(out[...])
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &out)
            case 0..<0x20: throw error("a line end or control character stands inside a text")
            default:
                out.append(next)
                position += 1
            }
        }
        throw error("a text has no closing quote")
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONSyntaxError) {
        guard let letter = byte else { throw error("a text has no closing quote") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourHexDigits()
            if (0xD800..<0xDC00).contains(code), byte == UInt8(ascii: "\\") {
                position += 1
                guard byte == UInt8(ascii: "u") else { throw error("half of a surrogate pair stands alone") }
                position += 1
                let low = try fourHexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair stands alone") }
            out.append(contentsOf: String(Character(scalar)).utf8)
        default: throw error("a backslash is followed by a letter that JSON does not know")
        }
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte, let value = hexadecimalDigit(digit) else {
                throw error("\\u needs four hexadecimal digits")
            }
            code = code << 4 | value
            position += 1
        }
        return code
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw error("this text is not UTF-8") }
        return text
    }

    /// An error at the current place.
    func error(_ what: String) -> JSONSyntaxError {
        let (line, column) = place(of: position)
        return JSONSyntaxError(line: line, column: column, what: what)
    }

    /// Line and column, from 1, of an offset.
    func place(of offset: Int) -> (line: Int, column: Int) {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return (before.count { $0 == 0x0A } + 1, offset - lineStart + 1)
    }

    /// How many line ends stand between two offsets.
    func lineEnds(from start: Int, to end: Int) -> Int { bytes[start..<end].count { $0 == 0x0A } }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}
