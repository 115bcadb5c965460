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
        static let nEventReportRequest: UInt16 = 0x0100
        static let nGetRequest: UInt16 = 0x0110
        static let nSetRequest: UInt16 = 0x0120
        static let nActionRequest: UInt16 = 0x0130
        static let nCreateRequest: UInt16 = 0x0140
        static let nDeleteRequest: UInt16 = 0x0150

        /// The services whose requests carry a Priority (PS3.7 section 9.3).
        static let withPriority: Set<UInt16> = [cStoreRequest, cGetRequest, cFindRequest, cMoveRequest]
    }

    /// Command Data Set Type (0000,0800): this value means that no data set follows, every other that one does.
    static let noDataSet: UInt16 = 0x0101
    /// A data set follows.
    static let withDataSet: UInt16 = 0x0000

    var field: UInt16
    var messageID: UInt16?
    var respondsTo: UInt16?
    /// The class of a C- request, N-CREATE, N-EVENT-REPORT and of every response.
    var affectedSOPClassUID: String?
    /// The class of an N-GET, N-SET, N-ACTION or N-DELETE request.
    var requestedSOPClassUID: String?
    /// The instance of C-STORE, N-CREATE (absent when the receiver is to choose one), N-EVENT-REPORT and of responses.
    var affectedSOPInstanceUID: String?
    /// The instance of an N-GET, N-SET, N-ACTION or N-DELETE request.
    var requestedSOPInstanceUID: String?
    var hasDataSet: Bool
    var status: UInt16?
    var offendingElement: Tag?
    var errorComment: String?
    /// Error ID (0000,0903): which of its own errors a service class means (PS3.4 table F.7.2-2).
    var errorID: UInt16?
    /// Event Type ID (0000,1002) of N-EVENT-REPORT.
    var eventTypeID: UInt16?
    /// Attribute Identifier List (0000,1005): what N-GET asks for, or which attributes a status is about.
    var attributes: [Tag] = []
    /// Action Type ID (0000,1008) of N-ACTION.
    var actionTypeID: UInt16?

    /// The class the message is about, whichever of the two it names.
    var sopClassUID: String? { affectedSOPClassUID ?? requestedSOPClassUID }
    /// The instance the message is about, whichever of the two it names.
    var sopInstanceUID: String? { affectedSOPInstanceUID ?? requestedSOPInstanceUID }

    /// A request that names an affected class, as every C- request does.
    init(request field: UInt16, messageID: UInt16, sopClass: String, hasDataSet: Bool = false) {
        self.field = field
        self.messageID = messageID
        affectedSOPClassUID = sopClass
        self.hasDataSet = hasDataSet
    }

    /// The response to a request.
    ///
    /// `instance` is the one made up for an N-CREATE that named none.
    init(responseTo request: CommandSet, status: Status, hasDataSet: Bool = false, instance: String? = nil) {
        field = request.field | Field.response
        respondsTo = request.messageID
        affectedSOPClassUID = request.sopClassUID
        affectedSOPInstanceUID = request.sopInstanceUID ?? instance
        self.status = status.code
        offendingElement = status.offendingElement
        errorComment = status.comment
        errorID = status.errorID
        attributes = status.attributes
        eventTypeID = request.eventTypeID
        actionTypeID = request.actionTypeID
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
        affectedSOPClassUID = Self.uid(set[.affectedSOPClassUID])
        requestedSOPClassUID = Self.uid(set[.requestedSOPClassUID])
        affectedSOPInstanceUID = Self.uid(set[.affectedSOPInstanceUID])
        requestedSOPInstanceUID = Self.uid(set[.requestedSOPInstanceUID])
        status = Self.number(set[.status])
        errorComment = Self.text(set[.errorComment])
        errorID = Self.number(set[.errorID])
        eventTypeID = Self.number(set[.eventTypeID])
        actionTypeID = Self.number(set[.actionTypeID])
        offendingElement = Self.tags(set[.offendingElement]).first
        attributes = Self.tags(set[.attributeIdentifierList])
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
        func add(_ tag: Tag, _ number: UInt16?) {
            if let number { elements.append(DataElement(tag, us: number)) }
        }
        func add(_ tag: Tag, _ vr: VR, _ text: String?) {
            if let text { elements.append(DataElement(tag, vr, text: text)) }
        }
        func add(_ tag: Tag, _ tags: [Tag]) {
            if !tags.isEmpty { elements.append(DataElement(tag, .at, .bytes(tags.flatMap(\.littleEndian)))) }
        }
        // In the order of the tags, as in every data set.
        add(.affectedSOPClassUID, .ui, affectedSOPClassUID)
        add(.requestedSOPClassUID, .ui, requestedSOPClassUID)
        add(.commandField, field)
        add(.messageID, messageID)
        add(.messageIDBeingRespondedTo, respondsTo)
        if Field.withPriority.contains(field) { add(.priority, 0) }
        add(.commandDataSetType, hasDataSet ? Self.withDataSet : Self.noDataSet)
        add(.status, status)
        add(.offendingElement, offendingElement.map { [$0] } ?? [])
        add(.errorComment, .lo, errorComment.map { String($0.prefix(64)) })
        add(.errorID, errorID)
        add(.affectedSOPInstanceUID, .ui, affectedSOPInstanceUID)
        add(.requestedSOPInstanceUID, .ui, requestedSOPInstanceUID)
        add(.eventTypeID, eventTypeID)
        add(.attributeIdentifierList, attributes)
        add(.actionTypeID, actionTypeID)
        let body = DataSetWriter.write(DataSet(elements), .implicitLittleEndian)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        return DataSetWriter.write(
            DataSet([DataElement(Tag(0, 0), .ul, .bytes(length))]), .implicitLittleEndian) + body
    }

    private static func number(_ element: DataElement?) -> UInt16? {
        guard let bytes = element?.bytes, bytes.count >= 2 else { return nil }
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }

    /// A UID as it stands there; what no UID may hold becomes a question mark, so that it is seen to be none.
    private static func uid(_ element: DataElement?) -> String? {
        guard var bytes = element?.bytes else { return nil }
        while let last = bytes.last, last == 0 || last == 0x20 { bytes.removeLast() }
        guard !bytes.isEmpty else { return nil }
        return String(decoding: bytes.map { (0x21..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func tags(_ element: DataElement?) -> [Tag] {
        let bytes = element?.bytes ?? []
        var tags: [Tag] = []
        for at in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
            let group = UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
            let number = UInt16(bytes[at + 2]) | UInt16(bytes[at + 3]) << 8
            tags.append(Tag(group, number))
        }
        return tags
    }

    private static func text(_ element: DataElement?) -> String? {
        guard var bytes = element?.bytes else { return nil }
        while let last = bytes.last, last == 0 || last == 0x20 { bytes.removeLast() }
        return bytes.isEmpty || bytes.contains(where: { $0 >= 0x80 || $0 < 0x20 })
            ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
