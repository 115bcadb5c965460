import Core
import HL7
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

/// The messages in what we sent.
private func messages(_ wire: [UInt8]) throws -> [HL7Message] {
    var decoder = MLLPDecoder()
    decoder.append(wire)
    var found: [HL7Message] = []
    while let token = decoder.next() {
        guard case .message(let bytes) = token else {
            Issue.record("not one clean MLLP block: \(token)")
            continue
        }
        found.append(try HL7Message.parse(bytes))
    }
    return found
}

private func type(_ message: HL7Message) -> String { "\(message.messageType ?? "")^\(message.triggerEvent ?? "")" }

private func block(_ segments: String...) -> [UInt8] {
    MLLP.frame(Array((segments.joined(separator: "\r") + "\r").utf8))
}

private func acknowledgement(_ code: String, of message: HL7Message) -> [UInt8] {
    block(
        "MSH|^~\\&|chem|||||20261122|ACK^Q03|A1|P|2.3.1".replacing("|||||", with: "|||||"),
        "MSA|\(code)|\(message.controlID ?? "")")
}

private let mindray = """
    name: Test
    protocol: hl7
    pass_through: true
    orders: { dialect: mindray }
    """

@Suite("An HL7 analyser asks for its orders")
struct HL7QueryTests {
    private let query = block(
        "MSH|^~\\&|Mindray|BS-200|||20261122||QRY^Q02|77|P|2.3.1||||||ASCII",
        "QRD|20261122|R|D|4|||RD|L26-1|OTH|||T", "QRF|BS-200||||RCT|COR|ALL")

    private func peer(_ orders: Order...) throws -> DialoguePeer {
        try DialoguePeer(profile: mindray, orders: FakeDeviceOrders(orders))
    }

