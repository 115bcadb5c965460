import Testing

@testable import Links

@Suite("Entries of `allow`")
struct AddressRangeTests {
    @Test(
        "an entry admits its addresses and no others",
        arguments: [
            ("10.0.0.21", "10.0.0.21", "10.0.0.22"), ("10.0.0.0/24", "10.0.0.255", "10.0.1.0"),
            ("10.0.0.16/28", "10.0.0.31", "10.0.0.32"), ("0.0.0.0/0", "192.0.2.1", "fd00::1"),
            ("fd00::/8", "fdff::1", "fe00::1"), ("fd00::1", "fd00::1", "fd00::2"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("fe80::1", "fe80::1%eth0", "fe80::2%eth0"),
        ])
    func holds(entry: String, inside: String, outside: String) throws {
        let range = try #require(AddressRange(entry))
        #expect(range.contains(try #require(IPAddress(inside))))
        #expect(!range.contains(try #require(IPAddress(outside))))
        #expect("\(range)" == entry)
    }

    @Test("an IPv4 peer of a dual-stack socket is the same as of an IPv4 socket, also in words")
    func mapped() throws {
        let peer = try #require(IPAddress("::ffff:10.0.0.21"))
        #expect(try #require(AddressRange("10.0.0.21")).contains(peer))
        #expect(try #require(AddressRange("10.0.0.0/24")).contains(peer))
        #expect(try #require(AddressRange("::ffff:10.0.0.21")).contains(try #require(IPAddress("10.0.0.21"))))
        let refused = admit(
            address: "::ffff:10.0.0.21", allow: [try #require(AddressRange("10.0.1.0/24"))], open: .init(),
            bounds: LinkBounds())
        #expect(refused == .refused("A connection from 10.0.0.21 was closed: it is not in `allow`."))
        #expect("\(try #require(IPAddress("FD00:0::1")))" == "fd00::1")
    }

    @Test(
        "anything else is no entry",
        arguments: [
            "", "analyser", "10.0.0", "10.0.0.256", "10.0.0.21/", "10.0.0.21/33", "10.0.0.21/-1", "10.0.0.0/24/8",
            "10.0.0.*", "fd00::/129", "fe80::1%eth0", "10.0.0.21:5001", "/24", " 10.0.0.21",
        ])
    func refused(text: String) { #expect(AddressRange(text) == nil) }
}
