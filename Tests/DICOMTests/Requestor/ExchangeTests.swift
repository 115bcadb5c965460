import Testing

@testable import DICOM

/// What both exchanges are tried with.
private enum Said {
    static let find = DIMSEMessage(
        command: CommandSet(request: 0x0020, messageID: 7, sopClass: "1.2", hasDataSet: true), data: [1, 2])
    static let echo = DIMSEMessage(command: CommandSet(request: 0x0030, messageID: 7, sopClass: "1.2"))

    static func response(
        to request: DIMSEMessage, _ status: UInt16?, data: [UInt8]? = nil, field: UInt16? = nil, id: UInt16 = 7
    ) -> ExchangeEvent {
        var command = CommandSet(
            responseTo: request.command, status: Status(status ?? 0, comment: nil), hasDataSet: data != nil)
        command.status = status
        command.respondsTo = id
        if let field { command.field = field }
        return .message(DIMSEMessage(command: command, data: data))
    }

    static func match(_ byte: UInt8, status: UInt16 = 0xFF00) -> ExchangeEvent {
        response(to: find, status, data: [byte])
    }

    /// Every way an association may end.
    static let ends: [Association.End] = [.silent, .released, .aborted, .closed, .failed("why")]
    /// Messages that answer something else.
    static func strays(to request: DIMSEMessage) -> [ExchangeEvent] {
        [
            response(to: request, 0, field: 0x8001), response(to: request, 0, field: 0x0FFF),
            response(to: request, 0, id: 8), response(to: request, nil),
        ]
    }
}

/// A request and its response.
struct SingleExchangeTests {
    @Test("asked, answered")
    func answered() {
        var exchange = SingleExchange(Said.echo)
        #expect(exchange.handle(.begin) == [.send(Said.echo)])
        #expect(exchange.handle(Said.response(to: Said.echo, 0xA700)) == [.finish(DIMSEReply(status: 0xA700))])
        // It is over: nothing that comes later changes that.
        for event in [.begin, Said.response(to: Said.echo, 0), .lost(.closed)] { #expect(exchange.handle(event) == []) }
    }

    @Test("what an answer says is kept")
    func details() {
        var exchange = SingleExchange(Said.echo)
        _ = exchange.handle(.begin)
        let status = Status(
            0x0110, comment: "no longer", offendingElement: Tag(1, 2), attributes: [Tag(3, 4)], errorID: 0xA710)
        let command = CommandSet(responseTo: Said.echo.command, status: status, instance: "2.25.1")
        var reply = DIMSEReply(status: 0x0110, comment: "no longer")
        reply.errorID = 0xA710
        reply.attributes = [Tag(3, 4), Tag(1, 2)]
        reply.instanceUID = "2.25.1"
        #expect(exchange.handle(.message(DIMSEMessage(command: command))) == [.finish(reply)])
    }

    @Test("an association that ends before or after the request")
    func lost() {
        for end in Said.ends {
            var early = SingleExchange(Said.echo)
            #expect(early.handle(.lost(end)) == [.fail(.lost(end))])
            var exchange = SingleExchange(Said.echo)
            _ = exchange.handle(.begin)
            #expect(exchange.handle(.lost(end)) == [.fail(.lost(end))])
            #expect(exchange.handle(.begin) == [])
        }
    }

    @Test("another message in place of the answer, an answer to nothing, a second begin")
    func illegal() {
        for stray in Said.strays(to: Said.echo) {
            var exchange = SingleExchange(Said.echo)
            _ = exchange.handle(.begin)
            #expect(exchange.handle(stray).isFailureAlone, "\(stray)")
            #expect(exchange.handle(Said.response(to: Said.echo, 0)) == [])
        }
        var early = SingleExchange(Said.echo)
        #expect(early.handle(Said.response(to: Said.echo, 0)).isFailureAlone)
        var twice = SingleExchange(Said.echo)
        _ = twice.handle(.begin)
        #expect(twice.handle(.begin).isFailureAlone)
    }

    @Test("each fault in words")
    func words() {
        let sentences = Said.ends.map { ExchangeFault.lost($0).sentence("C-ECHO") }
        #expect(
            sentences == [
                "no answer to C-ECHO in time", "the peer released the association instead of answering C-ECHO",
                "the peer aborted the association instead of answering C-ECHO",
                "the peer closed the connection instead of answering C-ECHO", "C-ECHO was not answered: why",
            ])
    }
}

/// C-FIND.
struct FindExchangeTests {
    private func end(_ status: UInt16, cancelled: Bool = false, unsupported: Bool = false) -> ExchangeAction<FindEnd> {
        .finish(FindEnd(reply: DIMSEReply(status: status), cancelled: cancelled, hasUnsupportedKeys: unsupported))
    }

