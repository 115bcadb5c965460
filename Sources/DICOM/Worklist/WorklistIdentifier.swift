import Core

/// The identifier of a worklist query, understood: what to match and what to return.
public struct WorklistIdentifier: Sendable {
    /// Something asked for, in the order of tags.
    struct Returned: Sendable {
        let tag: Tag
        let row: WorklistTable.Row
        /// What of its items; empty for what is no sequence.
        var items: [Returned] = []
    }

    /// A key as it was written, decoded: for people who look for what removed an entry.
    public struct WrittenKey: Sendable, HoldsPatientData {
        /// `0040,0100.0040,0002`.
        public let path: String
        /// What it is about; nil when it is not matched.
        public let key: WorklistKey?
        /// Its text.
        public let text: String
    }

    /// What to match.
    public let query: WorklistQuery
    /// What to return.
    let returned: [Returned]
    /// Whether it asked for something we do not support, so that responses carry FF01.
    public let hasUnsupportedKeys: Bool
    /// The character set it declared; nil when it declared none.
    let characters: SpecificCharacterSet?
    /// The zone its dates and times are in, and those of the answer are to be in; nil for the facility's own.
    let zone: UTCOffset?
    /// Whether it asked for the zone.
    let asksForZone: Bool
    /// The keys that are not empty.
    public let keys: [WrittenKey]

    /// From the data set; the keys of the attributes in `ignoring` are taken as empty.
    ///
    /// What is wrong comes back as the status to answer with.
    init(_ identifier: DataSet, ignoring: Set<Tag> = []) throws(Refusal) {
        var keys = KeyReader(identifier[.specificCharacterSet], ignoring)
        returned = try keys.read(identifier, WorklistTable.root, path: "")
        do {
            query = try WorklistQuery(keys: keys.texts)
        } catch {
            let tag = WorklistTable.tag(of: error.key)
            // Error Comment has room for 64 characters.
            let named = "\(error.key.name): \(error.reason)"
            let comment = named.count <= 64 ? named : "\(tag.map { "\($0)" } ?? "Key"): \(error.reason)"
            throw Refusal(.identifierDoesNotMatch(comment, tag))
        }
        hasUnsupportedKeys = keys.unsupported
        characters = keys.declared
        self.keys = keys.written
        let offset = identifier[.timezoneOffset]
        asksForZone = offset != nil
        let text = String(decoding: offset?.bytes ?? [], as: UTF8.self).trimmingBlanks()
        zone = UTCOffset(text)
        guard text.isEmpty || zone != nil else {
            throw Refusal(.identifierDoesNotMatch("Timezone Offset From UTC: not of the form +0530", .timezoneOffset))
        }
    }

    /// The status of a query that cannot be answered.
    struct Refusal: Error {
        let status: Status
        init(_ status: Status) { self.status = status }
    }
}

/// Gathers the keys' texts.
private struct KeyReader {
    var texts: [WorklistKey: String] = [:]
    var written: [WorklistIdentifier.WrittenKey] = []
    var unsupported = false
    let declared: SpecificCharacterSet?
    private let characters: SpecificCharacterSet
    private let ignoring: Set<Tag>

    init(_ element: DataElement?, _ ignoring: Set<Tag>) {
        let text = String(decoding: element?.bytes.filter { $0 != 0 } ?? [], as: UTF8.self)
        declared = text.trimmingBlanks().isEmpty ? nil : SpecificCharacterSet(text: text)
        characters = declared ?? SpecificCharacterSet([])
        self.ignoring = ignoring
    }

    /// The keys of a data set or an item; what of them is to be returned.
    mutating func read(
        _ set: DataSet, _ rows: [Tag: WorklistTable.Row], path: String, in code: WorklistCodeSequence? = nil
    ) throws(WorklistIdentifier.Refusal) -> [WorklistIdentifier.Returned] {
        var returned: [Tag: WorklistIdentifier.Returned] = [:]
        for element in set.elements where !WorklistTable.isNoKey(element.tag) {
            guard let row = rows[element.tag] else {
                unsupported = true
                continue
            }
            let place = path + element.tag.digits
            var wanted = WorklistIdentifier.Returned(tag: element.tag, row: row)
            switch row.field {
            case .sequence(let sequence): wanted.items = try items(element, sequence, path: place)
            case .attribute(let attribute): try add(element, row.vr, .attribute(attribute), place)
            case .codePart(let part):
                if let code { try add(element, row.vr, .code(code, part), place) }
            // Returned, but as a key it excludes nothing.
            case .empty: if !element.bytes.isEmpty || element.items != nil { unsupported = true }
            }
            returned[element.tag] = wanted
        }
        // Elements of a data set stand in the order of their tags, once each (PS3.5 section 7.1).
        return returned.values.sorted { $0.tag < $1.tag }
    }

    private mutating func items(
        _ element: DataElement, _ sequence: WorklistSequence, path: String
    ) throws(WorklistIdentifier.Refusal) -> [WorklistIdentifier.Returned] {
        let tag = element.tag
        if element.items == nil, !element.bytes.isEmpty {
            throw .init(.identifierDoesNotMatch("\(tag) is no sequence", tag))
        }
        let items = element.items ?? []
        guard items.count <= 1 else {
            throw .init(.identifierDoesNotMatch("More than one item in \(tag)", tag))
        }
        // Without an item, or with an empty one, the whole sequence is asked for.
        guard let item = items.first, !item.elements.isEmpty else { return WorklistTable.whole(sequence) }
        var code: WorklistCodeSequence?
        if case .code(let its) = sequence { code = its }
        return try read(item, sequence.rows, path: path + ".", in: code)
    }

    private mutating func add(
        _ element: DataElement, _ vr: VR, _ key: WorklistKey, _ path: String
    ) throws(WorklistIdentifier.Refusal) {
        guard element.items == nil else {
            throw .init(.identifierDoesNotMatch("\(element.tag) is a sequence here", element.tag))
        }
        guard let text = text(element, vr) else {
            throw .init(.identifierDoesNotMatch("\(element.tag) is not in the declared character set", element.tag))
        }
        let isIgnored = ignoring.contains(element.tag)
        if !text.trimmingBlanks().isEmpty {
            written.append(.init(path: path, key: isIgnored ? nil : key, text: text.trimmingBlanks()))
        }
        if !isIgnored { texts[key] = text }
    }

    private func text(_ element: DataElement, _ vr: VR) -> String? {
        if vr == .us {
            guard !element.bytes.isEmpty else { return "" }
            guard element.bytes.count == 2 else { return nil }
            return String(UInt16(element.bytes[0]) | UInt16(element.bytes[1]) << 8)
        }
        let bytes = element.bytes.filter { $0 != 0 }
        if vr.usesSpecificCharacterSet { return characters.decode(bytes) }
        return bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
    }
}

extension WorklistTable {
    /// Everything that items of a sequence hold.
    fileprivate static func whole(_ sequence: WorklistSequence) -> [WorklistIdentifier.Returned] {
        sequence.tags.compactMap { tag in
            sequence.rows[tag].map { row in
                var wanted = WorklistIdentifier.Returned(tag: tag, row: row)
                if case .sequence(let inner) = row.field { wanted.items = whole(inner) }
                return wanted
            }
        }
    }
}

extension Tag {
    /// `0040,0100`.
    var digits: String { String(description.dropFirst().dropLast()) }
}
