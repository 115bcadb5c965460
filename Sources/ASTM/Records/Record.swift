/// What a field says (LIS02-A2 5.4.9).
public enum FieldValue: Hashable, Sendable {
    /// Absent or empty: no statement, nothing changes.
    case empty
    /// `""`: delete what was known.
    case delete
    /// Text, unescaped.
    case text(String)
}

/// One record of a message.
///
/// Fields are found in the message's bytes when asked for.
///
/// Numbers follow the standard and count from 1: field 1 is the record letter; in a header field 2 is the delimiter
/// definition.
public struct Record: Sendable {
    /// What the records of one message share.
    final class Storage: Sendable {
        let bytes: [UInt8]
        let delimiters: Delimiters
        let encoding: TextEncoding
        let isValidUTF8: Bool
        let isMixed: Bool
        let codec: EscapeCodec
        /// Where the field delimiters stand, record after record: each field is found at once.
        let marks: [Int]
        /// The escape delimiter stands somewhere else than in its declaration.
        let hasEscapes: Bool

        /// - Parameters:
        ///   - encoding: not `.auto`.
        ///   - isValidUTF8: `bytes` are known to be valid UTF-8.
        ///   - isMixed: they are not, and no encoding was asked for.
        ///   - marks: where the field delimiters of the message's records stand.
        init(
            bytes: [UInt8], delimiters: Delimiters, encoding: TextEncoding, isValidUTF8: Bool, isMixed: Bool,
            marks: [Int]
        ) {
            self.bytes = bytes
            self.delimiters = delimiters
            self.encoding = encoding
            self.isValidUTF8 = isValidUTF8
            self.isMixed = isMixed
            self.codec = EscapeCodec(delimiters: delimiters)
            self.marks = marks
            self.hasEscapes = bytes.withUnsafeBufferPointer { bytes in
                guard let escape = delimiters.escape else { return false }
                return Parts.index(of: escape, 2, in: bytes, bytes.indices) != nil
            }
        }

        /// A part decoded; `auto` that turned out to be ISO 8859-1 looks at each part by itself, so that one such letter
        /// in a name does not change the units.
        func text(_ part: some Collection<UInt8>) -> String {
            if isMixed, let text = String(validating: part, as: UTF8.self) { return text }
            return encoding.text(part)
        }
    }

    let storage: Storage
    let range: Range<Int>
    /// Where its field delimiters stand in `Storage.marks`.
    let marks: Range<Int>

    /// What kind of record.
    public let type: RecordType
    /// The number of the record in its message, from 1.
    public let position: Int
    /// The position of the record this one belongs to: P to H, O to P, R to O, Q, S and L to H, M to the nearest record
    /// before it that is neither C nor M, C and lines that are no record to the nearest before them that is no C.
    public let parent: Int?
    /// The position of the patient record this one stands under.
    public let patient: Int?
    /// The position of the order record this one stands under.
    public let order: Int?
    /// A digit stood before the record letter, as when a sender numbers records like frames; it was passed over.
    public let hasStrayNumber: Bool

    /// The record's bytes without its CR.
    public var bytes: ArraySlice<UInt8> { storage.bytes[range] }

    /// The number of fields, the record letter included.
    public var fieldCount: Int { marks.count + 1 }

    /// A field's bytes as sent, empty if it is absent.
    public func raw(_ field: Int) -> ArraySlice<UInt8> { storage.bytes[fieldRange(field)] }

    /// The number of a field's bytes as sent.
    public func byteCount(_ field: Int) -> Int { fieldRange(field).count }

    /// Whether a field has more than one repeat or component.
    public func isDivided(_ field: Int) -> Bool {
        let range = fieldRange(field)
        if range.isEmpty || isDelimiterDefinition(field) { return false }
        let (repeats, components) = (storage.delimiters.repeat, storage.delimiters.component)
        return storage.bytes.withUnsafeBufferPointer { bytes in
            for index in range where bytes[index] == components || bytes[index] == repeats { return true }
            return false
        }
    }

    /// The number of repeats of a field: 0 if it is empty.
    public func repeats(_ field: Int) -> Int {
        let range = fieldRange(field)
        if range.isEmpty { return 0 }
        guard let separator = separator(storage.delimiters.repeat, field: field) else { return 1 }
        return storage.bytes.withUnsafeBufferPointer { Parts.partCount(range, in: $0, at: separator) }
    }

    /// The number of components of one repeat of a field: 0 if it is empty.
    public func components(_ field: Int, repeat number: Int = 1) -> Int {
        let range = partRange(field: field, repeat: number, component: nil)
        if range.isEmpty { return 0 }
        guard let separator = separator(storage.delimiters.component, field: field) else { return 1 }
        return storage.bytes.withUnsafeBufferPointer { Parts.partCount(range, in: $0, at: separator) }
    }

