/// How a data set is written.
///
/// Both are little endian.
public enum TransferSyntax: String, Sendable, CaseIterable {
    /// Implicit VR Little Endian, the default of DICOM.
    case implicitLittleEndian = "1.2.840.10008.1.2"
    /// Explicit VR Little Endian.
    case explicitLittleEndian = "1.2.840.10008.1.2.1"
}

/// How much a data set may hold.
public struct DataSetLimits: Sendable, Hashable, Codable {
    /// Sequences within sequences.
    ///
    /// The standard knows no limit; real identifiers use three.
    public var maxDepth = 64
    /// Elements and items in all, nested ones included.
    public var maxElements = 100_000

    /// The defaults.
    public init() {}
}

/// Why bytes are no data set.
///
/// The sender's fault; it reaches as far as this message.
public enum DataSetError: Error, Hashable, Sendable {
    /// A length points beyond the end of what contains it.
    case truncated(Tag?)
    /// More sequences within sequences than `maxDepth`.
    case tooDeep(limit: Int)
    /// More elements than `maxElements`.
    case tooManyElements(limit: Int)
    /// Two bytes that are no VR where one must stand.
    case badVR(Tag)
    /// An element of undefined length that is no sequence.
    case undefinedLength(Tag)
    /// An item or delimiter where none may stand, or something else where an item must.
    case misplaced(Tag)

    /// What is wrong, at most 64 characters (VR LO of Error Comment), without any value.
    public var sentence: String {
        switch self {
        case .truncated(let tag): "Data set ends too early\(tag.map { " in \($0)" } ?? "")"
        case .tooDeep(let limit): "Sequences nested deeper than \(limit)"
        case .tooManyElements(let limit): "More than \(limit) elements"
        case .badVR(let tag): "No VR after \(tag)"
        case .undefinedLength(let tag): "Undefined length in \(tag), no sequence"
        case .misplaced(let tag): "\(tag) is out of place"
        }
    }
}

/// Reads a data set (PS3.5 section 7) with a stack of its own, so that no nesting can use up the thread's.
public struct DataSetReader {
    /// A data set (the outermost or an item) or a sequence that is being read.
    private struct Frame {
        /// The tag of a sequence; nil for a data set.
        var sequence: Tag?
        var elements: [DataElement] = []
        var items: [DataSet] = []
        /// Where it ends at the latest.
        let end: Int
        /// Whether a delimitation item ends it (undefined length).
        let delimited: Bool
        let implicit: Bool
    }

    private static let item = Tag(0xFFFE, 0xE000)
    private static let itemEnd = Tag(0xFFFE, 0xE00D)
    private static let sequenceEnd = Tag(0xFFFE, 0xE0DD)
    private static let undefined = UInt32.max

    private let bytes: [UInt8]
    private let limits: DataSetLimits
    private var at = 0
    private var stack: [Frame] = []
    private var depth = 0
    private var elements = 0

    /// Reads all of `bytes`.
    public static func read(
        _ bytes: [UInt8], _ syntax: TransferSyntax, limits: DataSetLimits = DataSetLimits()
    ) throws(DataSetError) -> DataSet {
        var reader = DataSetReader(bytes, limits)
        return try reader.run(implicit: syntax == .implicitLittleEndian)
    }

