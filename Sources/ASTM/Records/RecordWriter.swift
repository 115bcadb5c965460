/// Writes records: escapes every text and ends every record with CR.
public struct RecordWriter: Sendable {
    /// What stands in a field.
    public indirect enum Field: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
        /// One text.
        case text(String)
        /// Components, empty ones included.
        case components([String])
        /// Repeats.
        case repeats([Field])
        /// Bytes sent as they are, an echo of what the device sent for example.
        case raw([UInt8])

        /// A text.
        public init(stringLiteral value: String) { self = .text(value) }
        /// Components.
        public init(arrayLiteral elements: String...) { self = .components(elements) }
    }

    /// The delimiters in use.
    public let delimiters: Delimiters
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private let codec: EscapeCodec
    private let encoding: TextEncoding

    /// - Parameters:
    ///   - delimiters: for an answer, those of the device.
    ///   - encoding: what texts are written in; `.auto` is the standard's ISO 8859-1.
    public init(delimiters: Delimiters = .standard, encoding: TextEncoding = .utf8) {
        self.delimiters = delimiters
        self.codec = EscapeCodec(delimiters: delimiters)
        self.encoding = encoding
    }

    /// Adds the header; `fields` begin with field 3.
    public mutating func header(_ fields: [Field] = []) {
        record("H", [.raw(delimiters.definition)] + fields)
    }

    /// Adds a record; `fields` begin with field 2.
    public mutating func record(_ letter: String, _ fields: [Field]) {
        bytes += Array(letter.utf8)
        for field in fields {
            bytes.append(delimiters.field)
            write(field)
        }
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

extension RecordWriter: PrintsRedacted {
    /// The length; never the text.
    public var description: String { "record writer, \(bytes.count) bytes" }
}
