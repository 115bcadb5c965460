/// An HL7 v2 message in its ER7 form: generic segments, found at parse; fields, found when asked for.
public struct HL7Message: Sendable {
    /// Where a segment stands.
    struct Entry: Sendable {
        let start: Int
        let end: Int
        let nameEnd: Int
        let name: SegmentName
        /// Its first field is the field separator itself.
        let isHeader: Bool
        let occurrence: Int
        /// Where its field separators begin in `Storage.marks`, and how many they are.
        let firstMark: Int
        let markCount: Int
    }

    let storage: Storage

    /// The message's bytes.
    public var bytes: [UInt8] { storage.bytes }
    /// The delimiters MSH declares.
    public var delimiters: HL7Delimiters { storage.delimiters }
    /// The encoding in use: what `.auto` turned out to be.
    public var encoding: TextEncoding { storage.encoding }

    /// Reads a message.
    /// - Parameters:
    ///   - bytes: the message without its MLLP frame. Segments end with CR (LF and CR LF are tolerated), blank lines
    ///     are skipped, a byte order mark and blanks before MSH too.
    ///   - encoding: `.auto` unless the device's profile says otherwise.
    public static func parse(_ bytes: [UInt8], encoding: TextEncoding = .auto) throws(HL7Error) -> HL7Message {
        let scan = SegmentScan(bytes)
        guard let first = scan.entries.first else { throw .empty }
        guard first.name == .msh || bytes[first.start..<first.end].starts(with: "MSH".utf8) else {
            throw .noHeader(saw: tellable(bytes[first.start..<first.nameEnd]))
        }
        guard let delimiters = HL7Delimiters(header: bytes[first.start..<first.end]) else { throw .delimiters }
        return HL7Message(storage: Storage(bytes: bytes, scan: scan, delimiters: delimiters, encoding: encoding))
    }

    /// The name of a well-known segment may be told to people; three other letters could be a patient's name.
    private static func tellable(_ name: ArraySlice<UInt8>) -> String {
        let name = String(decoding: name, as: UTF8.self)
        return wellKnown.contains(name) ? name : "?"
    }

    private static let wellKnown: Set<String> = [
        "BHS", "BTS", "DSC", "DSP", "ERR", "EVN", "FHS", "FTS", "MSA", "NTE", "OBR", "OBX", "ORC", "PID", "PV1",
        "QAK", "QPD", "QRD", "QRF", "RCP", "SAC", "SFT", "SPM", "TQ1",
    ]

    // MARK: - Segments

    /// All segments in order.
    public var segments: some RandomAccessCollection<HL7Segment> {
        (0..<storage.entries.count).lazy.map { [storage] in HL7Segment(storage: storage, index: $0) }
    }

    /// The number of segments.
    public var segmentCount: Int { storage.entries.count }

    /// The first segment of a name.
    public func first(_ name: String) -> HL7Segment? { segment(SegmentName(name), occurrence: 1) }

    /// All segments of a name, in order.
    public func all(_ name: String) -> [HL7Segment] {
        let name = SegmentName(name)
        return storage.entries.indices.filter { storage.entries[$0].name == name }
            .map { HL7Segment(storage: storage, index: $0) }
    }

    /// The segment at a position, from 1.
    public func segment(at position: Int) -> HL7Segment? {
        guard position >= 1, position <= storage.entries.count else { return nil }
        return HL7Segment(storage: storage, index: position - 1)
    }

    private func segment(_ name: SegmentName, occurrence: Int) -> HL7Segment? {
        guard name.packed != 0 else { return nil }
        for index in storage.entries.indices {
            let entry = storage.entries[index]
            if entry.name == name, entry.occurrence == occurrence {
                return HL7Segment(storage: storage, index: index)
            }
        }
        return nil
    }

    // MARK: - Paths

    /// The text at a path, unescaped; `nil` if it is absent, empty or `""`.
    public func text(_ path: HL7Path) -> String? {
        segment(path.name, occurrence: path.occurrence)?.text(path)
    }

    /// What stands at a path, with empty and delete told apart.
    public func value(_ path: HL7Path) -> HL7Value {
        segment(path.name, occurrence: path.occurrence)?.value(path) ?? .empty
    }

    // MARK: - Header

    /// The header segment; parse made sure that it is there.
    public var header: HL7Segment { HL7Segment(storage: storage, index: 0) }
    /// MSH-9.1, `ORU` for example.
    public var messageType: String? { header.text(field: 9, component: 1) }
    /// MSH-9.2, `R01` for example.
    public var triggerEvent: String? { header.text(field: 9, component: 2) }
    /// MSH-10.
    ///
    /// Not unique with every device: never use it as the only key.
    public var controlID: String? { header.text(field: 10) }
    /// MSH-18 as sent.
    public var declaredCharacterSet: String? { header.text(field: 18, repeat: 1) }
}

extension HL7Message: PrintsRedacted {
    /// Segment names and counts; never a field.
    public var description: String {
        let names = segments.prefix(40).map { $0.name.count == 3 ? $0.name : "?" }.joined(separator: " ")
        return "message \(names)\(segmentCount > 40 ? " and \(segmentCount - 40) more" : ""), \(bytes.count) bytes"
    }
}
