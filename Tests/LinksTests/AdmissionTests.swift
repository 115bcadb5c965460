import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

@Suite("Who may connect")
struct AdmissionTests {
    @Test("an empty list admits any address, a list only its own")
    func allowList() throws {
        let allow = [try #require(AddressRange("10.0.0.21"))]
        #expect(admit(address: "10.0.0.9", allow: [], open: .init(), bounds: LinkBounds()) == .admitted)
        #expect(admit(address: "10.0.0.21", allow: allow, open: .init(), bounds: LinkBounds()) == .admitted)
        for address in ["10.0.0.9", nil] {
            guard case .refused = admit(address: address, allow: allow, open: .init(), bounds: LinkBounds()) else {
                Issue.record("\(address ?? "nil") was admitted")
                continue
            }
        }
    }

    /// How many are open in all, to the listener and from the address; what the sentence names.
    @Test(
        "one connection too many is closed",
        arguments: [
            (8, 3, 1, nil), (9, 0, 0, "9 connections to this daemon"), (8, 4, 0, "4 connections on this link"),
            (8, 3, 2, "2 connections from 10.0.0.9"),
        ])
    func bound(inAll: Int, ofListener: Int, ofAddress: Int, named: String?) {
        var bounds = LinkBounds()
        (bounds.connectionsInAll, bounds.connectionsPerListener, bounds.connectionsPerAddress) = (9, 4, 2)
        let open = OpenConnections.Occupancy(inAll: inAll, ofListener: ofListener, ofAddress: ofAddress)
        let admission = admit(address: "10.0.0.9", allow: [], open: open, bounds: bounds)
        guard case .refused(let why) = admission else { return #expect(named == nil) }
        #expect(named.map { why.contains($0) } == true)
    }

    @Test("who leaves makes room, at its own listener and address only")
    func leaving() {
        let open = OpenConnections()
        func seen(_ listener: String, _ address: String) -> OpenConnections.Occupancy {
            var found = OpenConnections.Occupancy()
            _ = open.enter(listener, from: address) {
                found = $0
                return .refused("only looking")
            }
            return found
        }
        for (listener, address) in [("a", "1"), ("a", "1"), ("a", "2"), ("b", "1")] {
            #expect(open.enter(listener, from: address) { _ in .admitted } == .admitted)
        }
        #expect(seen("a", "1") == .init(inAll: 4, ofListener: 3, ofAddress: 2))
        open.leave("a", from: "1")
        #expect(seen("a", "1") == .init(inAll: 3, ofListener: 2, ofAddress: 1))
        #expect(seen("b", "1") == .init(inAll: 3, ofListener: 1, ofAddress: 1))
    }

    @Test("three hundred analysers behind one address are admitted")
    func gateway() {
        let open = OpenConnections.Occupancy(inAll: 299, ofListener: 299, ofAddress: 299)
        #expect(admit(address: "10.0.0.9", allow: [], open: open, bounds: LinkBounds()) == .admitted)
    }
}

@Suite("A listener without descriptors")
struct AcceptPauseTests {
    @Test("it pauses and goes on; any other error goes its way")
    func pause() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(AcceptPause(remark: { _ in }))
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
        #expect(!channel.isReading)
        channel.embeddedEventLoop.advanceTime(by: AcceptPause.time)
        #expect(channel.isReading)
        try channel.throwIfErrorCaught()
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        #expect(channel.isReading)
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }
}
