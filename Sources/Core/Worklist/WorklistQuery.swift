/// A key that cannot be understood: the requestor's mistake, and the end of this query only (status A900).
public struct WorklistQueryError: Error, Hashable, Sendable {
    /// The attribute whose key it is.
    public let attribute: WorklistAttribute
    /// What is wrong, without the key's content.
    public let reason: String
}

/// What a key asks of an attribute.
enum WorklistCondition: Hashable, Sendable {
    case text([TextPattern])
    case name(NamePattern)
    case uids([String])
    case dates(from: DICOMDate?, through: DICOMDate?)
    case times(from: DICOMTime?, through: DICOMTime?, isRange: Bool)
}

/// The keys of one worklist query that exclude something.
///
/// Empty keys, and keys that match everything, are left out: they only ask for the attribute to be returned.
public struct WorklistQuery: Hashable, Sendable, HoldsPatientData {
    let conditions: [WorklistAttribute: WorklistCondition]

    /// From the text of each key, decoded to Unicode, values of a list separated by `\`.
    public init(_ keys: [WorklistAttribute: String]) throws(WorklistQueryError) {
        var conditions: [WorklistAttribute: WorklistCondition] = [:]
        for (attribute, key) in keys {
            if let condition = try Self.condition(attribute, key) { conditions[attribute] = condition }
        }
        self.conditions = conditions
    }

    /// Whether nothing is excluded.
    public var isUniversal: Bool { conditions.isEmpty }

    /// Characters of one value: the most that any of the VRs allows (PS3.5 table 6.2-1).
    static let valueCharacters = 64
    /// Component groups of a name, each as long as a value.
    static let nameGroups = 3
    /// Values of a list; without a limit one query could keep a processor busy for minutes.
    static let listValues = 100

    private static func condition(
        _ attribute: WorklistAttribute, _ key: String
    ) throws(WorklistQueryError) -> WorklistCondition? {
        try checkSize(attribute, key)
        let text = key.trimmingBlanks()
        guard !text.allSatisfy({ $0 == "*" }) else { return nil }
        switch attribute.matching {
        case .text, .code:
            let values = text.split(separator: "\\").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
            return values.isEmpty ? nil : .text(values.map(TextPattern.init))
        case .name:
            return NamePattern(text).map { .name($0) }
        case .uid:
            let values = text.split(separator: "\\").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
            guard values.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } }) else {
                throw WorklistQueryError(attribute: attribute, reason: "not a UID")
            }
            return values.isEmpty ? nil : .uids(values)
        case .date:
            let (from, through, _) = try bounds(attribute, text, what: "date") { DICOMDate($0) }
            return .dates(from: from, through: through)
        case .time:
            let (from, through, isRange) = try bounds(attribute, text, what: "time") { DICOMTime($0) }
            return .times(from: from, through: through, isRange: isRange)
        }
    }

    private static func checkSize(_ attribute: WorklistAttribute, _ key: String) throws(WorklistQueryError) {
        // A name's groups with the delimiters between them.
        let isName = attribute.matching == .name
        let longest = isName ? nameGroups * valueCharacters + nameGroups - 1 : valueCharacters
        var values = 1
        var characters = 0
        for scalar in key.unicodeScalars {
            if scalar == "\\" {
                values += 1
                characters = 0
            } else {
                characters += 1
            }
            guard values <= listValues else {
                throw WorklistQueryError(attribute: attribute, reason: "more than \(listValues) values")
            }
            guard characters <= longest else {
                throw WorklistQueryError(attribute: attribute, reason: "more than \(longest) characters")
            }
        }
    }

    /// `a`, `a-b`, `a-` or `-b` (PS3.4 section C.2.2.2.5.1).
    private static func bounds<Moment>(
        _ attribute: WorklistAttribute, _ text: String, what: String, read: (Substring) -> Moment?
    ) throws(WorklistQueryError) -> (from: Moment?, through: Moment?, isRange: Bool) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        var moments: [Moment?] = []
        for part in parts {
            if part.trimmingBlanks().isEmpty {
                moments.append(nil)
            } else if let moment = read(part) {
                moments.append(moment)
            } else {
                throw WorklistQueryError(attribute: attribute, reason: "not a \(what) or range of \(what)s")
            }
        }
        switch moments.count {
        case 1: return (moments[0], moments[0], false)
        case 2 where moments[0] != nil || moments[1] != nil: return (moments[0], moments[1], true)
        default: throw WorklistQueryError(attribute: attribute, reason: "not a \(what) or range of \(what)s")
        }
    }
}
