import ASTM
import Testing

/// The duplex link as a transcript of what both sides say.
@Suite struct LinkMachineTests {
    static let answer = [wire(1, "H|\\^&\rP|1\rO|1|S1||^^^GLU||||||A||||||||||||||Q\rL|1|F\r")]

    @Test func aQuerysAnswerGoesOutWhenTheInstrumentGivesUpTheLine() {
        var link = LinkMachine(role: .computer)
        #expect(short(link.handle(.token(.enq))) == "ACK r30")
        let save = link.handle(.token(frame(1, "H|\\^&\rQ|1|^S1||ALL||||||||O\rL|1|N\r")))
        #expect(short(save) == "S1.0c r14")
        #expect(short(link.handle(.saved(saveToken(save)))) == "ACK r30")
        #expect(short(link.handle(.send(number: 1, frames: Self.answer))) == "")
        #expect(!link.isNeutral)
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
        #expect(short(link.handle(.token(.ack))) == "F1 s15")
        #expect(short(link.handle(.token(.ack))) == "s- EOT +1")
        #expect(link.isNeutral)
        #expect(link.queuedSends == 0)
    }

    /// Many sessions end with EOT and begin with ENQ in one TCP segment: the instrument goes on, ours comes after.
    @Test func anEnquiryInTheSameSegmentAsTheEotGoesFirst() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        _ = link.handle(.send(number: 1, frames: Self.answer))
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.token(.enq))) == "ACK r30 s-")
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func aMessageIsTakenBackUntilItIsOnTheWire() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        _ = link.handle(.send(number: 1, frames: Self.answer))
        _ = link.handle(.send(number: 2, frames: Self.answer))
        #expect(link.handle(.withdraw(number: 1)) == [.finished(number: 1, .failed(.withdrawn))])
        #expect(link.handle(.withdraw(number: 1)) == [])
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
        // It has been tried: its outcome is told by the line alone.
        #expect(link.handle(.withdraw(number: 2)) == [])
        #expect(short(link.handle(.token(.ack))) == "F1 s15")
        #expect(short(link.handle(.token(.ack))) == "s- EOT +2")
    }

    @Test func takenBackWhenItsTurnHadComeTheLineStaysFree() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        _ = link.handle(.send(number: 1, frames: Self.answer))
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(link.handle(.withdraw(number: 1)) == [.finished(number: 1, .failed(.withdrawn))])
        #expect(link.handle(.timerFired(.sender)) == [])
        #expect(short(link.handle(.token(.enq))) == "ACK r30")
    }

    @Test func contentionTheComputerYieldsAndSendsAfterwards() {
        var link = LinkMachine(role: .computer)
        #expect(short(link.handle(.send(number: 1, frames: Self.answer))) == "ENQ s15")
        // The crossing ENQ is not acknowledged; the next is.
        #expect(short(link.handle(.token(.enq))) == "s20 n")
        #expect(short(link.handle(.token(.enq))) == "s- ACK r30")
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
        #expect(link.queuedSends == 1)
    }

    @Test func contentionWithoutASecondEnquiryEndsAfterTwentySeconds() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        _ = link.handle(.token(.enq))
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    /// A neighbour that takes the line each time: told, after six times, instead of tried for ever.
    @Test func yieldingHasAnEnd() {
        var link = LinkMachine(role: .computer)
        var heard = short(link.handle(.send(number: 1, frames: Self.answer)))
        for _ in 1...6 {
            #expect(heard == "ENQ s15")
            _ = link.handle(.token(.enq))
            heard = short(link.handle(.token(.enq)))
            guard heard == "s- ACK r30" else { break }
            #expect(short(link.handle(.token(.eot))) == "r- s0")
            heard = short(link.handle(.timerFired(.sender)))
        }
        #expect(heard == "s- !1 enquiryRefused s20 ACK r30")
        #expect(link.queuedSends == 0)
    }

    @Test func aBusyReceiverMaySendMeanwhile() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        #expect(short(link.handle(.token(.nak))) == "s10")
        #expect(link.isNeutral && link.isSending)
        #expect(short(link.handle(.token(.enq))) == "ACK r30")
        #expect(short(link.handle(.token(.eot))) == "r-")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func aWaitThatEndsWhileTheOtherSideSendsIsMadeUpFor() {
        var link = LinkMachine(role: .instrument)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        #expect(short(link.handle(.token(.enq))) == "s1 n")
        #expect(short(link.handle(.token(.enq))) == "ACK r30")
        #expect(short(link.handle(.timerFired(.sender))) == "")
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func anHonouredInterruptKeepsUsOffTheLine() {
        var link = LinkMachine(role: .instrument)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        _ = link.handle(.send(number: 2, frames: Self.answer))
        _ = link.handle(.token(.ack))
        #expect(short(link.handle(.token(.eot))) == "s- EOT +1 s15 n")
        #expect(short(link.handle(.send(number: 3, frames: Self.answer))) == "")
        // The computer sends: that ends the pause.
        #expect(short(link.handle(.token(.enq))) == "ACK r30 s-")
        #expect(short(link.handle(.token(.eot))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func anUrgentDownloadAsksForTheLine() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        _ = link.handle(.send(number: 1, frames: Self.answer))
        link.interruptWanted = true
        #expect(short(link.handle(.token(frame(1, "H|\\^&\r")))) == "EOT r30 n")
        #expect(!link.interruptWanted)
        // Its message is not over, so what it was is kept.
        let save = link.handle(.token(.eot))
        #expect(short(save) == "S1.0i n r14")
        #expect(short(link.handle(.saved(saveToken(save)))) == "r- s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func theQueueIsBounded() {
        var limits = LinkLimits()
        limits.queuedSends = 2
        var link = LinkMachine(role: .computer, limits: limits)
        #expect(short(link.handle(.send(number: 1, frames: Self.answer))) == "ENQ s15")
        #expect(short(link.handle(.send(number: 2, frames: Self.answer))) == "")
        #expect(short(link.handle(.send(number: 3, frames: Self.answer))) == "!3 queueFull")
        #expect(short(link.handle(.send(number: 4, frames: []))) == "!4 noFrames")
        #expect(short(link.handle(.linkLost)) == "s- !1 linkLost !2 linkLost")
    }

    @Test func aSecondMessageFollowsTheFirst() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        _ = link.handle(.send(number: 2, frames: Self.answer))
        _ = link.handle(.token(.ack))
        #expect(short(link.handle(.token(.ack))) == "s- EOT +1 s0")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func aRefusedLineIsLeftAloneBeforeTheNextMessage() {
        var limits = LinkLimits()
        limits.enquiryAttempts = 1
        var link = LinkMachine(role: .instrument, limits: limits)
        _ = link.handle(.send(number: 1, frames: Self.answer))
        _ = link.handle(.send(number: 2, frames: Self.answer))
        #expect(short(link.handle(.token(.nak))) == "s- EOT !1 enquiryRefused s10")
        #expect(short(link.handle(.timerFired(.sender))) == "ENQ s15")
    }

    @Test func whileWeDoNotAcceptTheirEnquiryIsRefusedAndOursGoes() {
        var link = LinkMachine(role: .computer)
        link.isAccepting = false
        #expect(short(link.handle(.token(.enq))) == "NAK n")
        #expect(short(link.handle(.send(number: 1, frames: Self.answer))) == "ENQ s15")
        _ = link.handle(.token(.enq))
        #expect(short(link.handle(.token(.enq))) == "s- NAK n s0")
    }

    @Test func everyFrameIsSavedBeforeItsAck() throws {
        var options = LinkOptions()
        options.savesEveryFrame = true
        var link = LinkMachine(role: .computer, options: options)
        _ = link.handle(.token(.enq))
        var kept: [UInt8] = []
        for (number, record) in ["H|\\^&\r", "P|1\r", "O|1|S1\r", "R|1|^^^GLU|5.1\r"].enumerated() {
            let actions = link.handle(.token(frame(UInt8(number + 1), record)))
            #expect(short(actions) == "S1.\(number)o r14")
            for case .save(let save) in actions { kept += save.bytes }
            #expect(short(link.handle(.saved(saveToken(actions)))) == "ACK r30")
        }
        let end = link.handle(.token(.eot))
        #expect(short(end) == "S1.4i n r14")
        for case .save(let save) in end {
            #expect(save.bytes.isEmpty)
            #expect(save.processableText == save.textLength)
        }
        _ = link.handle(.saved(saveToken(end)))
        #expect(link.isNeutral)
        let read = try #require(LinkTranscript.messages(in: kept).messages.first)
        #expect(read.text == recordText(["H|\\^&", "P|1", "O|1|S1", "R|1|^^^GLU|5.1"]))
    }

    /// Its sender had an ACK for each frame and sends nothing again: whole records count whatever ended the message, also a
    /// crash, after which the last save is all there is. What is cut off in the middle does not.
    @Test func whatWasAcknowledgedFrameByFrameCountsUpToItsLastWholeRecord() throws {
        var options = LinkOptions()
        options.savesEveryFrame = true
        var link = LinkMachine(role: .computer, options: options)
        _ = link.handle(.token(.enq))
        let first = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5.1\r")))
        let whole = try #require(save(first))
        #expect(whole.processableText == whole.textLength)
        _ = link.handle(.saved(whole.token))
        let cut = link.handle(
            .token(
                .frame(
                    try #require(
                        decoded(
                            FrameEncoder.frame(
                                number: 2, text: Array("R|2|^^^K|4.".utf8), isFinal: false))))))
        let second = try #require(save(cut))
        #expect(second.processableText == whole.textLength)
        _ = link.handle(.saved(second.token))
        #expect(try #require(save(link.handle(.linkLost))).processableText == whole.textLength)
    }

    private func save(_ actions: [LinkMachine.Action]) -> Save? {
        for case .save(let save) in actions { return save }
        return nil
    }

    private func decoded(_ wire: [UInt8]) -> Frame? {
        var decoder = FrameDecoder()
        decoder.append(wire)
        guard case .frame(let frame)? = decoder.next() else { return nil }
        return frame
    }

    @Test func anUnsavedFrameIsRefusedAndTakenBack() {
        var options = LinkOptions()
        options.savesEveryFrame = true
        var link = LinkMachine(role: .computer, options: options)
        _ = link.handle(.token(.enq))
        let first = link.handle(.token(frame(1, "H|\\^&\r")))
        #expect(short(link.handle(.saveFailed(saveToken(first)))) == "NAK r30 n")
        let second = link.handle(.token(frame(1, "H|\\^&\r")))
        #expect(short(second) == "S1.0o r14")
        #expect(short(link.handle(.saved(saveToken(second)))) == "ACK r30")
        #expect(short(link.handle(.token(frame(1, "H|\\^&\r")))) == "ACK r30 n")
    }

    @Test func anEnquiryInTransferIsRefusedByOption() {
        var options = LinkOptions()
        options.enquiryInTransfer = .refuse
        var link = LinkMachine(role: .computer, options: options)
        _ = link.handle(.token(.enq))
        // Our ACK may have been lost: nothing is at stake yet.
        #expect(short(link.handle(.token(.enq))) == "ACK r30 n")
        _ = link.handle(.token(frame(1, "H|\\^&\r")))
        #expect(short(link.handle(.token(.enq))) == "NAK n")
        #expect(short(link.handle(.token(frame(2, "P|1\r")))) == "ACK r30")
        // Without a new timer, so that a sender which did start over is not refused for ever.
        let silence = link.handle(.timerFired(.receiver))
        #expect(short(silence) == "S1.0i n r14")
        _ = link.handle(.saved(saveToken(silence)))
        #expect(short(link.handle(.token(.enq))) == "ACK r30")
    }

    @Test func enquiriesRefusedWithoutEndCloseTheLine() {
        var options = LinkOptions()
        options.enquiryInTransfer = .refuse
        var limits = LinkLimits()
        limits.meaninglessCharacters = 3
        var link = LinkMachine(role: .computer, limits: limits, options: options)
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\r")))
        for _ in 1...3 { #expect(short(link.handle(.token(.enq))) == "NAK n") }
        #expect(short(link.handle(.token(.enq))) == "n X")
    }

    @Test func whatIsNotYetDurableAtTheLossIsSavedFirst() {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        let save = link.handle(.token(frame(1, "H|\\^&\rP|1\rL|1\r")))
        #expect(short(link.handle(.linkLost)) == "r-")
        #expect(short(link.handle(.saved(saveToken(save)))) == "r-")
        #expect(short(link.handle(.send(number: 1, frames: Self.answer))) == "!1 linkLost")
    }

    /// The disk took longer than the sender waits. Whether it still does shows within two seconds.
    @Test func aLateAcknowledgementGoesOnlyToASenderThatStillWaits() {
        func late() -> LinkMachine {
            var link = LinkMachine(role: .computer)
            _ = link.handle(.token(.enq))
            let save = link.handle(.token(frame(1, "H|\\^&\rL|1\r")))
            #expect(short(link.handle(.timerFired(.receiver))) == "")
            #expect(short(link.handle(.saved(saveToken(save)))) == "r2")
            return link
        }
        var patient = late()
        #expect(short(patient.handle(.timerFired(.receiver))) == "ACK r30")
        var gone = late()
        #expect(short(gone.handle(.token(.eot))) == "r-")
        #expect(short(gone.handle(.token(.enq))) == "ACK r30")
        var impatient = late()
        // Nothing is known from what is no token.
        #expect(short(impatient.handle(.token(.junk([0])))) == "n")
        #expect(short(impatient.handle(.token(frame(1, "H|\\^&\rL|1\r")))) == "ACK r30 n")
    }

    @Test func nothingIsPrinted() {
        let link = LinkMachine(role: .computer)
        let texts = [
            "\(LinkMachine.Event.send(number: 3, frames: [bytes("Smith")]))", "\(link)",
            "\(LinkMachine.Action.sendFrame(bytes("Smith")))", "\(LinkMachine.Event.token(.text(bytes("Smith"))))",
        ]
        for text in texts { #expect(!text.contains("Smith") && !text.contains("83")) }
    }
}
