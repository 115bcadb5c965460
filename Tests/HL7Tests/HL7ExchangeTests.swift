import HL7
import Testing

private func request(_ number: Int, awaits: Bool = true) -> HL7Exchange.Request {
    HL7Exchange.Request(number: number, controlID: "C\(number)", bytes: [UInt8(number & 0x7F)], awaitsAnswer: awaits)
}

private let time = Duration.seconds(30)

@Suite("Our messages to a device, one in flight")
struct HL7ExchangeTests {
    @Test("the next leaves when the one before it was answered")
    func oneInFlight() {
        var exchange = HL7Exchange()
        #expect(exchange.handle(.send(request(1))) == [.send([1]), .startTimer(time)])
        #expect(exchange.handle(.send(request(2))) == [])
        #expect(
            exchange.handle(.answered(controlID: "C1", .accepted))
                == [.stopTimer, .finished(number: 1, .accepted), .send([2]), .startTimer(time)])
        #expect(
            exchange.handle(.answered(controlID: "C2", .refused("no")))
                == [.stopTimer, .finished(number: 2, .refused("no"))])
        #expect(exchange.inFlight == nil)
    }

    @Test("a commit answer is not the last word")
    func enhancedMode() {
        var exchange = HL7Exchange()
        _ = exchange.handle(.send(request(1)))
        #expect(exchange.handle(.answered(controlID: "C1", .committed)) == [.startTimer(time)])
        #expect(exchange.inFlight == request(1))
        #expect(
            exchange.handle(.answered(controlID: "C1", .accepted)) == [.stopTimer, .finished(number: 1, .accepted)])
    }

    @Test("what wants no answer is delivered by being sent")
    func noAnswerWanted() {
        var exchange = HL7Exchange()
        #expect(exchange.handle(.send(request(1, awaits: false))) == [.send([1]), .finished(number: 1, .accepted)])
        #expect(exchange.inFlight == nil)
    }

    @Test("silence ends the connection, and a late answer can meet no other message")
    func silence() {
        var exchange = HL7Exchange()
        _ = exchange.handle(.send(request(1)))
        _ = exchange.handle(.send(request(2)))
        #expect(
            exchange.handle(.timerFired)
                == [.hangUp, .finished(number: 1, .unanswered), .finished(number: 2, .notSent)])
        #expect(exchange.handle(.answered(controlID: "C1", .accepted)) == [.strayAnswer])
        #expect(exchange.handle(.send(request(3))) == [.finished(number: 3, .notSent)])
    }

    @Test("an answer to another message is ignored", arguments: ["C2", "", "c1", "C1 "])
    func anotherID(id: String) {
        var exchange = HL7Exchange()
        _ = exchange.handle(.send(request(1)))
        #expect(exchange.handle(.answered(controlID: id, .accepted)) == [.strayAnswer])
        #expect(exchange.inFlight == request(1))
    }

    @Test("a lost connection tells every sender")
    func lost() {
        var exchange = HL7Exchange()
        _ = exchange.handle(.send(request(1)))
        _ = exchange.handle(.send(request(2)))
        #expect(
            exchange.handle(.linkLost)
                == [.stopTimer, .finished(number: 1, .linkLost), .finished(number: 2, .notSent)])
        #expect(exchange.handle(.linkLost) == [])
    }

    @Test("the queue is bounded")
    func bounded() {
        var exchange = HL7Exchange()
        _ = exchange.handle(.send(request(0)))
        for number in 1...HL7Exchange.mostWaiting { #expect(exchange.handle(.send(request(number))) == []) }
        #expect(exchange.handle(.send(request(100))) == [.finished(number: 100, .queueFull)])
    }

    @Test("late events while nothing is in flight change nothing")
    func idle() {
        var exchange = HL7Exchange()
        #expect(exchange.handle(.timerFired) == [])
        #expect(exchange.handle(.answered(controlID: "C1", .accepted)) == [.strayAnswer])
        #expect(exchange.handle(.answered(controlID: "", .committed)) == [.strayAnswer])
        #expect(exchange.handle(.linkLost) == [])
        #expect(exchange.handle(.timerFired) == [])
    }
}
