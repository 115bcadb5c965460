/// What a field says (HL7 v2 chapter 2, "null").
public enum HL7Value: Hashable, Sendable {
    /// Absent or empty: no statement.
    case empty
    /// `""`: delete what was known.
    case delete
    /// Text, unescaped.
    case text(String)
}

/// One segment of a message.
///
/// Fields are found in the message's bytes when asked for.
///
/// Numbers count from 1 as the standard's do; in MSH (and FHS, BHS) field 1 is the field separator and field 2 the
/// encoding characters.
public struct HL7Segment: Sendable {
    let storage: HL7Message.Storage
    let index: Int

    private let entry: HL7Message.Entry

    init(storage: HL7Message.Storage, index: Int) {
        self.storage = storage
        self.index = index
        entry = storage.entries[index]
    }

    /// The number of the segment in its message, from 1; blank lines do not count.
    public var position: Int { index + 1 }

    /// The number of the segment among those of its name, from 1.
    public var occurrence: Int { entry.occurrence }

    /// The segment's name, `OBX` for example.
    public var name: String { String(decoding: storage.bytes[entry.start..<entry.nameEnd], as: UTF8.self) }

    /// The bytes of its name.
    public var nameBytes: ArraySlice<UInt8> { storage.bytes[entry.start..<entry.nameEnd] }

    /// The segment's bytes without its end.
    public var bytes: ArraySlice<UInt8> { storage.bytes[entry.start..<entry.end] }

    /// The number of fields, empty ones between included.
    public var fieldCount: Int {
        entry.isHeader ? entry.markCount + 1 : entry.markCount
    }

    /// A field's bytes as sent, empty if it is absent.
    public func raw(_ field: Int) -> ArraySlice<UInt8> { raw(field: field) }

    /// The bytes of a part as sent, delimiters inside it included; empty if it is absent.
    /// - Parameters:
    ///   - field: from 1.
    ///   - repeat: from 1; `nil` is the whole field, or with a component the first repetition.
    ///   - component: from 1; `nil` is the whole repetition.
    ///   - subcomponent: from 1; `nil` is the whole component.
    public func raw(
        field: Int, repeat: Int? = nil, component: Int? = nil, subcomponent: Int? = nil
    ) -> ArraySlice<UInt8> {
        storage.bytes[range(field: field, repeat: `repeat`, component: component, subcomponent: subcomponent)]
    }

    /// The text of a part, unescaped; `nil` if it is absent, empty or `""` (see `value`).
    ///
    /// Arguments as in `raw`.
    public func text(
        field: Int, repeat: Int? = nil, component: Int? = nil, subcomponent: Int? = nil
    ) -> String? {
        let range = range(field: field, repeat: `repeat`, component: component, subcomponent: subcomponent)
        if range.isEmpty || storage.isDelete(range) { return nil }
        return storage.text(range, isVerbatim: isVerbatim(field))
    }

    /// What a part says, with empty and delete told apart.
    ///
    /// Arguments as in `raw`.
    public func value(
        field: Int, repeat: Int? = nil, component: Int? = nil, subcomponent: Int? = nil
    ) -> HL7Value {
        let range = range(field: field, repeat: `repeat`, component: component, subcomponent: subcomponent)
        if range.isEmpty { return .empty }
        if storage.isDelete(range) { return .delete }
        return .text(storage.text(range, isVerbatim: isVerbatim(field)))
    }

    /// The text at a path; its segment name and occurrence are not looked at.
    public func text(_ path: HL7Path) -> String? {
        text(field: path.field, repeat: path.repeat, component: path.component, subcomponent: path.subcomponent)
    }

    /// What stands at a path; its segment name and occurrence are not looked at.
    public func value(_ path: HL7Path) -> HL7Value {
        value(field: path.field, repeat: path.repeat, component: path.component, subcomponent: path.subcomponent)
    }

