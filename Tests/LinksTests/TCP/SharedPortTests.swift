import Core
import Foundation
import NIOCore
import Testing

@testable import Links

@Suite("Devices that connect to us", .timeLimit(.minutes(2)))
struct SharedPortTests {
    private func listen(_ allow: [String], port: Int = 0, oneConnection: Bool = false) throws -> DeviceLink {
        var link = TCPListenLink(
            host: "127.0.0.1", port: port, allow: try allow.map { try #require(AddressRange($0)) })
        link.oneConnection = oneConnection
        return .tcpListen(link)
    }

    @Test("one port, two devices told apart by address; an address of nobody is refused with words on both")
    func twoDevices() async throws {
        let free = try await RealLinks(["x": try listen([])])
        let port = try free.port("x")
        await free.open.close()
        let links = try await RealLinks([
            "a": try listen(["127.0.0.2"], port: port), "b": try listen(["127.0.0.3", "127.0.1.0/24"], port: port),
        ])
        let first = try RawPeer(port: port, from: "127.0.0.2")
        first.send(enquiry)
        #expect(first.receive() == acknowledge)
        #expect(try links.row("a").state == "connected")
        #expect(try links.row("b").state == "listening")
        let second = try RawPeer(port: port, from: "127.0.1.9")
        second.send(enquiry)
        #expect(second.receive() == acknowledge)
        #expect(try links.row("b").state == "connected")
        let stranger = try RawPeer(port: port, from: "127.0.0.4")
        #expect(stranger.isEnded)
        for device in ["a", "b"] {
            #expect(try links.row(device).remark.hasPrefix("A connection from 127.0.0.4 was closed"))
        }
        await links.open.close()
        #expect(first.isEnded)
        #expect(second.isEnded)
    }

    @Test("one_connection: a new connection ends the older one, with a remark; a stranger's ends nothing")
    func oneConnection() async throws {
        let links = try await RealLinks(["a": try listen(["127.0.0.2/31"], oneConnection: true)])
        let old = try RawPeer(port: try links.port("a"), from: "127.0.0.2")
        old.send(enquiry)
        #expect(old.receive() == acknowledge)
        let stranger = try RawPeer(port: try links.port("a"), from: "127.0.0.9")
        #expect(stranger.isEnded)
        old.send([0x04] + enquiry)
        #expect(old.receive() == acknowledge)
        let new = try RawPeer(port: try links.port("a"), from: "127.0.0.3")
        #expect(old.isEnded)
        new.send(enquiry)
        #expect(new.receive() == acknowledge)
        #expect(try links.row("a").remark.contains("A new connection from 127.0.0.3 took the place"))
        try await links.until("one connection", "a") { $0.state == "connected" }
        #expect(links.service.shared.live.of("a").count == 1)
        await links.open.close()
    }

    @Test("a device that connects again and again without end leaves one connection")
    func endless() async throws {
        let links = try await RealLinks(["a": try listen([], oneConnection: true)])
        var peers: [RawPeer] = []
        for _ in 0..<200 { peers.append(try RawPeer(port: try links.port("a"))) }
        try await eventually("one connection") { links.service.shared.live.of("a").count == 1 }
        peers.last?.send(enquiry)
        #expect(peers.last?.receive() == acknowledge)
        await links.open.close()
    }

    private func value(_ option: TCPOptions.Option, of device: String, in links: RealLinks) async throws -> Int {
        let member = try #require(links.service.shared.live.of(device).first)
        return try await member.channel.getOption(option).get()
    }

    @Test("the kernel has the options: patient with all, quick with an old silent one when the device comes anew")
    func options() async throws {
        var bounds = LinkBounds()
        bounds.suspectSeconds = 0
        let links = try await RealLinks(["a": try listen([])], bounds: bounds)
        let old = try RawPeer(port: try links.port("a"))
        old.send(enquiry)
        #expect(old.receive() == acknowledge)
        #expect(try await value(TCPOptions.keepAliveIdle, of: "a", in: links) == 120)
        #expect(try await value(TCPOptions.keepAliveInterval, of: "a", in: links) == 30)
        #expect(try await value(TCPOptions.keepAliveProbes, of: "a", in: links) == 6)
        #expect(try await value(TCPOptions.userTimeout, of: "a", in: links) == 300_000)
        #expect(try await value(.init(level: .socket, name: .so_keepalive), of: "a", in: links) == 1)
        let member = try #require(links.service.shared.live.of("a").first)
        let elsewhere = try RawPeer(port: try links.port("a"), from: "127.0.0.7")
        elsewhere.send(enquiry)
        #expect(elsewhere.receive() == acknowledge)
        #expect(try await member.channel.getOption(TCPOptions.keepAliveIdle).get() == 120)
        let new = try RawPeer(port: try links.port("a"))
        new.send(enquiry)
        #expect(new.receive() == acknowledge)
        try await eventually("the questions") {
            try await member.channel.getOption(TCPOptions.keepAliveIdle).get() == 1
        }
        #expect(try await member.channel.getOption(TCPOptions.keepAliveInterval).get() == 1)
        #expect(try await member.channel.getOption(TCPOptions.keepAliveProbes).get() == 3)
        try await eventually("its patience with data") {
            try await member.channel.getOption(TCPOptions.userTimeout).get() == 0
        }
        // It lives, and so nothing happens to it.
        old.send([0x04] + enquiry)
        #expect(old.receive() == acknowledge)
        await links.open.close()
    }

    @Test(
        "a device that lost its power and comes back: the half-open connection is gone within seconds",
        .enabled(if: geteuid() == 0, "half-open connections can be made by root only"))
    func halfOpen() async throws {
        var bounds = LinkBounds()
        bounds.suspectSeconds = 0
        let links = try await RealLinks(["a": try listen([])], bounds: bounds)
        do {
            let old = try RawPeer(port: try links.port("a"))
            old.send(enquiry)
            #expect(old.receive() == acknowledge)
            // A socket under repair closes without a word to its peer (TCP_REPAIR), as a power cut does.
            var on: CInt = 1
            try #require(setsockopt(old.descriptor, CInt(IPPROTO_TCP), 19, &on, 4) == 0)
        }
        let new = try RawPeer(port: try links.port("a"))
        new.send(enquiry)
        #expect(new.receive() == acknowledge)
        try await eventually("only the new connection") { links.service.shared.live.of("a").count == 1 }
        new.send([0x04] + enquiry)
        #expect(new.receive() == acknowledge)
        await links.open.close()
    }

    @Test("idle: a connection that says nothing is closed with a remark")
    func idle() async throws {
        var link = TCPListenLink(host: "127.0.0.1", port: 0)
        link.idle = .milliseconds(200)
        let links = try await RealLinks(["a": .tcpListen(link)])
        let peer = try RawPeer(port: try links.port("a"))
        peer.send(enquiry)
        #expect(peer.receive() == acknowledge)
        #expect(peer.isEnded)
        #expect(try links.row("a").remark.contains("nothing came for"))
        await links.open.close()
    }

    @Test("TLS from a peer on a link in clear is told in words")
    func tlsOnClear() async throws {
        let links = try await RealLinks(["a": try listen([])])
        let peer = try RawPeer(port: try links.port("a"))
        peer.send([0x16, 0x03, 0x01, 0x00, 0x05, 0x01])
        #expect(peer.isEnded)
        #expect(try links.row("a").remark.contains("The peer speaks TLS"))
        await links.open.close()
    }
}

@Suite("A thousand devices", .timeLimit(.minutes(2)), .serialized)
struct ThousandLinksTests {
    /// Each has two descriptors in this process.
    init() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 16_384)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try #require(limit.rlim_cur >= 8_192, "too few files may be open")
    }

