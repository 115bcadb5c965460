import Core
import Glibc
import Testing

@testable import DICOM

/// What an A-ASSOCIATE-AC says to what was proposed (PS3.8 section 9.3.3, PS3.7 Annex D).
struct NegotiationTests {
    private typealias Request = SampleRequest

    private static let implicit = TransferSyntax.implicitLittleEndian.rawValue
    private static let explicit = TransferSyntax.explicitLittleEndian.rawValue
    private static let bigEndian = "1.2.840.10008.1.2.2"
    private static let jpeg = "1.2.840.10008.1.2.4.50"
    private static let storage = "1.2.840.10008.5.1.4.1.1.2"

    /// An A-ASSOCIATE-AC, taken apart.
    private struct Answer {
        /// Result and transfer syntax by context.
        var contexts: [UInt8: Context] = [:]
        /// Items of the user information by type.
        var user: [UInt8: [[UInt8]]] = [:]

        struct Context: Equatable {
            var result: UInt8
            /// Of no meaning unless accepted.
            var syntax: String?
        }

        init(_ pdu: [UInt8]) throws {
            try #require(pdu.first == 2, "\(pdu.prefix(16))")
            var reader = ItemReader(pdu[74...])
            while let item = try reader.next() {
                if item.type == 0x21 {
                    let content = Array(item.content)
                    var inner = ItemReader(item.content.dropFirst(4))
                    let syntax = try inner.next().map { String(decoding: $0.content, as: UTF8.self) }
                    contexts[content[0]] = Context(result: content[2], syntax: content[2] == 0 ? syntax : nil)
                } else if item.type == 0x50 {
                    var inner = ItemReader(item.content)
                    while let sub = try inner.next() { user[sub.type, default: []].append(Array(sub.content)) }
                }
            }
        }
    }