    /// The number of a field's bytes as sent.
    public func byteCount(_ field: Int) -> Int { range(field: field).count }

    /// Whether a field has more than one repetition or component.
    public func isDivided(_ field: Int) -> Bool {
        let range = range(field: field)
        if range.isEmpty || isVerbatim(field) { return false }
        let (repeats, components) = (storage.delimiters.repeat, storage.delimiters.component)
        return storage.bytes.withUnsafeBufferPointer { bytes in
            for index in range where bytes[index] == components || bytes[index] == repeats { return true }
            return false
        }
    }

    /// The number of repetitions of a field: 0 if it is empty.
    public func repeats(_ field: Int) -> Int {
        count(in: range(field: field), separator: isVerbatim(field) ? nil : storage.delimiters.repeat)
    }

    /// The number of components of one repetition of a field: 0 if it is empty.
    public func components(_ field: Int, repeat number: Int = 1) -> Int {
        count(
            in: range(field: field, repeat: number),
            separator: isVerbatim(field) ? nil : storage.delimiters.component)
    }

    /// The texts of a field, cut once, however many parts it has: of every repetition its components, or of each the
    /// subcomponent asked for. Empty parts and `""` are `nil`.
    public func parts(_ field: Int, subcomponent: Int? = nil) -> [[String?]] {
        let range = range(field: field)
        if range.isEmpty { return [] }
        let isVerbatim = isVerbatim(field)
        let delimiters = storage.delimiters
        let separators = isVerbatim ? (nil, nil) : (delimiters.repeat, delimiters.component)
        return storage.bytes.withUnsafeBufferPointer { bytes in
            Byte.cut(range, in: bytes, at: separators.0) { part in
                Byte.cut(part, in: bytes, at: separators.1) { component in
                    let range = subcomponent.map {
                        Byte.part($0, of: component, in: bytes, separator: delimiters.subcomponent)
                    }
                    let text = range ?? component
                    return text.isEmpty || storage.isDelete(text) ? nil : storage.text(text, isVerbatim: isVerbatim)
                }
            }
        }
    }

    // MARK: - Finding parts

    private func count(in range: Range<Int>, separator: UInt8?) -> Int {
        if range.isEmpty { return 0 }
        guard let separator else { return 1 }
        return storage.bytes.withUnsafeBufferPointer { Byte.partCount(range, in: $0, at: separator) }
    }

    /// MSH-1 and MSH-2 are made of delimiters and are not divided by them.
    private func isVerbatim(_ field: Int) -> Bool { field <= 2 && entry.isHeader }

    private func range(
        field: Int, repeat: Int? = nil, component: Int? = nil, subcomponent: Int? = nil
    ) -> Range<Int> {
        let delimiters = storage.delimiters
        let isHeader = entry.isHeader
        if isHeader, field == 1 { return entry.nameEnd..<min(entry.nameEnd + 1, entry.end) }
        guard field >= 1, field < Int.max else { return entry.end..<entry.end }
        var range = storage.part(isHeader ? field : field + 1, of: entry)
        if range.isEmpty || (isHeader && field == 2) || (`repeat` == nil && component == nil && subcomponent == nil) {
            return range
        }
        return storage.bytes.withUnsafeBufferPointer { bytes in
            if `repeat` != nil || component != nil || subcomponent != nil {
                range = Byte.part(`repeat` ?? 1, of: range, in: bytes, separator: delimiters.repeat)
            }
            if component != nil || subcomponent != nil {
                range = Byte.part(component ?? 1, of: range, in: bytes, separator: delimiters.component)
            }
            if let subcomponent {
                range = Byte.part(subcomponent, of: range, in: bytes, separator: delimiters.subcomponent)
            }
            return range
        }
    }
}

extension HL7Segment: PrintsRedacted {
    /// Name, position and length; never a field.
    public var description: String { "\(name) segment at \(position), \(entry.end - entry.start) bytes" }
}
