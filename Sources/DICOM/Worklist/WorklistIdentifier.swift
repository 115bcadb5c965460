import Core

/// The identifier of a worklist query, understood: what to match and what to return.
struct WorklistIdentifier {
    /// What to match.
    let query: WorklistQuery
    /// Tags to return, in order, and for the step's item likewise (nil when the step was not asked for).
    let returned: [Tag]
    let returnedOfStep: [Tag]?
    /// Whether it asked for something we do not support, so that responses carry FF01.
    let hasUnsupportedKeys: Bool

    /// From the data set.
    ///
    /// What is wrong comes back as the status to answer with.
    init(_ identifier: DataSet) throws(Refusal) {
        var keys = Keys(identifier[.specificCharacterSet])
        var returned: [Tag] = []
        var returnedOfStep: [Tag]?
        for element in identifier.elements where !WorklistTable.isNoKey(element.tag) {
            guard let row = WorklistTable.root[element.tag] else {
                keys.unsupported = true
                continue
            }
            returned.append(element.tag)
            if row.field == .step {
                returnedOfStep = try Self.step(element, &keys)
            } else {
                try keys.add(element, row)
            }
        }
        do {
            query = try WorklistQuery(keys.texts)
        } catch {
            throw Refusal(.identifierDoesNotMatch("\(error.attribute.rawValue): \(error.reason)"))
        }
        self.returned = Self.ordered(returned)
        self.returnedOfStep = returnedOfStep.map(Self.ordered)
        hasUnsupportedKeys = keys.unsupported
    }

    /// The status of a query that cannot be answered.
    struct Refusal: Error {
        let status: Status
        init(_ status: Status) { self.status = status }
    }

    private static func step(_ element: DataElement, _ keys: inout Keys) throws(Refusal) -> [Tag] {
        let tag = element.tag
        guard let items = element.items else {
            if element.bytes.isEmpty { return WorklistTable.stepInOrder }
            throw Refusal(.identifierDoesNotMatch("\(tag) is no sequence", tag))
        }
        guard items.count <= 1 else {
            throw Refusal(.identifierDoesNotMatch("More than one item in \(tag)", tag))
        }
        // Without an item, or with an empty one, the whole sequence is asked for.
        guard let item = items.first, !item.elements.isEmpty else { return WorklistTable.stepInOrder }
        var returned: [Tag] = []
        for element in item.elements where !WorklistTable.isNoKey(element.tag) {
            guard let row = WorklistTable.step[element.tag] else {
                keys.unsupported = true
                continue
            }
            returned.append(element.tag)
            try keys.add(element, row)
        }
        return returned
    }

    /// Elements of a data set stand in the order of their tags, once each (PS3.5 section 7.1).
    private static func ordered(_ tags: [Tag]) -> [Tag] { Set(tags).sorted() }
}

/// The keys' texts while they are gathered.
private struct Keys {
    var texts: [WorklistAttribute: String] = [:]
    var unsupported = false
    private let characters: SpecificCharacterSet

    init(_ declared: DataElement?) {
        let values = String(decoding: declared?.bytes ?? [], as: UTF8.self)
            .split(separator: "\\", omittingEmptySubsequences: false).map { String($0) }
        characters = SpecificCharacterSet(values)
    }

    mutating func add(_ element: DataElement, _ row: WorklistTable.Row) throws(WorklistIdentifier.Refusal) {
        guard case .attribute(let attribute) = row.field else {
            // Returned, but as a key it excludes nothing.
            if !element.bytes.isEmpty || element.items?.contains(where: { !$0.elements.allSatisfy(\.isEmpty) }) == true
            {
                unsupported = true
            }
            return
        }
        let bytes = element.bytes.filter { $0 != 0 }
        let text: String? =
            if row.vr.usesSpecificCharacterSet {
                characters.decode(bytes)
            } else {
                bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
            }
        guard let text else {
            throw .init(.identifierDoesNotMatch("\(element.tag) is not in the declared character set", element.tag))
        }
        texts[attribute] = text
    }
}

extension DataElement {
    /// Whether it has no value at all, nor any in its items.
    fileprivate var isEmpty: Bool {
        switch value {
        case .bytes(let bytes): bytes.isEmpty
        // One level is enough: what lies deeper counts as a value.
        case .items(let items): items.allSatisfy { $0.elements.isEmpty }
        }
    }
}
