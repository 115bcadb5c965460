import Core

/// How one modality is served the worklist, besides its scope.
public struct WorklistProfile: Sendable, Hashable, Codable {
    /// Days that a query is cut to when it names no date; nil: it is not cut.
    public var window: WorklistWindow?
    /// Whether steps that have begun stay on its list.
    public var showsStarted = false
    /// Values returned in place of ours, by tag (`0040,0010`); matching is done with ours.
    public var force: [String: String] = [:]
    /// Attributes never returned, by tag.
    public var omit: Set<String> = []
    /// Attributes whose keys exclude nothing, by tag.
    public var ignore: Set<String> = []

    /// Everything as the standard has it.
    public init() {}

    /// Why a tag cannot be named here, as the end of a sentence; nil when it can.
    public static func problem(withTag text: String) -> String? {
        guard let tag = Tag(digits: text) else {
            return "is no tag; write group and element in hexadecimal, such as \"0040,0010\""
        }
        guard WorklistTable.root[tag] != nil || WorklistTable.step[tag] != nil else {
            return "is no attribute of the worklist (PS3.4 table K.6-1)"
        }
        return nil
    }

    /// Why a value cannot be forced, as the end of a sentence; nil when it can.
    public static func problem(withValue value: String, of text: String) -> String? {
        guard let tag = Tag(digits: text), let vr = WorklistTable.vr(of: tag) else { return nil }
        if vr == .sq { return "is a sequence, which cannot be forced" }
        if value.isEmpty { return nil }
        return WorklistValue.text(value, vr) == value ? nil : "cannot be sent with VR \(vr)"
    }

    /// The tags in order of use.
    var ignoredTags: Set<Tag> { Set(ignore.compactMap { Tag(digits: $0) }) }
    var omittedTags: Set<Tag> { Set(omit.compactMap { Tag(digits: $0) }) }
    var forcedValues: [Tag: String] {
        Dictionary(force.compactMap { key, value in Tag(digits: key).map { ($0, value) } }) { first, _ in first }
    }
}

extension Tag {
    /// From `0040,0010`; nil when it is not of that form.
    init?(digits text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 9, bytes[4] == UInt8(ascii: ","), let group = UInt16(text.prefix(4), radix: 16),
            let element = UInt16(text.suffix(4), radix: 16), !text.contains("+"), !text.contains("-")
        else { return nil }
        self.init(group, element)
    }
}

extension VR: CustomStringConvertible {
    /// Its two letters.
    public var description: String { String(decoding: [first, second], as: UTF8.self) }
}
