import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Console

/// One connection, with a clock under the test's control.
private struct Line {
    let channel = EmbeddedChannel()
    let share = ConnectionShare(limit: 4)

    init() throws {
        try channel.pipeline.syncOperations.addHandler(RequestDeadline(limit: .seconds(30), share: share))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 8080)).wait()
    }

    func request() throws {
        try channel.writeInbound(
            HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/healthz")))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
    }

    func part(_ text: String) throws { try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: text))) }

    func answer() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
}

@Suite("A request has so long to arrive")
struct RequestDeadlineTests {
    @Test("a connection that never asks is closed when its time is over")
    func silent() throws {
        let line = try Line()
        line.pass(29)
        #expect(line.channel.isActive)
        line.pass(2)
        #expect(!line.channel.isActive)
    }

    @Test("a part of a body now and then keeps nobody alive")
    func dripping() throws {
        let line = try Line()
        for _ in 0..<3 {
            line.pass(9)
            try line.part("x")
        }
        #expect(line.channel.isActive)
        line.pass(4)
        #expect(!line.channel.isActive)
    }

    @Test("how long we take to answer does not count, and each answer gives the next request its time")
    func asksAgain() throws {
        let line = try Line()
        for _ in 0..<5 {
            line.pass(25)
            try line.request()
            line.pass(60)
            #expect(line.channel.isActive)
            try line.answer()
        }
        line.pass(31)
        #expect(!line.channel.isActive)
    }

    @Test("an answer that leaves before the request is whole gains no time")
    func early() throws {
        let line = try Line()
        line.pass(20)
        try line.answer()
        line.pass(11)
        #expect(!line.channel.isActive)
    }
}
