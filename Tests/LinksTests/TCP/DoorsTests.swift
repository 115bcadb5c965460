import NIOCore
import Testing

@testable import Links

@Suite("Several devices at one port")
struct DoorsTests {
    private func door(_ owner: String, _ allow: [String]) throws -> Door {
        Door(
            owner: owner, allow: try allow.map { try #require(AddressRange($0)) }, oneConnection: false,
            remark: { _ in },
            pipeline: LinkPipeline(
                transport: .tcp(nil), bounds: LinkBounds(), idle: nil, remark: { _ in }, trouble: { _ in },
                makeHandler: { LinkTail() }))
    }

    @Test(
        "the peer's address chooses",
        arguments: [
            ("10.0.0.21", "a"), ("10.0.1.7", "b"), ("::ffff:10.0.0.21", "a"), ("fd00::9", "c"), ("10.0.0.22", "d"),
            ("10.0.2.1", nil), (nil, nil), ("nonsense", nil),
        ])
    func choice(address: String?, owner: String?) throws {
        let doors = Doors([
            try door("a", ["10.0.0.21"]), try door("b", ["10.0.1.0/24"]), try door("c", ["fd00::/8"]),
            try door("d", ["192.0.2.1", "10.0.0.22", "10.9.0.0/16"]),
        ])
        #expect(doors.door(for: address)?.owner == owner)
    }

    @Test("a single door is everybody's; `admit` decides there")
    func single() throws {
        let doors = Doors([try door("a", ["10.0.0.21"])])
        #expect(doors.door(for: "10.0.0.22")?.owner == "a")
        #expect(doors.door(for: nil)?.owner == "a")
    }

    @Test("a stranger is named")
    func stranger() {
        #expect(Doors.stranger("::ffff:10.0.0.9").hasPrefix("A connection from 10.0.0.9 was closed"))
        #expect(Doors.stranger(nil).contains("an unknown address"))
    }

    @Test(
        "ranges that have an address in common are found, whoever stands between them",
        arguments: [
            (["10.0.0.0/24", "10.0.1.0/24"], nil), (["10.0.0.21", "10.0.0.21"], [0, 1]),
            (["10.0.0.0/24", "10.0.0.21"], [0, 1]), (["10.0.0.21", "10.0.0.0/24"], [0, 1]),
            (["0.0.0.0/0", "10.0.0.0/8", "fd00::1"], [0, 1]), (["10.0.0.0/8", "10.1.0.0/16", "10.200.0.1"], [0, 1]),
            (["fd00::/8", "10.0.0.1", "fd00::1"], [0, 2]), (["10.0.0.5/24", "10.0.0.200"], [0, 1]),
            (["::ffff:10.0.0.1", "10.0.0.1"], [0, 1]),
        ])
    func overlap(texts: [String], pair: [Int]?) throws {
        let owned = try texts.enumerated().map { (range: try #require(AddressRange($1)), owner: $0) }
        let clash = AddressRange.clash(in: owned)
        #expect(clash.map { [$0.first.owner, $0.second.owner].sorted() } == pair)
    }

    @Test("a range of one's own in a wider one of one's own is no clash, one of another's in it is")
    func own() throws {
        let wide = (range: try #require(AddressRange("10.0.0.0/8")), owner: 1)
        let middle = (range: try #require(AddressRange("10.1.0.0/16")), owner: 1)
        let single = (range: try #require(AddressRange("10.200.0.1")), owner: 2)
        #expect(AddressRange.clash(in: [wide, middle]) == nil)
        let clash = try #require(AddressRange.clash(in: [single, middle, wide]))
        #expect(clash.second.owner == 2)
    }

    @Test("a thousand devices with an address each are told apart at once")
    func thousand() throws {
        let owned = try (0..<1_000).map { index in
            (range: try #require(AddressRange("10.1.\(index / 250).\(index % 250)")), owner: index)
        }
        #expect(AddressRange.clash(in: owned) == nil)
        #expect(AddressRange.clash(in: owned + [(range: owned[500].range, owner: 1_000)])?.first.owner == 500)
    }
}
