import Core

/// Writes the data sets of one answer's pending responses: the requested attributes of an entry and no others.
///
/// Belongs to one thread.
final class WorklistResponse {
    /// An element whose text waits for the character set that all of them can go in.
    private enum Draft {
        case ready(DataElement)
        case text(Tag, VR, String)
        indirect case items(Tag, [[Draft]])
    }

    private let returned: [WorklistIdentifier.Returned]
    private let zone: UTCOffset?
    private let asksForZone: Bool
    private let clock: FacilityClock
    private let syntax: TransferSyntax
    private let forced: [Tag: String]
    private let text: ResponseText

    /// For the answer to a query.
    init(
        _ identifier: WorklistIdentifier, _ profile: WorklistProfile, _ sets: ResponseCharacterSets,
        clock: FacilityClock, _ syntax: TransferSyntax
    ) {
        let omitted = profile.omittedTags
        returned = omitted.isEmpty ? identifier.returned : Self.without(omitted, identifier.returned)
        forced = profile.forcedValues
        zone = identifier.zone
        asksForZone = identifier.asksForZone
        self.clock = clock
        self.syntax = syntax
        text = ResponseText(sets, request: identifier.characters)
    }

    /// Characters that could not be sent in the only set the modality takes, so far.
    var replaced: Int { text.replaced }

    /// The bytes for an entry.
    func encode(_ entry: WorklistEntry) -> [UInt8] {
        var texts: [String] = []
        let drafts = returned.map { draft($0, entry, nil, &texts) }
        let (declared, encoded) = text.encode(texts)
        var next = encoded[...]
        var elements: [DataElement] = []
        elements.reserveCapacity(drafts.count + 2)
        if !declared.isEmpty { elements.append(DataElement(.specificCharacterSet, .cs, text: declared)) }
        for draft in drafts { elements.append(Self.element(draft, &next)) }
        if asksForZone { add(offset: entry, to: &elements) }
        return DataSetWriter.write(DataSet(elements), syntax)
    }

    private func add(offset entry: WorklistEntry, to elements: inout [DataElement]) {
        var offset = zone
        if offset == nil, let date = DICOMDate(entry.startDate), let time = DICOMTime(entry.startTime) {
            offset = clock.offset(at: date, time)
        }
        let element = DataElement(.timezoneOffset, .sh, text: offset?.text ?? "")
        elements.insert(element, at: elements.firstIndex { $0.tag > .timezoneOffset } ?? elements.endIndex)
    }

    /// Also says which texts there are, in the order in which `element` will want them back.
    private func draft(
        _ wanted: WorklistIdentifier.Returned, _ entry: WorklistEntry, _ code: WorklistCode?, _ texts: inout [String]
    ) -> Draft {
        let (tag, vr) = (wanted.tag, wanted.row.vr)
        if let value = forced[tag], vr != .sq { return self.value([value], tag, vr, &texts) }
        switch wanted.row.field {
        case .attribute(let attribute): return value(entry.values(of: attribute), tag, vr, &texts)
        case .codePart(.value) where code?.isLong == true:
            // Too long for Code Value: it has an attribute of its own (PS3.3 section 8.1).
            return value([code?.value ?? ""], .longCodeValue, .uc, &texts)
        case .codePart(let part): return value([code?.text(of: part) ?? ""], tag, vr, &texts)
        case .empty: return .ready(DataElement(tag, vr, .bytes([])))
        case .sequence(.references): return .ready(DataElement(tag, .sq, .items([])))
        case .sequence(.step):
            return .items(tag, [wanted.items.map { draft($0, entry, nil, &texts) }])
        case .sequence(.code(let sequence)):
            return .items(
                tag,
                entry.codes(in: sequence).map { code in
                    // Long Code Value stands behind the others.
                    let isLast = { (wanted: WorklistIdentifier.Returned) in code.isLong && wanted.tag == .codeValue }
                    let order = wanted.items.filter { !isLast($0) } + wanted.items.filter(isLast)
                    return order.map { draft($0, entry, code, &texts) }
                })
        }
    }

    private func value(_ values: [String], _ tag: Tag, _ vr: VR, _ texts: inout [String]) -> Draft {
        let text = values.map { WorklistValue.text($0, vr) }.filter { !$0.isEmpty }.joined(separator: "\\")
        if vr == .us {
            return .ready(UInt16(text).map { DataElement(tag, us: $0) } ?? DataElement(tag, vr, .bytes([])))
        }
        guard vr.usesSpecificCharacterSet, !text.isEmpty else { return .ready(DataElement(tag, vr, text: text)) }
        texts.append(text)
        return .text(tag, vr, text)
    }

    private static func element(_ draft: Draft, _ texts: inout ArraySlice<[UInt8]>) -> DataElement {
        switch draft {
        case .ready(let element): return element
        case .text(let tag, let vr, _):
            var bytes = texts.popFirst() ?? []
            if bytes.count % 2 == 1 { bytes.append(vr.padding) }
            return DataElement(tag, vr, .bytes(bytes))
        case .items(let tag, let items):
            return DataElement(tag, .sq, .items(items.map { DataSet($0.map { element($0, &texts) }) }))
        }
    }

    private static func without(
        _ omitted: Set<Tag>, _ wanted: [WorklistIdentifier.Returned]
    ) -> [WorklistIdentifier.Returned] {
        wanted.compactMap { one in
            guard !omitted.contains(one.tag) else { return nil }
            var one = one
            one.items = without(omitted, one.items)
            return one
        }
    }
}

extension WorklistCode {
    /// Whether Code Value (VR SH) is too short for it.
    fileprivate var isLong: Bool { value.unicodeScalars.count > 16 }
}