    @Test("QCK is the answer, once the query is durable, and DSR follows")
    func answered() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"))
        #expect(try peer.device(query) == [])
        let said = try messages(try peer.committed())
        #expect(said.map(type) == ["QCK^Q02", "DSR^Q03"])
        #expect(said[0].first("MSA")?.text(field: 2) == "77")
        #expect(said[1].all("DSP").contains { $0.text(field: 3) == "L26-1" })
        #expect(try peer.device(acknowledgement("AA", of: said[1])) == [])
        #expect(peer.journal.waiting.isEmpty)
        #expect(peer.remark == "")
    }

    @Test("of several samples each leaves when the one before it was acknowledged")
    func oneAfterTheOther() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"), laboratoryOrder("L26-2", "2"))
        let all = block(
            "MSH|^~\\&|Mindray|BS-200|||20261122||QRY^Q02|78|P|2.3.1",
            "QRD|20261122|R|D|5|||RD||OTH|||T", "QRF|BS-200|20261121000000|20261123000000|||RCT|COR|ALL")
        try peer.device(all)
        let first = try messages(try peer.committed())
        #expect(first.map(type) == ["QCK^Q02", "DSR^Q03"])
        let second = try messages(try peer.device(acknowledgement("AA", of: first[1])))
        #expect(second.map(type) == ["DSR^Q03"])
        #expect(try peer.device(acknowledgement("AA", of: second[0])) == [])
    }

    @Test("however many samples there are, each arrives")
    func manySamples() throws {
        let orders = (1...100).map { laboratoryOrder("L26-\($0)", "1") }
        let peer = try DialoguePeer(profile: mindray, orders: FakeDeviceOrders(orders))
        try peer.device(
            block(
                "MSH|^~\\&|Mindray|BS-200|||20261122||QRY^Q02|79|P|2.3.1",
                "QRD|20261122|R|D|5|||RD||OTH|||T", "QRF|BS-200|20261121000000|20261123000000|||RCT|COR|ALL"))
        var said = try messages(try peer.committed())
        #expect(said.map(type) == ["QCK^Q02", "DSR^Q03"])
        var count = 0
        while let last = said.last, type(last) == "DSR^Q03" {
            count += 1
            said = try messages(try peer.device(acknowledgement("AA", of: last)))
        }
        #expect(count == 100)
        #expect(peer.remark == "")
    }

    @Test("nothing ordered is QAK NF and nothing else")
    func nothingOrdered() throws {
        let peer = try peer()
        try peer.device(query)
        let said = try messages(try peer.committed())
        #expect(said.map(type) == ["QCK^Q02"])
        #expect(said[0].first("QAK")?.text(field: 2) == "NF")
    }

    @Test("a store that cannot be read is AE, never nothing ordered")
    func storeFails() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"))
        peer.orders.fail(.refused("busy"))
        try peer.device(query)
        let said = try messages(try peer.committed())
        #expect(said.map { $0.first("MSA")?.text(field: 1) } == ["AE"])
    }

    @Test("a refused order is told on the device's page")
    func refused() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"))
        try peer.device(query)
        let said = try messages(try peer.committed())
        _ = try peer.device(acknowledgement("AE", of: said[1]))
        #expect(peer.remark.contains("refused an order"))
    }

    @Test("no answer within 30 s closes the connection, so that a late one meets nothing")
    func silence() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"))
        try peer.device(query)
        _ = try peer.committed()
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(peer.channel.isActive)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!peer.channel.isActive)
        #expect(peer.remark.contains("not delivered"))
    }

    @Test("an answer to nothing of ours is kept and not answered", arguments: ["L0-99", ""])
    func strayAnswer(id: String) throws {
        let peer = try peer()
        #expect(try peer.device(block("MSH|^~\\&|chem||||||ACK|A1|P|2.3.1", "MSA|AA|\(id)")) == [])
        #expect(peer.journal.waiting.count == 1)
        #expect(try peer.committed() == [])
        #expect(peer.remark.contains("not in flight"))
    }

    @Test("results between an order and its answer are taken as ever")
    func resultsBetween() throws {
        let peer = try peer(laboratoryOrder("L26-1", "1"))
        try peer.device(query)
        let said = try messages(try peer.committed())
        #expect(try peer.device(blocks(resultMessage("5"))) == [])
        #expect(try messages(try peer.committed()).map { $0.first("MSA")?.text(field: 2) } == ["5"])
        #expect(try peer.device(acknowledgement("AA", of: said[1])) == [])
        #expect(peer.remark == "")
    }
}

@Suite("An HL7 device is told of orders unasked")
struct HL7DownloadTests {
    private let profile = """
        name: Test
        protocol: hl7
        pass_through: true
        orders: { dialect: law, download: orm, withdraw: true }
        """

    private func dispatch(_ number: Int64, _ act: Dispatch.Act = .place) -> Dispatch {
        Dispatch(
            number: number,
            work: WorkOrder(
                number: number, order: laboratoryOrder("L26-\(number)", "GLU"), received: Timestamp(microseconds: 0)),
            act: act, attempt: 1)
    }

    private func download(_ peer: DialoguePeer, _ profile: Profile) -> OrderDownload {
        OrderDownload(
            device: "chem-1", profile: LiveProfile(profile), queue: peer.orders, outlet: peer.outlet,
            context: { _ in
                DialogueContext(
                    facility: Facility(), now: Timestamp(microseconds: 1_764_000_000_000_000), controlID: { "C1" })
            },
            remark: { peer.status.remark("chem-1", $0) }, clock: { Timestamp(microseconds: 0) })
    }

