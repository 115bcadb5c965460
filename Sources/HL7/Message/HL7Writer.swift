/// Writes segments: escapes every text and ends every segment with CR.
public struct HL7Writer: Sendable {
    /// What stands in a field.
    public indirect enum Field: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
        /// One text.
        case text(String)
        /// Components, empty ones included.
        case components([String])
        /// Repetitions.
        case repeats([Field])
        /// Bytes sent as they are.
        case raw([UInt8])

        /// A text.
        public init(stringLiteral value: String) { self = .text(value) }
        /// Components.
        public init(arrayLiteral elements: String...) { self = .components(elements) }
    }

    /// The delimiters in use.
    public let delimiters: HL7Delimiters
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private let codec: HL7EscapeCodec
    private let encoding: TextEncoding

    /// - Parameters:
    ///   - delimiters: for an answer, those of the peer.
    ///   - encoding: what texts are written in; `.auto` is UTF-8.
    public init(delimiters: HL7Delimiters = .standard, encoding: TextEncoding = .utf8) {
        self.delimiters = delimiters
        self.codec = HL7EscapeCodec(delimiters: delimiters)
        self.encoding = encoding
    }

    /// Adds MSH; `fields` begin with MSH-3.
    public mutating func header(_ fields: [Field], keepsEmptyFields: Bool = false) {
        segment("MSH", [.raw(delimiters.encodingCharacters)] + fields, keepsEmptyFields: keepsEmptyFields)
    }

    /// Adds a segment; `fields` begin with field 1 (of MSH: field 2).
    ///
    /// Empty fields at the end are left out, unless `keepsEmptyFields` is set: for receivers that count them.
    public mutating func segment(_ name: String, _ fields: [Field], keepsEmptyFields: Bool = false) {
        bytes += Array(name.utf8)
        var end = bytes.count
        for field in fields {
            bytes.append(delimiters.field)
            let before = bytes.count
            write(field)
            if bytes.count > before || keepsEmptyFields { end = bytes.count }
        }
        bytes.removeLast(bytes.count - end)
        bytes.append(Byte.cr)
    }

    private mutating func write(_ field: Field) {
        switch field {
        case .text(let text): bytes += codec.escape(encoding.bytes(text))
        case .components(let components):
            for (index, component) in components.enumerated() {
                if index > 0, let separator = delimiters.component { bytes.append(separator) }
                bytes += codec.escape(encoding.bytes(component))
            }
        case .repeats(let fields):
            for (index, field) in fields.enumerated() {
                if index > 0, let separator = delimiters.repeat { bytes.append(separator) }
                write(field)
            }
        case .raw(let raw): bytes += raw
        }
    }
}

extension HL7Writer: PrintsRedacted {
    /// The length; never the text.
    public var description: String { "HL7 writer, \(bytes.count) bytes" }
}