    private init(_ bytes: [UInt8], _ limits: DataSetLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func run(implicit: Bool) throws(DataSetError) -> DataSet {
        stack.append(Frame(end: bytes.count, delimited: false, implicit: implicit))
        while !stack.isEmpty {
            // Only the fields: a copy of the frame would make each append copy the whole array.
            let top = stack.count - 1
            let (sequence, end, delimited) = (stack[top].sequence, stack[top].end, stack[top].delimited)
            if at >= end {
                // The container is used up: a delimiter that should have come is missing.
                guard !delimited else { throw .truncated(sequence) }
                if let whole = close() { return whole }
            } else if sequence == nil {
                try readElement(end: end, delimited: delimited, implicit: stack[top].implicit)
            } else {
                try readItem(end: end, delimited: delimited, implicit: stack[top].implicit)
            }
        }
        throw .truncated(nil)
    }

    /// Ends the innermost frame and adds it to the one around it; gives the data set when it was the outermost.
    private mutating func close() -> DataSet? {
        guard let done = stack.popLast() else { return nil }
        guard !stack.isEmpty else { return DataSet(done.elements) }
        let around = stack.count - 1
        if let tag = done.sequence {
            depth -= 1
            stack[around].elements.append(DataElement(tag, .sq, .items(done.items)))
        } else {
            stack[around].items.append(DataSet(done.elements))
        }
        return nil
    }

    private mutating func readElement(end: Int, delimited: Bool, implicit: Bool) throws(DataSetError) {
        let tag = try readTag(end)
        if tag == Self.itemEnd, delimited {
            _ = try readLength(end, tag)
            _ = close()
            return
        }
        guard tag.group != 0xFFFE else { throw .misplaced(tag) }
        try count()
        let vr = implicit ? TagDictionary.vr(of: tag) ?? .un : try readVR(end, tag)
        let length: UInt32 =
            if implicit { try readLength(end, tag) } else if vr.hasShortLength { try readShort(end, tag) } else {
                try readLength(end, tag, skip: 2)
            }
        if length == Self.undefined {
            // Of undefined length may be a sequence; one of VR UN is written in Implicit VR (PS3.5 section 6.2.2).
            guard vr == .sq || vr == .un else { throw .undefinedLength(tag) }
            return try open(tag, end: end, delimited: true, implicit: implicit || vr == .un)
        }
        guard let count = Int(exactly: length), count <= end - at else { throw .truncated(tag) }
        // A sequence may be of VR UN with a length, too; what is in it is Implicit VR then (PS3.5 section 6.2.2).
        if vr == .sq || (vr == .un && count > 0 && TagDictionary.vr(of: tag) == .sq) {
            return try open(tag, end: at + count, delimited: false, implicit: implicit || vr == .un)
        }
        stack[stack.count - 1].elements.append(DataElement(tag, vr, .bytes(Array(bytes[at..<at + count]))))
        at += count
    }

    private mutating func readItem(end: Int, delimited: Bool, implicit: Bool) throws(DataSetError) {
        let marker = try readTag(end)
        let length = try readLength(end, marker)
        if marker == Self.sequenceEnd, delimited {
            _ = close()
            return
        }
        guard marker == Self.item else { throw .misplaced(marker) }
        try count()
        if length == Self.undefined {
            stack.append(Frame(end: end, delimited: true, implicit: implicit))
        } else {
            guard let count = Int(exactly: length), count <= end - at else { throw .truncated(marker) }
            stack.append(Frame(end: at + count, delimited: false, implicit: implicit))
        }
    }

    private mutating func open(_ tag: Tag, end: Int, delimited: Bool, implicit: Bool) throws(DataSetError) {
        depth += 1
        guard depth <= limits.maxDepth else { throw .tooDeep(limit: limits.maxDepth) }
        stack.append(Frame(sequence: tag, end: end, delimited: delimited, implicit: implicit))
    }

    private mutating func count() throws(DataSetError) {
        elements += 1
        guard elements <= limits.maxElements else { throw .tooManyElements(limit: limits.maxElements) }
    }

    private mutating func readTag(_ end: Int) throws(DataSetError) -> Tag {
        guard end - at >= 4 else { throw .truncated(nil) }
        defer { at += 4 }
        return Tag(UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8, UInt16(bytes[at + 2]) | UInt16(bytes[at + 3]) << 8)
    }

    private mutating func readVR(_ end: Int, _ tag: Tag) throws(DataSetError) -> VR {
        guard end - at >= 2 else { throw .truncated(tag) }
        guard let vr = VR(bytes[at], bytes[at + 1]) else { throw .badVR(tag) }
        at += 2
        return vr
    }

    private mutating func readShort(_ end: Int, _ tag: Tag) throws(DataSetError) -> UInt32 {
        guard end - at >= 2 else { throw .truncated(tag) }
        defer { at += 2 }
        return UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8
    }

    private mutating func readLength(_ end: Int, _ tag: Tag, skip: Int = 0) throws(DataSetError) -> UInt32 {
        guard end - at >= 4 + skip else { throw .truncated(tag) }
        at += skip
        defer { at += 4 }
        return (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
    }
}
