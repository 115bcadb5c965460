import Core

/// An entry of a worklist as a peer sent it.
///
/// It keeps the bytes, which the images and the performed procedure step take over as they are, and reads them as text.
public struct WorklistItem: Hashable, Sendable, HoldsPatientData {
    let dataSet: DataSet
    private let characters: SpecificCharacterSet

    init(_ dataSet: DataSet) {
        self.dataSet = dataSet
        characters = SpecificCharacterSet(
            text: String(decoding: dataSet[.specificCharacterSet]?.bytes ?? [], as: UTF8.self))
    }

    private var step: DataSet? { dataSet[.scheduledProcedureStepSequence]?.items?.first }

    /// Specific Character Set, as declared.
    public var characterSet: String { text(dataSet[.specificCharacterSet]) }
    /// Accession Number.
    public var accession: String { text(dataSet[Tag(0x0008, 0x0050)]) }
    /// Patient's Name, its components separated by `^`.
    public var patientName: String { text(dataSet[Tag(0x0010, 0x0010)]) }
    /// Patient ID.
    public var patientID: String { text(dataSet[Tag(0x0010, 0x0020)]) }
    /// Patient's Birth Date, `YYYYMMDD`.
    public var birthDate: String { text(dataSet[Tag(0x0010, 0x0030)]) }
    /// Patient's Sex.
    public var sex: String { text(dataSet[Tag(0x0010, 0x0040)]) }
    /// Study Instance UID.
    public var studyUID: String { text(dataSet[Tag(0x0020, 0x000D)]) }
    /// Requested Procedure ID.
    public var requestedProcedureID: String { text(dataSet[Tag(0x0040, 0x1001)]) }
    /// Modality of the step.
    public var modality: String { text(step?[Tag(0x0008, 0x0060)]) }
    /// Scheduled Station AE Title; several are separated by `\`.
    public var stationAETitle: String { text(step?[Tag(0x0040, 0x0001)]) }
    /// Scheduled Procedure Step Start Date, `YYYYMMDD`.
    public var startDate: String { text(step?[Tag(0x0040, 0x0002)]) }
    /// Scheduled Procedure Step Start Time, `HHMMSS`.
    public var startTime: String { text(step?[Tag(0x0040, 0x0003)]) }
    /// Scheduled Procedure Step ID.
    public var stepID: String { text(step?[Tag(0x0040, 0x0009)]) }

    /// What is to be done: the step's description, else the procedure's, else the meaning of a code.
    public var procedure: String {
        let code = step?[Tag(0x0040, 0x0008)]?.items?.first ?? dataSet[Tag(0x0032, 0x1064)]?.items?.first
        return [step?[Tag(0x0040, 0x0007)], dataSet[Tag(0x0032, 0x1060)], code?[.codeMeaning]].lazy
            .map { text($0) }.first { !$0.isEmpty } ?? ""
    }

    /// The attribute of the entry itself, with this VR whatever a data set in Implicit VR was taken for.
    func element(_ tag: Tag, _ vr: VR, as other: Tag? = nil) -> DataElement {
        Self.copy(dataSet[tag], other ?? tag, vr)
    }

    /// An attribute of the scheduled procedure step likewise.
    func stepElement(_ tag: Tag, _ vr: VR, as other: Tag? = nil) -> DataElement {
        Self.copy(step?[tag], other ?? tag, vr)
    }

    private static func copy(_ found: DataElement?, _ tag: Tag, _ vr: VR) -> DataElement {
        guard vr == .sq else { return DataElement(tag, vr, .bytes(found?.bytes ?? [])) }
        return DataElement(tag, vr, .items(found?.items ?? []))
    }

    /// What an entry must have for a modality to work with it, and this one lacks (type 1 of PS3.4 table K.6-1).
    public var problems: [String] {
        let required: [(String, String)] = [
            ("Patient's Name", patientName), ("Patient ID", patientID), ("Study Instance UID", studyUID),
            ("Requested Procedure ID", requestedProcedureID), ("Modality", modality),
            ("Scheduled Station AE Title", stationAETitle), ("Scheduled Procedure Step Start Date", startDate),
            ("Scheduled Procedure Step Start Time", startTime), ("Scheduled Procedure Step ID", stepID),
        ]
        var problems = required.filter { $0.1.isEmpty }.map { "it has no \($0.0)" }
        if !unreadable.isEmpty {
            let tags = unreadable.map(\.description).joined(separator: ", ")
            problems.append("\(tags) is not in the character set it declares")
        }
        return problems
    }

    /// Texts that cannot be decoded.
    private var unreadable: [Tag] {
        (dataSet.elements + (step?.elements ?? [])).filter { element in
            element.vr.usesSpecificCharacterSet && characters.decode(element.bytes.filter { $0 != 0 }) == nil
        }.map(\.tag)
    }

    /// Decoded, without the padding; bytes that cannot be decoded become question marks, as a console would show them.
    private func text(_ element: DataElement?) -> String {
        let bytes = (element?.bytes ?? []).filter { $0 != 0 }
        let text =
            characters.decode(bytes)
            ?? String(decoding: bytes.map { $0 < 0x80 && $0 != 0x1B ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
        return text.trimmingBlanks()
    }
}

/// The answer to a worklist query.
public struct WorklistReply: Sendable {
    /// The entries in the order they came.
    public private(set) var items: [WorklistItem] = []
    /// Entries that could not be read, and why.
    public private(set) var unreadable: [String] = []
    /// The final response.
    public private(set) var reply = DIMSEReply(status: 0)
    /// Whether we cancelled it, so that there may be more.
    public private(set) var cancelled = false
    /// Whether the peer supports not all of the keys (FF01).
    public private(set) var hasUnsupportedKeys = false

    init() {}

    mutating func add(_ data: [UInt8], _ syntax: TransferSyntax) {
        do {
            items.append(WorklistItem(try DataSetReader.read(data, syntax)))
        } catch {
            unreadable.append(error.sentence)
        }
    }

    mutating func end(_ end: FindEnd) {
        reply = end.reply
        cancelled = end.cancelled
        hasUnsupportedKeys = end.hasUnsupportedKeys
    }
}
