/// A DIMSE command set (PS3.7 section 6.3 and Annex E): group 0000, always Implicit VR Little Endian.
public struct CommandSet: Hashable, Sendable {
    /// Command Field (0000,0100); bit 15 marks a response.
    public enum Field {
        static let response: UInt16 = 0x8000
        static let cStoreRequest: UInt16 = 0x0001
        static let cGetRequest: UInt16 = 0x0010
        static let cFindRequest: UInt16 = 0x0020
        static let cMoveRequest: UInt16 = 0x0021
        static let cEchoRequest: UInt16 = 0x0030
        static let cCancelRequest: UInt16 = 0x0FFF
    }

    /// Command Data Set Type (0000,0800): this value means that no data set follows, every other that one does.
    static let noDataSet: UInt16 = 0x0101
    /// A data set follows.
    static let withDataSet: UInt16 = 0x0000

    var field: UInt16
    var messageID: UInt16?
    var respondsTo: UInt16?
    var affectedSOPClassUID: String?
    var hasDataSet: Bool
    var status: UInt16?
    var offendingElement: Tag?
    var errorComment: String?
    /// Affected SOP Instance UID, or the requested one of an N- request: named again in its response.
    var sopInstanceUID: String?

    /// A request.
    init(request field: UInt16, messageID: UInt16, sopClass: String, hasDataSet: Bool = false) {
        self.field = field
        self.messageID = messageID
        affectedSOPClassUID = sopClass
        self.hasDataSet = hasDataSet
    }

    /// The response to a request.
    init(responseTo request: CommandSet, status: Status, hasDataSet: Bool = false) {
        field = request.field | Field.response
        respondsTo = request.messageID
        affectedSOPClassUID = request.affectedSOPClassUID
        sopInstanceUID = request.sopInstanceUID
        self.status = status.code
        offendingElement = status.offendingElement
        errorComment = status.comment
        self.hasDataSet = hasDataSet
    }

    /// From the bytes of a command set.
    public init(_ bytes: [UInt8]) throws(CommandSetError) {
        var limits = DataSetLimits()
        limits.maxDepth = 0
        limits.maxElements = 64
        let set: DataSet
        do {
            set = try DataSetReader.read(bytes, .implicitLittleEndian, limits: limits)
        } catch {
            throw .malformed(error)
        }
        guard set.elements.allSatisfy({ $0.tag.group == 0 }) else { throw .foreignGroup }
        guard let field = Self.number(set[.commandField]) else { throw .missing(.commandField) }
        guard let type = Self.number(set[.commandDataSetType]) else { throw .missing(.commandDataSetType) }
        self.field = field
        messageID = Self.number(set[.messageID])
        respondsTo = Self.number(set[.messageIDBeingRespondedTo])
        affectedSOPClassUID = Self.text(set[.affectedSOPClassUID]) ?? Self.text(set[.requestedSOPClassUID])
        sopInstanceUID = Self.text(set[.affectedSOPInstanceUID]) ?? Self.text(set[.requestedSOPInstanceUID])
        status = Self.number(set[.status])
        errorComment = Self.text(set[.errorComment])
        hasDataSet = type != Self.noDataSet
        // Every request but C-CANCEL carries an id, and every response and C-CANCEL names one (PS3.7 Annex E).
        let names = field & Field.response != 0 || field == Field.cCancelRequest
        guard names ? respondsTo != nil : messageID != nil else {
            throw .missing(names ? .messageIDBeingRespondedTo : .messageID)
        }
    }

    /// The bytes, group length included.
    public var encoded: [UInt8] {
        var elements: [DataElement] = []
        if let affectedSOPClassUID {
            elements.append(DataElement(.affectedSOPClassUID, .ui, text: affectedSOPClassUID))
        }
        elements.append(DataElement(.commandField, us: field))
        if let messageID { elements.append(DataElement(.messageID, us: messageID)) }
        if let respondsTo { elements.append(DataElement(.messageIDBeingRespondedTo, us: respondsTo)) }
        if field == Field.cFindRequest { elements.append(DataElement(.priority, us: 0)) }
        elements.append(DataElement(.commandDataSetType, us: hasDataSet ? Self.withDataSet : Self.noDataSet))
        if let status { elements.append(DataElement(.status, us: status)) }
        if let offendingElement {
            let (group, element) = (offendingElement.group, offendingElement.element)
            let bytes = [group, element].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            elements.append(DataElement(.offendingElement, .at, .bytes(bytes)))
        }
        if let errorComment { elements.append(DataElement(.errorComment, .lo, text: String(errorComment.prefix(64)))) }
        if let sopInstanceUID { elements.append(DataElement(.affectedSOPInstanceUID, .ui, text: sopInstanceUID)) }
        let body = DataSetWriter.write(DataSet(elements), .implicitLittleEndian)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        return DataSetWriter.write(
            DataSet([DataElement(Tag(0, 0), .ul, .bytes(length))]), .implicitLittleEndian) + body
    }

    private static func number(_ element: DataElement?) -> UInt16? {
        guard let bytes = element?.bytes, bytes.count >= 2 else { return nil }
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }

    private static func text(_ element: DataElement?) -> String? {
        guard var bytes = element?.bytes else { return nil }
        while let last = bytes.last, last == 0 || last == 0x20 { bytes.removeLast() }
        return bytes.isEmpty || bytes.contains(where: { $0 >= 0x80 || $0 < 0x20 })
            ? nil : String(decoding: bytes, as: UTF8.self)
    }
}

/// Why bytes are no command set: the peer's fault, and the end of the association.
public enum CommandSetError: Error, Hashable, Sendable {
    /// The bytes cannot be read.
    case malformed(DataSetError)
    /// An element of another group than 0000.
    case foreignGroup
    /// An element that every such command has is not there.
    case missing(Tag)

    /// What is wrong.
    public var sentence: String {
        switch self {
        case .malformed(let error): error.sentence
        case .foreignGroup: "a command set with elements of other groups"
        case .missing(let tag): "a command set without \(tag)"
        }
    }
}

/// A response's status (PS3.7 Annex C, PS3.4 table K.4-1).
struct Status: Hashable, Sendable {
    var code: UInt16
    var comment: String?
    var offendingElement: Tag?

    init(_ code: UInt16, comment: String? = nil, offendingElement: Tag? = nil) {
        self.code = code
        self.comment = comment
        self.offendingElement = offendingElement
    }

    static let success = Status(0x0000)
    /// Matches are continuing.
    static let pending = Status(0xFF00)
    /// Matches are continuing; one or more optional keys were not supported.
    static let pendingWithUnsupportedKeys = Status(0xFF01)
    static let cancelled = Status(0xFE00)
    static let sopClassNotSupported = Status(0x0122, comment: "SOP class not supported on this context")
    static let unrecognizedOperation = Status(0x0211, comment: "Operation not supported by this SOP class")
    static func outOfResources(_ comment: String) -> Status { Status(0xA700, comment: comment) }
    static func identifierDoesNotMatch(_ comment: String, _ tag: Tag? = nil) -> Status {
        Status(0xA900, comment: comment, offendingElement: tag)
    }
    static func unableToProcess(_ comment: String) -> Status { Status(0xC001, comment: comment) }
}
