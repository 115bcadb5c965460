import Testing

@testable import DICOM

/// What of an A-ASSOCIATE-RQ may reach the toolkit.
struct AssociateRequestCheckTests {
    private typealias Request = SampleRequest

    private func fault(_ pdu: [UInt8]) -> AssociateRequestFault? {
        do throws(AssociateRequestFault) {
            try AssociateRequestCheck.check(pdu)
            return nil
        } catch {
            return error
        }
    }

    @Test("what modalities send passes")
    func ordinary() {
        #expect(fault(Request.pdu()) == nil)
        #expect(fault(Request.pdu(version: 3, calling: "CT01\0\0\0")) == nil)
        let all = (0..<128).flatMap { Request.context(UInt8($0 * 2 + 1)) }
        #expect(fault(Request.pdu(contexts: all)) == nil)
        let syntaxes = [String](repeating: "1.2.840.10008.1.2", count: 50)
        #expect(fault(Request.pdu(contexts: Request.context(1, transfer: syntaxes))) == nil)
        let uid = Array("1.2.3".utf8)
        let every =
            Request.item(0x53, [0, 1, 0, 1]) + Request.item(0x54, [0, 5] + uid + [1, 1])
            + Request.item(0x55, Array("DCMTK_367".utf8)) + Request.item(0x56, [0, 5] + uid + [1, 0, 7])
            + Request.item(0x57, [0, 5] + uid + [0, 0]) + Request.item(0x58, [1, 0, 0, 3] + [65, 66, 67] + [0, 0])
            + Request.item(0x5F, [1, 2, 3])
        #expect(fault(Request.pdu(user: Request.user(every))) == nil)
        // Items nobody knows are ignored (PS3.8 section 9.3.1).
        #expect(fault(Request.pdu(user: Request.item(0x66, [1]) + Request.user())) == nil)
    }

    @Test("what is refused, and how the peer is told")
    func refused() {
        let context = Request.context(1)
        let role = Request.item(0x54, [0, 1, 0x31, 1, 1])
        let large = Request.item(0x60, [UInt8](repeating: 0, count: 0x8000))
        let cases: [([UInt8], AssociateRequestFault)] = [
            (Request.pdu(version: 2), .protocolVersion), (Request.pdu(called: "LABRA\\DOR"), .calledTitle),
            (Request.pdu(calling: "CT\u{07}"), .callingTitle), (Request.pdu(calling: "\0CT01"), .callingTitle),
            (Request.pdu(application: "1.2.840.10008.3.1.1.2"), .applicationContext),
            (Request.pdu(user: Request.user() + Request.user()), .repeatedItem),
            (Request.pdu(user: Request.user(Request.item(0x52, [0x31]))), .repeatedItem),
            (Request.pdu(user: Request.user(Request.identity + Request.identity)), .repeatedItem),
            (Request.pdu(user: []), .missingItem), (Request.pdu(contexts: []), .missingItem),
            (Request.pdu(contexts: context + context), .badContext),
            (Request.pdu(contexts: Request.context(1, transfer: [])), .badContext),
            (Request.pdu(contexts: Request.context(1, transfer: [""])), .badContext),
            (Request.pdu(contexts: Request.context(1, abstract: String(repeating: "1", count: 65))), .badContext),
            (Request.pdu(contexts: Request.item(0x20, [1, 0])), .badLengths),
            (
                Request.pdu(contexts: (0...128).flatMap { Request.context(UInt8($0)) }), .tooManyContexts
            ),
            (
                Request.pdu(contexts: Request.context(1, transfer: [String](repeating: "1.2", count: 51))),
                .tooManyTransferSyntaxes
            ),
            (Request.pdu(user: Request.user((0..<300).flatMap { _ in role })), .tooManyUserItems),
            (Request.pdu(user: Request.user(Request.item(0x54, [0, 1, 0x31]))), .badUserItem),
            (Request.pdu(user: Request.user(Request.item(0x58, [1, 0, 0xFF, 0xFF, 1]))), .badLengths),
            (Request.pdu(user: Request.user() + [[UInt8]](repeating: large, count: 9).flatMap { $0 }), .tooLarge),
        ]
        for (pdu, expected) in cases { #expect(fault(pdu) == expected) }
        #expect(AssociateRequestFault.applicationContext.answer == .reject(source: 1, reason: 2))
        #expect(AssociateRequestFault.badContext.answer == .abort(reason: 6))
        #expect(Set(AssociateRequestFault.allCases.map { $0.sentence() }).count == AssociateRequestFault.allCases.count)
    }

    @Test("a PDU cut or lengthened anywhere is refused")
    func lengths() {
        let whole = Request.pdu(user: Request.user(Request.identity))
        for count in whole.indices { #expect(fault(Array(whole[..<count])) != nil, "\(count)") }
        // The length in the head put right each time, so that the items are what does not add up.
        for count in 75..<whole.count {
            #expect(fault(Request.withLength(Array(whole[..<count]))) != nil, "\(count)")
        }
        #expect(fault(Request.withLength(whole + [0])) == .badLengths)
    }

    @Test("any byte may be anything without harm")
    func mutated() {
        let whole = Request.pdu(user: Request.user(Request.identity))
        for index in whole.indices {
            for byte: UInt8 in [0, 1, 0x20, 0x50, 0x58, 0x7F, 0xFF] {
                var pdu = whole
                pdu[index] = byte
                _ = fault(pdu)
            }
        }
    }
}

/// A-ASSOCIATE-RQ PDUs put together by hand.
enum SampleRequest {
    static let identity = item(0x58, [1, 0, 0, 3, 65, 66, 67, 0, 0])

    static func item(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [type, 0, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    static func context(
        _ id: UInt8, abstract: String = "1.2.840.10008.1.1", transfer: [String] = ["1.2.840.10008.1.2"]
    ) -> [UInt8] {
        item(0x20, [id, 0, 0, 0] + item(0x30, Array(abstract.utf8)) + transfer.flatMap { item(0x40, Array($0.utf8)) })
    }

    static func user(_ more: [UInt8] = []) -> [UInt8] {
        item(0x50, item(0x51, [0, 0, 0x40, 0]) + item(0x52, Array("1.2.3.4".utf8)) + more)
    }

    static func pdu(
        version: UInt8 = 1, called: String = "LABRADOR", calling: String = "CT01",
        application: String = "1.2.840.10008.3.1.1.1", contexts: [UInt8] = context(1), user: [UInt8] = user()
    ) -> [UInt8] {
        func title(_ text: String) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0x20, count: 16 - text.utf8.count)
        }
        return withLength(
            [1, 0, 0, 0, 0, 0, 0, version, 0, 0] + title(called) + title(calling) + [UInt8](repeating: 0, count: 32)
                + item(0x10, Array(application.utf8)) + contexts + user)
    }

    static func withLength(_ pdu: [UInt8]) -> [UInt8] {
        var pdu = pdu
        let length = pdu.count - 6
        for index in 0..<4 { pdu[2 + index] = UInt8(length >> (24 - 8 * index) & 0xFF) }
        return pdu
    }
}