    private func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4_096
    }

    @Test("each has a port of its own, and all connect")
    func ports() async throws {
        let before = try resident()
        let clock = ContinuousClock()
        let start = clock.now
        let links = try await RealLinks((0..<1_000).map { ("d\($0)", .tcpListen(.init(host: "127.0.0.1", port: 0))) })
        let listening = clock.now - start
        var peers: [RawPeer] = []
        for row in links.status.devices() {
            let port = try #require(Int(row.listening.split(separator: ":").last ?? ""))
            let peer = try RawPeer(port: port)
            peer.send(enquiry)
            peers.append(peer)
        }
        for peer in peers { #expect(peer.receive() == acknowledge) }
        let all = clock.now - start
        #expect(links.status.devices().allSatisfy { $0.state == "connected" })
        let grown = (try resident() - before) / 1_024
        print("1,000 listeners in \(listening), with 1,000 connections in \(all), \(grown) KiB more")
        #expect(grown < 120 * 1_024)
        await links.open.close()
    }

    @Test("all at one port, told apart by address")
    func onePort() async throws {
        let free = try await RealLinks(["x": .tcpListen(.init(host: "127.0.0.1", port: 0))])
        let port = try free.port("x")
        await free.open.close()
        let addresses = (0..<1_000).map { "127.1.\($0 / 250).\($0 % 250 + 1)" }
        let links = try await RealLinks(
            addresses.enumerated().map { index, address in
                let allow = [try #require(AddressRange(address))]
                return ("d\(index)", .tcpListen(.init(host: "127.0.0.1", port: port, allow: allow)))
            })
        var peers: [RawPeer] = []
        for address in addresses {
            let peer = try RawPeer(port: port, from: address)
            peer.send(enquiry)
            peers.append(peer)
        }
        for peer in peers { #expect(peer.receive() == acknowledge) }
        #expect(links.status.devices().allSatisfy { $0.state == "connected" })
        await links.open.close()
    }
}
