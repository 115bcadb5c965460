import ASTM
import Core
import HL7
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

/// One connection of a device that asks, with its orders, its clock and its commits under the test's control.
struct DialoguePeer {
    let journal = FakeJournal()
    let status = LinkStatusBoard()
    let channel = EmbeddedChannel()
    let outlet = DeviceOutlet()
    let orders: FakeDeviceOrders
    /// What the daemon's clock says, microseconds.
    let now = NIOLockedValueBox<Int64>(1_764_000_000_000_000)

    /// - Parameter profile: the text of a profile.
    init(profile text: String, orders: FakeDeviceOrders) throws {
        self.orders = orders
        let profile = try ProfileLibrary.read(text: text, id: "test", file: "profile.yaml")
        status.register("chem-1", profile: "test", address: "127.0.0.1:5001")
        let handlers = DeviceHandlers(
            device: DeviceConfiguration(
                id: "chem-1", profile: profile, link: .tcpListen(TCPListenLink(host: "127.0.0.1", port: 5001))),
            bounds: LinkBounds(), facility: Facility(), journal: journal, orders: orders, status: status,
            trace: LinkTrace(clock: { Timestamp(microseconds: 0) }), outlet: outlet,
            controlIDs: ControlIDs(started: Timestamp(microseconds: 0)),
            clock: { [now] in Timestamp(microseconds: now.withLockedValue { $0 }) }, work: { $0() })
        try channel.pipeline.syncOperations.addHandler(handlers.make())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5001)).wait()
    }

    /// The device sends bytes; returns what we sent until everything at hand was done.
    @discardableResult
    func device(_ bytes: [UInt8]) throws -> [UInt8] {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        return try sent()
    }

    /// The oldest commit returns; returns what we sent then.
    func committed() throws -> [UInt8] {
        journal.commit()
        return try sent()
    }

    /// What we sent since the last look.
    func sent() throws -> [UInt8] {
        channel.embeddedEventLoop.run()
        var all: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { all += buffer.readableBytesView }
        return all
    }

    /// The newest remark on the device.
    var remark: String { status.devices().first?.remark ?? "" }
}

/// The bytes of frames that each hold one record.
func astmFrames(_ records: String...) -> [[UInt8]] {
    records.enumerated().map { index, record in
        FrameEncoder.frame(number: UInt8((index + 1) & 7), text: Array((record + "\r").utf8), isFinal: true)
    }
}

/// The records in frames as they went over the wire.
func astmRecords(_ wire: [UInt8]) -> [String] {
    LinkTranscript.messages(in: wire).messages.flatMap { message in
        message.text.split(separator: 0x0D).map { String(decoding: $0, as: UTF8.self) }
    }
}