    @Test(
        "what it answers is what is kept of it",
        arguments: [
            ("AA", DispatchOutcome.taken), ("AR", .refused("")), ("", .later(Timestamp(microseconds: 0), why: "")),
        ])
    func outcome(code: String, expected: DispatchOutcome) async throws {
        let peer = try DialoguePeer(profile: profile, orders: FakeDeviceOrders())
        let message = try #require(
            try ProfileLibrary.read(text: profile, id: "test", file: "profile.yaml").download(
                dispatch(1),
                context: DialogueContext(
                    facility: Facility(), now: Timestamp(microseconds: 0), controlID: { "C1" })))
        let told = NIOLockedOutcome()
        peer.outlet.send(message) { told.set($0) }
        let said = try messages(try peer.sent())
        #expect(said.map(type) == ["ORM^O01"])
        if code.isEmpty {
            try await peer.channel.close()
        } else {
            _ = try peer.device(acknowledgement(code, of: said[0]))
        }
        switch (told.value, expected) {
        case (.taken?, .taken), (.refused?, .refused), (.failed?, .later): break
        default: Issue.record("told \(String(describing: told.value)), expected \(expected)")
        }
    }

    @Test("without a connection nothing is taken from the queue")
    func notConnected() async throws {
        let peer = try DialoguePeer(profile: profile, orders: FakeDeviceOrders())
        peer.orders.add([dispatch(1)])
        try await peer.channel.close()
        let download = download(peer, try ProfileLibrary.read(text: profile, id: "test", file: "profile.yaml"))
        download.nudge()
        download.finish()
        await download.run()
        #expect(peer.orders.outcomes.isEmpty)
        #expect(!peer.outlet.isOpen)
    }

    /// A device that takes whatever it is sent, and what became of these dispatches.
    private func run(_ due: [Dispatch], settlingFails: Int = 0) async throws -> (FakeDeviceOrders, LinkStatusBoard, Int)
    {
        let orders = FakeDeviceOrders()
        orders.add(due)
        orders.failSettling(settlingFails)
        let (outlet, status, sent) = (DeviceOutlet(), LinkStatusBoard(), NIOLockedValueBox(0))
        status.register("chem-1", profile: "test", address: "127.0.0.1:5001")
        let profile = try ProfileLibrary.read(text: profile, id: "test", file: "profile.yaml")
        let download = OrderDownload(
            device: "chem-1", profile: LiveProfile(profile), queue: orders, outlet: outlet,
            context: { _ in
                DialogueContext(facility: Facility(), now: Timestamp(microseconds: 0), controlID: { "C1" })
            },
            remark: { status.remark("chem-1", $0) }, clock: { Timestamp(microseconds: 0) })
        _ = outlet.open(
            DeviceOutlet.Line { _, done in
                sent.withLockedValue { $0 += 1 }
                done(.taken)
            })
        async let running: Void = download.run()
        let end = ContinuousClock.now + .seconds(120)
        while orders.settled.count < due.count, ContinuousClock.now < end {
            download.nudge()
            await Task.yield()
        }
        download.finish()
        await running
        return (orders, status, sent.withLockedValue { $0 })
    }

    @Test("what could not be written down stays known and is written when the store has room again")
    func settlingFails() async throws {
        let (orders, _, sent) = try await run([dispatch(1), dispatch(2), dispatch(3)], settlingFails: 1)
        #expect(orders.settled[1] == .taken)
        #expect(sent == 1)
        for number: Int64 in [2, 3] {
            guard case .notSent? = orders.settled[number] else {
                Issue.record("\(number): \(String(describing: orders.settled[number]))")
                continue
            }
        }
    }

    @Test("an accession two patients share is not sent, and a person reads why")
    func shared() async throws {
        var due = dispatch(1)
        due.work.isShared = true
        let (orders, status, sent) = try await run([due])
        #expect(sent == 0)
        guard case .notSent? = orders.settled[1] else {
            Issue.record("\(String(describing: orders.settled[1]))")
            return
        }
        #expect(status.devices().first?.remark.hasPrefix("Two patients have open orders") == true)
    }

    @Test("pauses grow to five minutes", arguments: [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (50, 300)])
    func pauses(failures: Int, seconds: Int) {
        #expect(OrderDownload.pause(after: failures) == seconds)
    }
}
