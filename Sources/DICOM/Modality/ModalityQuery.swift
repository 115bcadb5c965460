import Core

/// A worklist query as a modality sends it: what it matches on, and what it wants returned (PS3.4 table K.6-1).
public struct ModalityQuery: Hashable, Sendable {
    /// Why a key cannot be sent.
    public struct KeyError: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong and what would be right.
        public let description: String
    }

    /// Specific Character Set (0008,0005) of the query; empty for the default repertoire.
    public let characterSet: String
    private var root: [Tag: DataElement] = [:]
    private var step: [Tag: DataElement] = [:]

    /// A query that matches everything and asks for what consoles show.
    ///
    /// - Parameter characterSet: a defined term of PS3.3 table C.12-2 and its following ones; empty for ISO_IR 6.
    public init(characterSet: String = "") {
        self.characterSet = characterSet
        for (tag, vr) in Self.returned { root[tag] = DataElement(tag, vr, vr == .sq ? .items([]) : .bytes([])) }
        for (tag, vr) in Self.returnedOfStep { step[tag] = DataElement(tag, vr, vr == .sq ? .items([]) : .bytes([])) }
    }

    /// Matches on a modality, `CT`.
    public mutating func match(modality: String) throws(KeyError) { try add(Tag(0x0008, 0x0060), modality) }

    /// Matches on a start date or range of dates in the form of VR DA (PS3.5 section 6.2).
    public mutating func match(dates: String) throws(KeyError) { try add(Tag(0x0040, 0x0002), dates) }

    /// Adds a key as `TAG=VALUE`, or `TAG` alone for an attribute to be returned.
    ///
    /// The tag is `0010,0010`, with or without parentheses or comma. Attributes of the scheduled procedure step go into
    /// its item by themselves; `0040,0100[0].` before the tag puts any other there.
    public mutating func add(key: String) throws(KeyError) {
        let parts = key.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        var name = parts.first.map { String($0) } ?? ""
        let value = parts.count == 2 ? String(parts[1]) : ""
        var inStep = false
        if let dot = name.lastIndex(of: ".") {
            let sequence = name[..<dot].filter(\.isHexDigit)
            guard sequence == "004001000" || sequence == "00400100" else {
                throw KeyError(description: "'\(name)': the only sequence that has keys is 0040,0100[0]")
            }
            inStep = true
            name = String(name[name.index(after: dot)...])
        }
        guard let tag = Tag(written: name) else {
            throw KeyError(
                description: "'\(name)' is no tag; write four hexadecimal digits twice, such as 0010,0020=MRN0001")
        }
        try add(tag, value, inStep: inStep)
    }

    private mutating func add(_ tag: Tag, _ value: String, inStep: Bool = false) throws(KeyError) {
        let inStep = inStep || Self.returnedOfStep[tag] != nil
        let vr = (inStep ? Self.returnedOfStep[tag] : Self.returned[tag]) ?? TagDictionary.vr(of: tag) ?? .un
        guard vr != .sq else {
            guard value.isEmpty else {
                throw KeyError(description: "\(tag) is a sequence; only an attribute inside it can have a value")
            }
            set(DataElement(tag, .sq, .items([])), inStep)
            return
        }
        var bytes: [UInt8]
        if value.utf8.allSatisfy({ $0 < 0x80 }) {
            bytes = Array(value.utf8)
        } else if vr.usesSpecificCharacterSet {
            guard let encoded = SpecificCharacterSet(text: characterSet).encode(value) else {
                throw KeyError(
                    description:
                        "the value of \(tag) cannot be written in \(characterSet.isEmpty ? "ISO_IR 6" : characterSet)")
            }
            bytes = encoded
        } else {
            throw KeyError(description: "the value of \(tag) can only have ASCII characters")
        }
        if bytes.count % 2 == 1 { bytes.append(vr.padding) }
        set(DataElement(tag, vr, .bytes(bytes)), inStep)
    }

    private mutating func set(_ element: DataElement, _ inStep: Bool) {
        if inStep { step[element.tag] = element } else { root[element.tag] = element }
    }

    /// The identifier of the C-FIND request.
    var identifier: DataSet {
        var elements = root
        if !characterSet.isEmpty {
            elements[.specificCharacterSet] = DataElement(.specificCharacterSet, .cs, text: characterSet)
        }
        elements[.scheduledProcedureStepSequence] = DataElement(
            .scheduledProcedureStepSequence, .sq, .items([DataSet(Self.ordered(step))]))
        return DataSet(Self.ordered(elements))
    }

    private static func ordered(_ elements: [Tag: DataElement]) -> [DataElement] {
        elements.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What is asked for without being matched on: what a console shows, and what the images and the performed
    /// procedure step take over (IHE RAD TF-2 section 4.5).
    private static let returned: [Tag: VR] = [
        Tag(0x0008, 0x0050): .sh,  // Accession Number
        Tag(0x0008, 0x0090): .pn,  // Referring Physician's Name
        Tag(0x0008, 0x1110): .sq,  // Referenced Study Sequence
        Tag(0x0008, 0x1120): .sq,  // Referenced Patient Sequence
        Tag(0x0010, 0x0010): .pn,  // Patient's Name
        Tag(0x0010, 0x0020): .lo,  // Patient ID
        Tag(0x0010, 0x0021): .lo,  // Issuer of Patient ID
        Tag(0x0010, 0x0030): .da,  // Patient's Birth Date
        Tag(0x0010, 0x0040): .cs,  // Patient's Sex
        Tag(0x0010, 0x1030): .ds,  // Patient's Weight
        Tag(0x0010, 0x2000): .lo,  // Medical Alerts
        Tag(0x0010, 0x2110): .lo,  // Allergies
        Tag(0x0010, 0x21C0): .us,  // Pregnancy Status
        Tag(0x0020, 0x000D): .ui,  // Study Instance UID
        Tag(0x0032, 0x1032): .pn,  // Requesting Physician
        Tag(0x0032, 0x1060): .lo,  // Requested Procedure Description
        Tag(0x0032, 0x1064): .sq,  // Requested Procedure Code Sequence
        Tag(0x0040, 0x1001): .sh,  // Requested Procedure ID
        Tag(0x0040, 0x1003): .sh,  // Requested Procedure Priority
    ]

    private static let returnedOfStep: [Tag: VR] = [
        Tag(0x0008, 0x0060): .cs,  // Modality
        Tag(0x0040, 0x0001): .ae,  // Scheduled Station AE Title
        Tag(0x0040, 0x0002): .da,  // Scheduled Procedure Step Start Date
        Tag(0x0040, 0x0003): .tm,  // Scheduled Procedure Step Start Time
        Tag(0x0040, 0x0006): .pn,  // Scheduled Performing Physician's Name
        Tag(0x0040, 0x0007): .lo,  // Scheduled Procedure Step Description
        Tag(0x0040, 0x0008): .sq,  // Scheduled Protocol Code Sequence
        Tag(0x0040, 0x0009): .sh,  // Scheduled Procedure Step ID
        Tag(0x0040, 0x0010): .sh,  // Scheduled Station Name
        Tag(0x0040, 0x0011): .sh,  // Scheduled Procedure Step Location
    ]
}

extension Tag {
    /// From `0010,0020`, `(0010,0020)` or `00100020`.
    init?(written text: String) {
        let digits = text.filter { !"(), ".contains($0) }
        guard digits.utf8.count == 8, digits.utf8.count == digits.count, let number = UInt32(digits, radix: 16) else {
            return nil
        }
        self.init(UInt16(number >> 16), UInt16(truncatingIfNeeded: number))
    }
}