    /// The bytes of a part as sent, delimiters inside it included; empty if it is absent.
    /// - Parameters:
    ///   - field: from 1, the record letter.
    ///   - repeat: from 1; `nil` is the whole field, or with a component the first repeat.
    ///   - component: from 1; `nil` is the whole repeat.
    public func raw(field: Int, repeat: Int? = nil, component: Int? = nil) -> ArraySlice<UInt8> {
        storage.bytes[partRange(field: field, repeat: `repeat`, component: component)]
    }

    /// The text of a part, unescaped; `nil` if it is absent, empty or `""` (see `value`).
    ///
    /// Arguments as in `raw`.
    public func text(field: Int, repeat: Int? = nil, component: Int? = nil) -> String? {
        let range = partRange(field: field, repeat: `repeat`, component: component)
        if range.isEmpty || isDelete(range) { return nil }
        return decode(range, isVerbatim: isDelimiterDefinition(field))
    }

    /// What a part says, with empty and delete told apart.
    ///
    /// Arguments as in `raw`.
    public func value(field: Int, repeat: Int? = nil, component: Int? = nil) -> FieldValue {
        let range = partRange(field: field, repeat: `repeat`, component: component)
        if range.isEmpty { return .empty }
        if isDelete(range) { return .delete }
        return .text(decode(range, isVerbatim: isDelimiterDefinition(field)))
    }

    /// The texts of a field, cut once, however many parts it has: of every repeat its components. Empty parts and `""`
    /// are `nil`.
    public func parts(_ field: Int) -> [[String?]] {
        let range = fieldRange(field)
        if range.isEmpty { return [] }
        let isVerbatim = isDelimiterDefinition(field)
        let (repeats, components) = (storage.delimiters.repeat, storage.delimiters.component)
        return storage.bytes.withUnsafeBufferPointer { bytes in
            Parts.cut(range, in: bytes, at: separator(repeats, field: field)) { part in
                Parts.cut(part, in: bytes, at: separator(components, field: field)) {
                    $0.isEmpty || isDelete($0) ? nil : decode($0, isVerbatim: isVerbatim)
                }
            }
        }
    }

    // MARK: - Finding parts

    private func fieldRange(_ field: Int) -> Range<Int> {
        guard field >= 1, field - 2 < marks.count else { return range.upperBound..<range.upperBound }
        return storage.marks.withUnsafeBufferPointer { all in
            let start = field == 1 ? range.lowerBound : all[marks.lowerBound + field - 2] + 1
            return start..<(field - 1 < marks.count ? all[marks.lowerBound + field - 1] : range.upperBound)
        }
    }

    private func partRange(field: Int, repeat: Int?, component: Int?) -> Range<Int> {
        var range = fieldRange(field)
        if range.isEmpty || (`repeat` == nil && component == nil) { return range }
        return storage.bytes.withUnsafeBufferPointer { bytes in
            let (repeats, components) = (storage.delimiters.repeat, storage.delimiters.component)
            range = Parts.part(`repeat` ?? 1, of: range, in: bytes, separator: separator(repeats, field: field))
            guard let component else { return range }
            return Parts.part(component, of: range, in: bytes, separator: separator(components, field: field))
        }
    }

    private func isDelimiterDefinition(_ field: Int) -> Bool { type == .header && field == 2 }

    /// The delimiter definition is made of delimiters and is not divided by them.
    private func separator(_ separator: UInt8?, field: Int) -> UInt8? {
        isDelimiterDefinition(field) ? nil : separator
    }

    private func isDelete(_ range: Range<Int>) -> Bool {
        range.count == 2 && storage.bytes[range.lowerBound] == UInt8(ascii: "\"")
            && storage.bytes[range.lowerBound + 1] == UInt8(ascii: "\"")
    }

    private func decode(_ range: Range<Int>, isVerbatim: Bool) -> String {
        if storage.hasEscapes, !isVerbatim, let escape = storage.delimiters.escape,
            storage.bytes[range].contains(escape)
        {
            return storage.text(storage.codec.unescape(storage.bytes[range]))
        }
        // Cut at ASCII characters, a part of valid UTF-8 is valid.
        guard storage.isValidUTF8 else { return storage.text(storage.bytes[range]) }
        return storage.bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
    }
}

extension Record: PrintsRedacted {
    /// Letter, position and length; never a field.
    public var description: String { "\(type.letter) record at \(position), \(range.count) bytes" }
}
