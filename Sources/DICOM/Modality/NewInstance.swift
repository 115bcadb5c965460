/// A composite instance made here, to be stored.
public struct NewInstance: Hashable, Sendable {
    /// SOP Instance UID (0008,0018).
    public let uid: String
    /// Its SOP class.
    public let service: RequestedService
    /// All of it, without file meta information.
    let dataSet: DataSet
}

/// Date and time as DICOM writes them, in the modality's own zone.
public struct ModalityMoment: Hashable, Sendable {
    /// `YYYYMMDD` (VR DA).
    public var date: String
    /// `HHMMSS` (VR TM).
    public var time: String

    /// A moment.
    public init(date: String, time: String) {
        self.date = date
        self.time = time
    }
}

/// A small image of nobody: a grey wedge, with the patient and study of a worklist entry.
enum SyntheticImage {
    /// Rows and columns.
    static let edge: UInt16 = 64

    /// Secondary Capture Image (PS3.3 table A.8-1), which any modality may make of anything.
    static func secondaryCapture(
        of item: WorklistItem, uid: String, series: String, number: Int, at moment: ModalityMoment, station: String
    ) -> NewInstance {
        let service = RequestedService.secondaryCapture
        var elements: [DataElement] = [
            item.element(.specificCharacterSet, .cs),
            DataElement(Tag(0x0008, 0x0008), .cs, text: "DERIVED\\SECONDARY"),
            DataElement(Tag(0x0008, 0x0016), .ui, text: service.uid),
            DataElement(Tag(0x0008, 0x0018), .ui, text: uid),
            DataElement(Tag(0x0008, 0x0020), .da, text: moment.date),  // Study Date
            DataElement(Tag(0x0008, 0x0023), .da, text: moment.date),  // Content Date
            DataElement(Tag(0x0008, 0x0030), .tm, text: moment.time),  // Study Time
            DataElement(Tag(0x0008, 0x0033), .tm, text: moment.time),  // Content Time
            item.element(Tag(0x0008, 0x0050), .sh),  // Accession Number
            item.stepElement(Tag(0x0008, 0x0060), .cs),  // Modality
            // Conversion Type: synthetic.
            DataElement(Tag(0x0008, 0x0064), .cs, text: "SYN"),
            DataElement(Tag(0x0008, 0x0070), .lo, text: ""),  // Manufacturer
            item.element(Tag(0x0008, 0x0090), .pn),  // Referring Physician's Name
            DataElement(Tag(0x0008, 0x1010), .sh, text: station),  // Station Name
            item.element(Tag(0x0010, 0x0010), .pn),
            item.element(Tag(0x0010, 0x0020), .lo),
            item.element(Tag(0x0010, 0x0021), .lo),
            item.element(Tag(0x0010, 0x0030), .da),
            item.element(Tag(0x0010, 0x0040), .cs),
            item.element(Tag(0x0020, 0x000D), .ui),  // Study Instance UID
            DataElement(Tag(0x0020, 0x000E), .ui, text: series),  // Series Instance UID
            // Study ID: the requested procedure's (IHE RAD TF-2 appendix A).
            item.element(Tag(0x0040, 0x1001), .sh, as: Tag(0x0020, 0x0010)),
            DataElement(Tag(0x0020, 0x0011), .is, text: "1"),  // Series Number
            DataElement(Tag(0x0020, 0x0013), .is, text: String(number)),  // Instance Number
            DataElement(Tag(0x0020, 0x0020), .cs, text: ""),  // Patient Orientation
            request(item),
        ]
        elements += pixels(number)
        return NewInstance(uid: uid, service: service, dataSet: DataSet(elements.filled.sorted { $0.tag < $1.tag }))
    }

    /// Request Attributes Sequence: which order it answers (PS3.3 table 10-9).
    private static func request(_ item: WorklistItem) -> DataElement {
        let reference = DataSet(
            [
                item.stepElement(Tag(0x0040, 0x0007), .lo), item.stepElement(Tag(0x0040, 0x0009), .sh),
                item.element(Tag(0x0040, 0x1001), .sh), item.element(Tag(0x0032, 0x1060), .lo),
            ].filter { !$0.bytes.isEmpty }.sorted { $0.tag < $1.tag })
        return DataElement(Tag(0x0040, 0x0275), .sq, .items([reference]))
    }

    /// Image Pixel module (PS3.3 section C.7.6.3): eight bits of grey.
    private static func pixels(_ number: Int) -> [DataElement] {
        var bytes: [UInt8] = []
        for row in 0..<Int(edge) {
            for column in 0..<Int(edge) { bytes.append(UInt8(truncatingIfNeeded: 2 * (row + column) + 16 * number)) }
        }
        return [
            DataElement(Tag(0x0028, 0x0002), us: 1),  // Samples per Pixel
            DataElement(Tag(0x0028, 0x0004), .cs, text: "MONOCHROME2"),
            DataElement(Tag(0x0028, 0x0010), us: edge), DataElement(Tag(0x0028, 0x0011), us: edge),
            DataElement(Tag(0x0028, 0x0100), us: 8),  // Bits Allocated
            DataElement(Tag(0x0028, 0x0101), us: 8),  // Bits Stored
            DataElement(Tag(0x0028, 0x0102), us: 7),  // High Bit
            DataElement(Tag(0x0028, 0x0103), us: 0),  // Pixel Representation: unsigned
            DataElement(Tag(0x7FE0, 0x0010), .ob, .bytes(bytes)),
        ]
    }
}

extension [DataElement] {
    /// Without Specific Character Set where the entry declares none: it may not be there empty (type 1C).
    var filled: [DataElement] { filter { $0.tag != .specificCharacterSet || !$0.bytes.isEmpty } }
}
