import ASTM
import Testing

@Suite struct LinkSenderTests {
    let one = wire(1, "H|\\^&\r")
    let two = wire(2, "L|1|N\r")
    let reply: LinkSender.Action = .startTimer(.seconds(15))

    func started(_ role: LinkSender.Role = .computer, limits: LinkLimits = LinkLimits()) -> LinkSender {
        var link = LinkSender(role: role, limits: limits)
        _ = link.handle(.start(frames: [one, two]))
        return link
    }

    func transferring(_ role: LinkSender.Role = .computer) -> LinkSender {
        var link = started(role)
        _ = link.handle(.token(.ack))
        return link
    }

    @Test func aMessageIsDelivered() {
        var link = LinkSender(role: .instrument)
        #expect(link.handle(.start(frames: [one, two])) == [.sendControl(.enq), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(two), reply])
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: false)),
            ])
        #expect(link.isIdle)
        #expect(link.handle(.start(frames: [one])) == [.sendControl(.enq), reply])
    }

    @Test func aBusyReceiverIsAskedAgainAfterTenSeconds() {
        var link = started()
        #expect(link.handle(.token(.nak)) == [.startTimer(.seconds(10))])
        #expect(link.handle(.token(.ack)) == [.note(.unexpected(.ack))])
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
    }

    @Test func aReceiverThatStaysBusyIsLeftAlone() {
        var limits = LinkLimits()
        limits.enquiryAttempts = 2
        var link = started(limits: limits)
        _ = link.handle(.token(.nak))
        _ = link.handle(.timerFired)
        #expect(
            link.handle(.token(.nak)) == [.stopTimer, .sendControl(.eot), .finished(.failed(.enquiryRefused))])
    }

    @Test func silenceAfterEnquiry() {
        var link = started()
        #expect(link.handle(.timerFired) == [.sendControl(.eot), .finished(.failed(.enquiryUnanswered))])
    }

    @Test func onlyAnAnswerCountsAfterEnquiry() {
        var link = started()
        #expect(link.handle(.token(.eot)) == [.note(.unexpected(.eot))])
        #expect(link.handle(.token(.junk([1, 2]))) == [.note(.junk(bytes: 2))])
        #expect(link.handle(.token(frame(1, "x"))) == [.note(.frameWithoutEnquiry(number: 1))])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
    }

    @Test func contentionComputerYields() {
        var link = started(.computer)
        #expect(link.handle(.token(.enq)) == [.startTimer(.seconds(20)), .note(.contention)])
        // The crossing ENQ is not answered; the next one belongs to the receiver.
        #expect(link.handle(.token(.enq)) == [.stopTimer, .finished(.yielded)])
        #expect(link.isIdle)
    }

    @Test func contentionComputerAsksAgainWhenTheInstrumentDoesNot() {
        var link = started(.computer)
        _ = link.handle(.token(.enq))
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
    }

    @Test func contentionInstrumentAsksAgainAfterASecond() {
        var link = started(.instrument)
        #expect(link.handle(.token(.enq)) == [.startTimer(.seconds(1)), .note(.contention)])
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
    }

    @Test(arguments: [LinkSender.Role.computer, .instrument])
    func contentionWithoutEnd(role: LinkSender.Role) {
        var limits = LinkLimits()
        limits.enquiryAttempts = 3
        var link = started(role, limits: limits)
        for _ in 0..<2 {
            _ = link.handle(.token(.enq))
            _ = link.handle(.timerFired)
        }
        #expect(
            link.handle(.token(.enq)) == [.stopTimer, .note(.contention), .finished(.failed(.enquiryRefused))])
    }

    @Test func aFrameIsSentSixTimesAtMost() {
        var link = transferring()
        for _ in 0..<5 { #expect(link.handle(.token(.nak)) == [.sendFrame(one), reply]) }
        #expect(
            link.handle(.token(.nak)) == [.stopTimer, .sendControl(.eot), .finished(.failed(.frameRefused(0)))])
    }

    @Test func attemptsCountForEachFrame() {
        var link = transferring()
        for _ in 0..<5 { _ = link.handle(.token(.nak)) }
        #expect(link.handle(.token(.ack)) == [.sendFrame(two), reply])
        for _ in 0..<5 { #expect(link.handle(.token(.nak)) == [.sendFrame(two), reply]) }
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: false)),
            ])
    }

    @Test func anyOtherCharacterIsARefusal() {
        for token in [LinkToken.enq, .junk([0x41]), frame(1, "x"), .badFrame(.init(reason: .truncated, wire: []))] {
            var link = transferring()
            #expect(link.handle(.token(token)) == [.sendFrame(one), reply], "\(token)")
        }
    }

    @Test func lineEndsAfterAnAnswerAreNoRefusal() {
        var link = transferring()
        #expect(link.handle(.token(.junk([13, 10, 0]))) == [.note(.junk(bytes: 3))])
    }

    @Test func silenceAfterAFrame() {
        var link = transferring()
        _ = link.handle(.token(.ack))
        #expect(link.handle(.timerFired) == [.sendControl(.eot), .finished(.failed(.frameUnanswered(1)))])
    }

    @Test func anInterruptRequestIsAnAcceptance() {
        var link = transferring()
        #expect(link.handle(.token(.eot)) == [.sendFrame(two), reply, .note(.interruptRequested)])
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: true)),
            ])
    }

    @Test func nothingToSend() {
        var link = LinkSender(role: .computer)
        #expect(link.handle(.start(frames: [])) == [.finished(.failed(.noFrames))])
        #expect(link.isIdle)
    }
}
