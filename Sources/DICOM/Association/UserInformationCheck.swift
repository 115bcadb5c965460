/// Looks through the user information of an A-ASSOCIATE-RQ (PS3.7 Annex D.3.3).
enum UserInformationCheck {
    private static let maximumLength: UInt8 = 0x51
    private static let implementationClass: UInt8 = 0x52
    private static let asynchronousOperations: UInt8 = 0x53
    private static let role: UInt8 = 0x54
    private static let implementationVersion: UInt8 = 0x55
    private static let extendedNegotiation: UInt8 = 0x56
    private static let commonExtendedNegotiation: UInt8 = 0x57
    private static let userIdentity: UInt8 = 0x58
    /// Items that may come once.
    private static let single: Set<UInt8> = [
        maximumLength, implementationClass, asynchronousOperations, implementationVersion, userIdentity,
    ]

    static func check(_ content: ArraySlice<UInt8>, _ limits: AssociateRequestLimits) throws(AssociateRequestFault) {
        var reader = ItemReader(content)
        var seen: Set<UInt8> = []
        var count = 0
        while let item = try reader.next() {
            count += 1
            guard count <= limits.maxUserItems else { throw .tooManyUserItems }
            if single.contains(item.type), !seen.insert(item.type).inserted { throw .repeatedItem }
            guard try isRight(item, limits) else { throw .badUserItem }
        }
    }

    private static func isRight(
        _ item: ItemReader.Item, _ limits: AssociateRequestLimits
    ) throws(AssociateRequestFault) -> Bool {
        var reader = ItemReader(item.content)
        switch item.type {
        case maximumLength, asynchronousOperations: return item.content.count == 4
        case implementationClass, implementationVersion: return item.content.count <= limits.maxUIDBytes
        case role:
            guard try reader.counted().count <= limits.maxUIDBytes else { return false }
            return reader.left == 2
        case extendedNegotiation, commonExtendedNegotiation:
            return try reader.counted().count <= limits.maxUIDBytes
        case userIdentity:
            // Type and whether an answer is wanted, then two fields with their lengths.
            _ = try reader.bytes(2)
            _ = try reader.counted()
            _ = try reader.counted()
            return reader.left == 0
        default: return true  // to be ignored (PS3.8 section 9.3.1)
        }
    }
}

/// Reads bytes from the front; what is not there throws `badLengths`.
struct ItemReader {
    /// An item: one byte type, one reserved, two bytes length, content.
    struct Item {
        var type: UInt8
        var content: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var left: Int { rest.count }

    mutating func bytes(_ count: Int) throws(AssociateRequestFault) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .badLengths }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Big endian.
    mutating func number(_ width: Int) throws(AssociateRequestFault) -> Int {
        try bytes(width).reduce(0) { $0 << 8 | Int($1) }
    }

    /// A length of two bytes and what it counts.
    mutating func counted() throws(AssociateRequestFault) -> ArraySlice<UInt8> { try bytes(try number(2)) }

    /// Nil at the end.
    mutating func next() throws(AssociateRequestFault) -> Item? {
        guard !rest.isEmpty else { return nil }
        guard let type = try bytes(2).first else { return nil }
        return Item(type: type, content: try counted())
    }
}
