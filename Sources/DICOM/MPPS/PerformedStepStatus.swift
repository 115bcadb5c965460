/// How strictly a modality is held to PS3.4 section F.7.
public enum PerformedStepStrictness: String, Sendable, Hashable, Codable, CaseIterable {
    /// What devices commonly get wrong without harm is taken with a remark.
    case lenient
    /// Refused as the standard says.
    case strict
}

extension Status {
    /// N-SET after the end (PS3.4 table F.7.2-2).
    static let stepIsFinal = Status(
        0x0110, comment: "Performed Procedure Step Object may no longer be updated", errorID: 0xA710)
    static let noSuchInstance = Status(0x0112, comment: "No performed procedure step with this SOP Instance UID")
    static let duplicateInstance = Status(
        0x0111, comment: "A performed procedure step with this SOP Instance UID exists")
    static let invalidInstance = Status(0x0117, comment: "The SOP Instance UID is no UID")

    static func processingFailure(_ comment: String) -> Status { Status(0x0110, comment: comment) }
    static func notAllowed(_ tags: [Tag]) -> Status {
        Status(0x0105, comment: "Not allowed in N-SET: \(Self.list(tags))", attributes: tags)
    }
    static func invalidValue(_ tags: [Tag], _ why: String) -> Status {
        Status(0x0106, comment: "\(why): \(Self.list(tags))", attributes: tags)
    }
    /// Done, but these attributes were passed over (PS3.7 section C.4.2).
    static func passedOver(_ tags: [Tag]) -> Status {
        Status(0x0107, comment: "Not taken: \(Self.list(tags))", attributes: tags)
    }
    static func missing(_ tags: [Tag]) -> Status {
        Status(0x0120, comment: "Missing: \(Self.list(tags))", attributes: tags)
    }
    static func empty(_ tags: [Tag]) -> Status {
        Status(0x0121, comment: "Without value: \(Self.list(tags))", attributes: tags)
    }

    private static func list(_ tags: [Tag]) -> String { tags.map(\.description).joined(separator: " ") }
}
