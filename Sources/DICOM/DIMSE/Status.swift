/// A response's status (PS3.7 Annex C, PS3.4 table K.4-1).
struct Status: Hashable, Sendable {
    var code: UInt16
    var comment: String?
    var offendingElement: Tag?
    /// The attributes it is about, as Attribute Identifier List.
    var attributes: [Tag] = []
    var errorID: UInt16?

    init(
        _ code: UInt16, comment: String? = nil, offendingElement: Tag? = nil, attributes: [Tag] = [],
        errorID: UInt16? = nil
    ) {
        self.code = code
        self.comment = comment
        self.offendingElement = offendingElement
        self.attributes = attributes
        self.errorID = errorID
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
