/// Writes compact JSON (RFC 8259) into bytes. Knows no numbers but tokens that are written as they are: a clinical value
/// never becomes a `Double`. The caller keeps the order of braces and commas.
package struct JSONWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// An empty text with room for so many bytes.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// JSON that is already written: braces, names, whole fragments.
    @inline(__always)
    package mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// One byte of what is already JSON.
    @inline(__always)
    package mutating func raw(byte: UInt8) { bytes.append(byte) }

    /// A fragment that was written before.
    @inline(__always)
    package mutating func raw(_ fragment: [UInt8]) { bytes.append(contentsOf: fragment) }

    /// Text that holds nothing JSON would escape (digits, a checked number token).
    package mutating func verbatim(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A string with its quotes.
    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        content(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The inside of a string, escaped. A control character that FHIR forbids in strings (below U+0020 but tab and line
    /// ends, https://hl7.org/fhir/R4/datatypes.html#string) is shown as its Unicode control picture, so that one odd
    /// byte of a device does not make the server refuse a whole report.
    package mutating func content(_ text: String) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable { append($0) }
        if written == nil { Array(text.utf8).withUnsafeBufferPointer { append($0) } }
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices where Self.isSpecial(text[index]) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            escape(text[index])
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }

    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: raw(#"\""#)
        case 0x5C: raw(#"\\"#)
        case 0x09: raw(#"\t"#)
        case 0x0A: raw(#"\n"#)
        case 0x0D: raw(#"\r"#)
        default:
            // U+2400 + byte: E2 90 80 + byte in UTF-8.
            bytes.append(contentsOf: [0xE2, 0x90, 0x80 | byte])
        }
    }
}

/// Whether JSON can carry the text as a number (RFC 8259 section 6): `5.10` and `-2.3` yes, `+5`, `.5`, `007`, `5,1` no.
package func isJSONNumber(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
        var scanner = DigitScanner(bytes)
        _ = scanner.take("-")
        if scanner.take("0") {
            if scanner.digits() > 0 { return false }
        } else if scanner.digits() == 0 {
            return false
        }
        if scanner.take("."), scanner.digits() == 0 { return false }
        if scanner.take("e") || scanner.take("E") {
            _ = scanner.take("+") || scanner.take("-")
            if scanner.digits() == 0 { return false }
        }
        return scanner.isAtEnd
    }
}
