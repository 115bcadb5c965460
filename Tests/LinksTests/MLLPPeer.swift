import Core
import HL7
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

/// One MLLP connection of a device, with commits under the test's control.
struct MLLPPeer {
    let journal = FakeJournal()
    let status = LinkStatusBoard()
    let channel = EmbeddedChannel()

    /// - Parameter acknowledge: the profile's `link.acknowledge`.
    init(acknowledge: String = "by-message", bounds: LinkBounds = LinkBounds()) throws {
        let profile = try ProfileLibrary.read(
            text: "name: Test\nprotocol: hl7\npass_through: true\nlink: { acknowledge: \(acknowledge) }\n", id: "test",
            file: "profile.yaml")
        status.register("haem-2", profile: "test", address: "127.0.0.1:5003")
        let acceptor = ResultAcceptor(
            device: "haem-2", profile: profile, journal: journal, status: status,
            controlIDs: ControlIDs(started: Timestamp(microseconds: 0)))
        try connect(acceptor, bounds)
    }

    /// A connection to the order listener instead.
    init(orders: FakeOrderBook, facility: Facility = Facility()) throws {
        let acceptor = OrderAcceptor(
            facility: facility, orders: orders, journal: journal,
            controlIDs: ControlIDs(started: Timestamp(microseconds: 0)), work: { $0() })
        status.register("haem-2", profile: "test", address: "127.0.0.1:5003")
        try connect(acceptor, LinkBounds())
    }

    private func connect(_ acceptor: any MessageAcceptor, _ bounds: LinkBounds) throws {
        let status = status
        let handler = MLLPHandler(
            acceptor: acceptor, bounds: bounds, clock: { Timestamp(microseconds: 1_000_000) },
            connection: { $0 ? status.connected("haem-2") : status.disconnected("haem-2") },
            remark: { status.remark("haem-2", $0) })
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5003)).wait()
    }

    /// Sends bytes as they are; returns the answers that came at once.
    @discardableResult
    func send(_ bytes: [UInt8]) throws -> [Answer] {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        return try answers()
    }

    /// The oldest commit returns; returns the answers that came then.
    func committed() throws -> [Answer] {
        journal.commit()
        return try answers()
    }

    /// The oldest commit fails; returns the answers that came then.
    func failed(_ error: StoreError) throws -> [Answer] {
        journal.fail(error)
        return try answers()
    }

    /// What was answered since the last look, each block's MSA.
    func answers() throws -> [Answer] {
        channel.embeddedEventLoop.run()
        var decoder = MLLPDecoder()
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            decoder.append(Array(buffer.readableBytesView))
        }
        var found: [Answer] = []
        while let token = decoder.next() {
            guard case .message(let bytes) = token else {
                Issue.record("an answer is not one clean MLLP block: \(token)")
                continue
            }
            found.append(try Answer(HL7Message.parse(bytes)))
        }
        return found
    }

    /// The device hangs up.
    func hangUp() { channel.pipeline.fireChannelInactive() }

    /// The newest remark on the device.
    var remark: String { status.devices().first?.remark ?? "" }

    /// Whether bytes are read from the socket.
    var isReading: Bool { channel.isReading }
}

/// What an acknowledgement says.
struct Answer: Equatable, CustomStringConvertible {
    /// MSA-1.
    var code: String
    /// MSA-2: whose answer it is.
    var of: String
    /// MSA-3.
    var text: String
    /// ERR-2 and ERR-8, empty when there is no ERR.
    var error = ""

    init(_ code: String, of: String, text: String = "", error: String = "") {
        (self.code, self.of, self.text, self.error) = (code, of, text, error)
    }

    init(_ message: HL7Message) throws {
        let msa = try #require(message.first("MSA"))
        code = msa.text(field: 1) ?? ""
        of = msa.text(field: 2) ?? ""
        text = msa.text(field: 3) ?? ""
        if let err = message.first("ERR") {
            error =
                [1, 2, 3].compactMap { err.text(field: 2, component: $0) }.joined(separator: "-")
                + ": " + (err.text(field: 8) ?? "")
        }
    }

    var description: String { "\(code) of \(of): \(text) \(error)" }
}

/// A message of one result with this control id, without its block.
func resultMessage(_ id: String, conditions: String = "|") -> [UInt8] {
    Array(
        """
        MSH|^~\\&|BC|Lab|||20261122094000||ORU^R01|\(id)|P|2.3.1|||\(conditions)\r\
        PID|1||MRN0003^^^^MR\rOBR|1||L26-1\rOBX|1|NM|6690-2^WBC^LN||12.80|10*9/L|||||F\r
        """.utf8)
}

/// Messages as they go over the wire.
func blocks(_ messages: [UInt8]...) -> [UInt8] { messages.flatMap { MLLP.frame($0) } }