    /// The C-CANCEL for the request.
    private var cancel: ExchangeAction<FindEnd> {
        var command = Said.find.command
        command.field = 0x0FFF
        (command.messageID, command.respondsTo, command.affectedSOPClassUID) = (nil, 7, nil)
        command.hasDataSet = false
        return .send(DIMSEMessage(command: command))
    }

    @Test("no match, and some")
    func matches() {
        var none = FindExchange(Said.find)
        #expect(none.handle(.begin) == [.send(Said.find)])
        #expect(none.handle(Said.response(to: Said.find, 0)) == [end(0)])
        var some = FindExchange(Said.find)
        _ = some.handle(.begin)
        #expect(some.handle(Said.match(1)) == [.match([1])])
        #expect(some.handle(Said.match(2, status: 0xFF01)) == [.match([2])])
        #expect(some.handle(Said.response(to: Said.find, 0)) == [end(0, unsupported: true)])
        for event in [.begin, Said.match(3), .lost(.closed)] { #expect(some.handle(event) == []) }
    }

    @Test("a refusal ends it, with what came before")
    func refused() {
        for status: UInt16 in [0xA700, 0xA900, 0xC001, 0x0122, 0xFE00] {
            var exchange = FindExchange(Said.find)
            _ = exchange.handle(.begin)
            #expect(exchange.handle(Said.match(1)) == [.match([1])])
            #expect(exchange.handle(Said.response(to: Said.find, status)) == [end(status)])
        }
    }

    @Test("enough: C-CANCEL, and what still comes is dropped")
    func cancelled() {
        var limits = FindLimits()
        limits.matches = 2
        limits.matchesAfterCancel = 1
        var exchange = FindExchange(Said.find, limits: limits)
        _ = exchange.handle(.begin)
        #expect(exchange.handle(Said.match(1)) == [.match([1])])
        #expect(exchange.handle(Said.match(2)) == [.match([2]), cancel])
        #expect(exchange.handle(Said.match(3)) == [])
        var patient = exchange
        #expect(patient.handle(Said.response(to: Said.find, 0xFE00)) == [end(0xFE00, cancelled: true)])
        // The answer may have been complete before the C-CANCEL arrived.
        patient = exchange
        #expect(patient.handle(Said.response(to: Said.find, 0)) == [end(0, cancelled: true)])
        // One that goes on for ever is not listened to for ever.
        #expect(exchange.handle(Said.match(4)).isFailureAlone)
    }

    @Test("the bytes of an answer are bounded too")
    func bytes() {
        var limits = FindLimits()
        limits.bytes = 3
        var exchange = FindExchange(Said.find, limits: limits)
        _ = exchange.handle(.begin)
        #expect(exchange.handle(Said.match(1)) == [.match([1])])
        #expect(exchange.handle(Said.response(to: Said.find, 0xFF00, data: [1, 2])) == [.match([1, 2]), cancel])
    }

    @Test("every state and every event that has no place there")
    func illegal() {
        let cancelling: (inout FindExchange) -> Void = { exchange in
            _ = exchange.handle(.begin)
            _ = exchange.handle(Said.match(1))
        }
        let states: [(String, (inout FindExchange) -> Void)] = [
            ("ready", { _ in }), ("receiving", { _ = $0.handle(.begin) }), ("cancelling", cancelling),
        ]
        var limits = FindLimits()
        limits.matches = 1
        for (name, prepare) in states {
            for end in Said.ends {
                var exchange = FindExchange(Said.find, limits: limits)
                prepare(&exchange)
                #expect(exchange.handle(.lost(end)) == [.fail(.lost(end))], "\(name)")
                #expect(exchange.handle(Said.match(1)) == [], "\(name)")
            }
            var wrong = Said.strays(to: Said.find) + [Said.response(to: Said.find, 0xFF00)]
            wrong.append(name == "ready" ? Said.match(1) : .begin)
            for event in wrong {
                var exchange = FindExchange(Said.find, limits: limits)
                prepare(&exchange)
                #expect(exchange.handle(event).isFailureAlone, "\(name) \(event)")
                #expect(exchange.handle(Said.response(to: Said.find, 0)) == [], "\(name)")
            }
        }
    }
}

extension [ExchangeAction<DIMSEReply>] {
    fileprivate var isFailureAlone: Bool { if count == 1, case .fail(.protocolError) = self[0] { true } else { false } }
}

extension [ExchangeAction<FindEnd>] {
    fileprivate var isFailureAlone: Bool { if count == 1, case .fail(.protocolError) = self[0] { true } else { false } }
}
