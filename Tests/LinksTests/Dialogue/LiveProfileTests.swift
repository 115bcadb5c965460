import Core
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

@Suite("A profile that changes while a device is connected")
struct LiveProfileTests {
    private func profile(_ more: String) throws -> Profile {
        try ProfileLibrary.read(
            text: "name: Test\nprotocol: hl7\npass_through: true\n" + more, id: "test", file: "profile.yaml")
    }

    private func handlers(_ live: LiveProfiles, _ first: Profile, _ journal: FakeJournal) -> DeviceHandlers {
        let status = LinkStatusBoard()
        status.register("chem-1", profile: "test", address: "127.0.0.1:5001")
        return DeviceHandlers(
            device: DeviceConfiguration(
                id: "chem-1", profile: first, link: .tcpListen(TCPListenLink(host: "127.0.0.1", port: 5001))),
            live: LiveProfile(of: "chem-1", in: live, first: first), bounds: LinkBounds(), facility: Facility(),
            journal: journal, orders: FakeDeviceOrders([]), status: status,
            trace: LinkTrace(clock: { Timestamp(microseconds: 0) }), outlet: DeviceOutlet(),
            controlIDs: ControlIDs(started: Timestamp(microseconds: 0)),
            clock: { Timestamp(microseconds: 1_764_000_000_000_000) }, work: { $0() })
    }

    /// Sends a message and gives what is answered.
    private func answer(_ handlers: DeviceHandlers, _ journal: FakeJournal) throws -> String {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(handlers.make())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5001)).wait()
        let message = "MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.3\rOBR|1\rOBX|1|NM|X||1\r"
        try channel.writeInbound(ByteBuffer(bytes: [0x0B] + Array(message.utf8) + [0x1C, 0x0D]))
        journal.commit()
        channel.embeddedEventLoop.run()
        let reply = try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
        _ = try channel.finish()
        return reply
    }

    @Test("a query is answered by the profile as it is then")
    func queries() throws {
        let before = try profile("")
        let live = LiveProfiles(["chem-1": before])
        let desk = handlers(live, before, FakeJournal()).desk
        let query = Array(
            "MSH|^~\\&|A|B|C|D|20260101||QBP^Q11^QBP_Q11|1|P|2.5.1\rQPD|WOS^x^IHELAW|1|L26-1\rRCP|I||R\r".utf8)
        #expect(desk.query(in: query) == nil)
        live.swap(["chem-1": try profile("orders: { dialect: law }\n")])
        #expect(desk.query(in: query) != nil)
    }

    @Test("a new connection is answered as the new profile says")
    func connections() throws {
        let before = try profile("")
        let live = LiveProfiles(["chem-1": before])
        let journal = FakeJournal()
        let handlers = handlers(live, before, journal)
        #expect(try answer(handlers, journal).contains("MSA|AA"))
        live.swap(["chem-1": try profile("link: { acknowledge: never }\n")])
        #expect(try answer(handlers, journal) == "")
    }

    @Test("only the devices that are named get new profiles")
    func swap() throws {
        let (one, two) = (try profile(""), try profile("charset: utf-8\n"))
        let live = LiveProfiles(["a": one, "b": one])
        live.swap(["b": two])
        #expect(live.profile(of: "a")?.encoding == .auto)
        #expect(live.profile(of: "b")?.encoding == .utf8)
        #expect(live.profile(of: "c") == nil)
        #expect(LiveProfile(of: "c", in: live, first: two).now.encoding == .utf8)
    }

    @Test("what is wrong with a profile stands at its devices until it is good")
    func remark() {
        let status = LinkStatusBoard()
        for id in ["a", "b"] as [DeviceID] { status.register(id, profile: "test", address: "") }
        status.remark("a", "Line.")
        status.profileRemark("Not taken.", of: ["a"])
        #expect(status.devices().map(\.remark) == ["Line. Not taken.", ""])
        status.profileRemark("Not taken.", of: ["b"])
        #expect(status.devices().map(\.remark) == ["Line.", "Not taken."])
        status.profileRemark("", of: [])
        #expect(status.devices().map(\.remark) == ["Line.", ""])
    }
}