    private func answer(_ server: TestServer, _ pdu: [UInt8]) throws -> Answer {
        let peer = RawPeer(server)
        peer.send(pdu)
        return try Answer(try #require(peer.pdu()))
    }

    @Test("each context is answered by itself: accepted, abstract syntax or transfer syntax not supported")
    func contexts() throws {
        let server = try TestServer(TestSource([]))
        let grid: [(UInt8, String, [String], UInt8, String?)] = [
            (1, SOPClass.verification, [Self.implicit], 0, Self.implicit),
            (3, SOPClass.verification, [Self.implicit, Self.explicit], 0, Self.explicit),
            (5, SOPClass.modalityWorklist, [Self.jpeg, Self.implicit], 0, Self.implicit),
            (7, SOPClass.modalityWorklist, [Self.bigEndian], 4, nil), (9, SOPClass.verification, [Self.jpeg], 4, nil),
            (11, Self.storage, [Self.implicit], 3, nil), (13, "1.2.3", ["1.2.3"], 3, nil),
            (255, SOPClass.modalityWorklist, [Self.explicit], 0, Self.explicit),
        ]
        let proposed = grid.flatMap { Request.context($0.0, abstract: $0.1, transfer: $0.2) }
        let answer = try answer(server, Request.pdu(contexts: proposed))
        #expect(answer.contexts.count == grid.count)
        for (id, _, _, result, syntax) in grid {
            #expect(answer.contexts[id] == .init(result: result, syntax: syntax), "context \(id)")
        }
    }

    @Test("with nothing in common the association stands, and the log says why it is of no use")
    func nothing() throws {
        let server = try TestServer(TestSource([]))
        let answer = try answer(
            server,
            Request.pdu(
                contexts: Request.context(1, abstract: Self.storage) + Request.context(3, transfer: [Self.jpeg])))
        #expect(answer.contexts[1]?.result == 3 && answer.contexts[3]?.result == 4)
        server.server.stop()
        #expect(server.log.contains("none of the 2 presentation contexts is served"), "\(server.log.all)")
    }

    @Test(
        "roles: the requestor is SCU of what we serve and nothing else",
        arguments: [
            ([1, 1], [1, 0], 0), ([1, 0], [1, 0], 0), ([0, 1], [0, 0], 1),
        ] as [([UInt8], [UInt8], UInt8)])
    func roles(proposed: [UInt8], answered: [UInt8], result: UInt8) throws {
        let server = try TestServer(TestSource([]))
        for abstract in [SOPClass.verification, SOPClass.modalityWorklist] {
            let uid = Array(abstract.utf8)
            let role = Request.item(0x54, [0, UInt8(uid.count)] + uid + proposed)
            let answer = try answer(
                server, Request.pdu(contexts: Request.context(1, abstract: abstract), user: Request.user(role)))
            #expect(answer.contexts[1]?.result == result, "\(abstract)")
            #expect(answer.user[0x54] == [[0, UInt8(uid.count)] + uid + answered], "\(abstract)")
        }
        #expect(try answer(server, Request.pdu()).user[0x54] == nil)
    }

    @Test("asynchronous operations, user identity and extended negotiation are left unanswered, as they may be")
    func unanswered() throws {
        let server = try TestServer(TestSource([]))
        let uid = Array(SOPClass.verification.utf8)
        let more =
            Request.item(0x53, [0, 8, 0, 8]) + Request.item(0x56, [0, UInt8(uid.count)] + uid + [1, 1])
            // A user name, with an answer wanted.
            + Request.item(0x58, [1, 1, 0, 3] + Array("ann".utf8) + [0, 0])
        let answer = try answer(server, Request.pdu(user: Request.user(more)))
        #expect(answer.contexts[1]?.result == 0)
        #expect(Set(answer.user.keys) == [0x51, 0x52, 0x55])
        #expect(answer.user[0x51] == [[0, 2, 0, 0]])
    }

    @Test("our PDUs keep to the length the peer takes", arguments: [16, 33, 64, 0] as [UInt8])
    func peersLength(most: UInt8) throws {
        let server = try TestServer(TestSource([]))
        let peer = RawPeer(server)
        peer.send(
            Request.pdu(user: Request.item(0x50, Request.item(0x51, [0, 0, 0, most]) + Request.item(0x52, [0x31]))))
        #expect(peer.pdu()?.first == 2)
        peer.send(RawPeer.echo)
        var message: [UInt8] = []
        while let pdu = peer.pdu() {
            #expect(pdu[0] == 4)
            if most > 0 { #expect(pdu.count - 6 <= Int(most)) }
            message += pdu[12...]
            // The last fragment of a command.
            if pdu[11] == 3 { break }
        }
        #expect(try CommandSet(message).status == 0)
    }

    @Test("a length in which nothing fits ends that association only", arguments: [1, 8, 13] as [UInt8])
    func impossibleLength(most: UInt8) throws {
        let server = try TestServer(TestSource([]))
        let peer = RawPeer(server)
        peer.send(
            Request.pdu(user: Request.item(0x50, Request.item(0x51, [0, 0, 0, most]) + Request.item(0x52, [0x31]))))
        #expect(peer.pdu()?.first == 2)
        peer.send(RawPeer.echo)
        #expect(peer.pdu()?.first == 7)
        #expect(try answer(server, Request.pdu()).contexts[1]?.result == 0)
    }

    @Test("an association that says nothing is aborted when its time is over")
    func idle() throws {
        let server = try TestServer(TestSource([])) { $0.idleTimeout = 1 }
        let peer = RawPeer(server)
        peer.send(Request.pdu())
        #expect(peer.pdu()?.first == 2)
        #expect(peer.pdu() == [7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
        server.server.stop()
        #expect(server.log.contains("no message for 1 s; association aborted"))
        #expect(server.server.openAssociations == 0)
    }
}

/// A peer that sends what it is told and reads PDUs one by one.
final class RawPeer {
    static let echo: [UInt8] = {
        let command = CommandSet(
            request: CommandSet.Field.cEchoRequest, messageID: 1, sopClass: SOPClass.verification
        ).encoded
        let count = UInt8(command.count + 2)
        return [4, 0, 0, 0, 0, count + 4, 0, 0, 0, count, 1, 3] + command
    }()

    private let descriptor: Int32

    init(_ server: TestServer) { descriptor = server.connect() }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// The next one, head included; nil when none comes in ten seconds.
    func pdu() -> [UInt8]? {
        guard let head = bytes(6) else { return nil }
        let count = head[2...].reduce(0) { $0 << 8 | Int($1) }
        guard count < 1 << 20 else { return nil }
        return bytes(count).map { head + $0 }
    }

    private func bytes(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var part = [UInt8](repeating: 0, count: count - bytes.count)
            guard poll(&wanted, 1, 10_000) > 0 else { return nil }
            let got = recv(descriptor, &part, part.count, 0)
            guard got > 0 else { return nil }
            bytes += part[..<got]
        }
        return bytes
    }
}
