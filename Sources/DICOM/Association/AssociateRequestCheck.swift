import CDCMTK

/// Looks through an A-ASSOCIATE-RQ (PS3.8 section 9.3.2) without taking anything from it.
///
/// The toolkit loses the memory of each one that it finds broken half-way, and any peer may send them before it has
/// shown a title, so that only whole and well-formed ones may reach it.
struct AssociateRequestCheck {
    private static let applicationContext = Array("1.2.840.10008.3.1.1.1".utf8)
    private let limits: AssociateRequestLimits

    /// Throws what is wrong with the PDU, head included.
    static func check(
        _ pdu: [UInt8], limits: AssociateRequestLimits = AssociateRequestLimits()
    ) throws(AssociateRequestFault) {
        try AssociateRequestCheck(limits: limits).run(pdu)
    }

    private init(limits: AssociateRequestLimits) { self.limits = limits }

    private func run(_ pdu: [UInt8]) throws(AssociateRequestFault) {
        guard pdu.count <= limits.maxBytes else { throw .tooLarge }
        var reader = ItemReader(pdu[...])
        _ = try reader.bytes(2)
        let length = try reader.number(4)
        guard length == reader.left else { throw .badLengths }
        // Bit 0 is version 1; later versions may be offered beside it.
        guard try reader.number(2) & 1 == 1 else { throw .protocolVersion }
        _ = try reader.bytes(2)
        guard Self.isTitle(try reader.bytes(16)) else { throw .calledTitle }
        guard Self.isTitle(try reader.bytes(16)) else { throw .callingTitle }
        _ = try reader.bytes(32)
        try items(&reader)
    }

    private func items(_ reader: inout ItemReader) throws(AssociateRequestFault) {
        var ids: Set<UInt8> = []
        var applications = 0
        var users = 0
        while let item = try reader.next() {
            switch item.type {
            case 0x10:
                applications += 1
                guard Self.trimmed(item.content) == Self.applicationContext else { throw .applicationContext }
            case 0x20:
                guard ids.count < limits.maxContexts else { throw .tooManyContexts }
                guard ids.insert(try context(item.content)).inserted else { throw .badContext }
            case 0x50:
                users += 1
                guard users == 1 else { throw .repeatedItem }
                try UserInformationCheck.check(item.content, limits)
            default: break  // to be ignored (PS3.8 section 9.3.1)
            }
        }
        guard applications > 0, users > 0, !ids.isEmpty else { throw .missingItem }
        guard applications == 1 else { throw .repeatedItem }
    }

    /// Its id.
    private func context(_ content: ArraySlice<UInt8>) throws(AssociateRequestFault) -> UInt8 {
        var reader = ItemReader(content)
        guard let id = try reader.bytes(4).first else { throw .badLengths }
        var abstract = 0
        var transfer = 0
        while let item = try reader.next() {
            guard item.type == 0x30 || item.type == 0x40, (1...limits.maxUIDBytes).contains(item.content.count) else {
                throw .badContext
            }
            if item.type == 0x30 { abstract += 1 } else { transfer += 1 }
            guard transfer <= limits.maxTransferSyntaxes else { throw .tooManyTransferSyntaxes }
        }
        guard abstract == 1, transfer > 0 else { throw .badContext }
        return id
    }

    /// Characters of the default repertoire without control characters and backslash (PS3.5 table 6.2-1, VR AE).
    ///
    /// Some devices fill up with NUL.
    private static func isTitle(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.prefix { $0 != 0 }.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x5C }
            && bytes.drop { $0 != 0 }.allSatisfy { $0 == 0 || $0 == 0x20 }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(bytes)
        while bytes.last == 0 || bytes.last == 0x20 { bytes.removeLast() }
        return bytes
    }

    /// For the bridge.
    static let forBridge: cdcmtk_request_check = { bytes, count in
        do throws(AssociateRequestFault) {
            try check(Array(UnsafeBufferPointer(start: bytes, count: count)))
            return cdcmtk_refusal()
        } catch {
            return error.refusal
        }
    }
}
