import ASTM
import Testing

@Suite struct LinkReceiverTests {
    let reply: LinkReceiver.Action = .startTimer(.seconds(30))

    /// The save among some actions.
    func save(_ actions: [LinkReceiver.Action]) throws -> Save {
        for case .save(let save) in actions { return save }
        throw Missing()
    }

    struct Missing: Error {}

    @Test func aMessageIsAcknowledgedWhenItIsDurable() throws {
        var link = LinkReceiver()
        #expect(link.handle(.token(.enq)) == [.send(.ack), reply])
        #expect(link.handle(.token(frame(1, "H|\\^&\r"))) == [.send(.ack), reply])
        #expect(link.handle(.token(frame(2, "P|1\r"))) == [.send(.ack), reply])
        #expect(link.handle(.token(frame(3, "O|1|S1\r"))) == [.send(.ack), reply])
        #expect(link.handle(.token(frame(4, "R|1|^^^GLU|5.10\r"))) == [.send(.ack), reply])
        let actions = link.handle(.token(frame(5, "L|1|N\r")))
        let text = "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5.10\rL|1|N\r"
        let expected = try save(actions)
        #expect(actions == [.stopTimer, .save(expected)])
        #expect(expected.message == 1)
        #expect(expected.part == 0)
        #expect(expected.frames == 5)
        #expect(expected.ending == .complete)
        #expect(expected.textLength == text.utf8.count)
        #expect(expected.processableText == text.utf8.count)
        #expect(
            expected.bytes == wire(1, "H|\\^&\r") + wire(2, "P|1\r") + wire(3, "O|1|S1\r")
                + wire(4, "R|1|^^^GLU|5.10\r") + wire(5, "L|1|N\r"))
        #expect(link.isWaitingForSave)
        #expect(link.handle(.saved(expected.token)) == [.send(.ack), reply])
        #expect(!link.isWaitingForSave)
        #expect(link.handle(.token(.eot)) == [.stopTimer])
        #expect(link.isNeutral)
    }

    @Test func aDropOfLevelIsSavedBeforeItIsAcknowledged() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\r")))
        _ = link.handle(.token(frame(2, "P|1\r")))
        _ = link.handle(.token(frame(3, "O|1|S1\rR|1|^^^GLU|5.10\r")))
        // R to O: LIS02-A2 4.2.1.
        let first = try save(link.handle(.token(frame(4, "O|2|S2\r"))))
        let before = "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5.10\r"
        #expect(first.ending == .open)
        #expect(first.part == 0)
        #expect(first.processableText == before.utf8.count)
        #expect(first.textLength == before.utf8.count + 7)
        #expect(link.handle(.saved(first.token)) == [.send(.ack), reply])
        // Comments and manufacturer records have no level.
        #expect(link.handle(.token(frame(5, "C|1|I|x\rM|1|y\rR|1|^^^GLU|6\r"))) == [.send(.ack), reply])
        let last = try save(link.handle(.token(frame(6, "L|1|N\r"))))
        #expect(last.message == 1)
        #expect(last.part == 1)
        #expect(last.frames == 2)
        #expect(last.bytes == wire(5, "C|1|I|x\rM|1|y\rR|1|^^^GLU|6\r") + wire(6, "L|1|N\r"))
        #expect(last.processableText == last.textLength)
        #expect(LinkTranscript.messages(in: first.bytes + last.bytes).messages.map(\.text.count) == [last.textLength])
    }

    @Test func aLostAcknowledgementMakesADuplicate() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\r")))
        #expect(
            link.handle(.token(frame(1, "H|\\^&\r"))) == [.send(.ack), reply, .note(.duplicateFrame(number: 1))])
        #expect(link.handle(.token(frame(2, "P|1\r"))) == [.send(.ack), reply])
    }

    @Test func aLostAcknowledgementOfASavedFrameDoesNotSaveTwice() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let all = frame(1, "H|\\^&\rL|1|N\r")
        let done = try save(link.handle(.token(all)))
        _ = link.handle(.saved(done.token))
        #expect(link.handle(.token(all)) == [.send(.ack), reply, .note(.duplicateFrame(number: 1))])
        #expect(link.handle(.token(.eot)) == [.stopTimer])
    }

    @Test func aFirstFrameNumberedZeroIsNoDuplicate() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        #expect(
            link.handle(.token(frame(0, "H|\\^&\r"))) == [
                .send(.nak), reply, .note(.outOfSequence(expected: 1, received: 0)),
            ])
    }

    @Test func numbersStartOverWithEachEnquiry() throws {
        var link = LinkReceiver()
        for _ in 0..<3 {
            _ = link.handle(.token(.enq))
            let done = try save(link.handle(.token(frame(1, "H|\\^&\rL|1|N\r"))))
            _ = link.handle(.saved(done.token))
            _ = link.handle(.token(.eot))
        }
    }

    @Test func wrongChecksumThenRetransmission() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let fault = FrameFault.Reason.checksum(expected: 1, received: 2)
        let bad = LinkToken.badFrame(.init(reason: fault, wire: []))
        #expect(link.handle(.token(bad)) == [.send(.nak), reply, .note(.badFrame(fault))])
        #expect(link.handle(.token(frame(1, "H|\\^&\r"))) == [.send(.ack), reply])
    }

    @Test func failedSaveThenRetransmission() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5\r")))
        let failed = try save(link.handle(.token(frame(2, "L|1|N\r"))))
        #expect(
            link.handle(.saveFailed(failed.token)) == [.send(.nak), reply, .note(.saveFailed(message: 1))])
        // The retransmission finds everything as it was, under a new token.
        let again = try save(link.handle(.token(frame(2, "L|1|N\r"))))
        #expect(again.token != failed.token)
        #expect(again.message == 1)
        #expect(again.part == 0)
        #expect(again.bytes == failed.bytes)
        #expect(again.ending == .complete)
        #expect(again.processableText == failed.processableText)
        #expect(link.handle(.saved(failed.token)) == [.note(.unknownSave)])
        #expect(link.handle(.saved(again.token)) == [.send(.ack), reply])
    }

    @Test func failedSaveOfAFirstFrameLeavesNothing() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let failed = try save(link.handle(.token(frame(1, "H|\\^&\rL|1|N\r"))))
        _ = link.handle(.saveFailed(failed.token))
        // The sender gives up: there is nothing to close.
        #expect(link.handle(.token(.eot)) == [.stopTimer])
        _ = link.handle(.token(.enq))
        #expect(try save(link.handle(.token(frame(1, "H|\\^&\rL|1|N\r")))).message == 1)
    }

    @Test func partialMessageThenEnquiry() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5\r")))
        let actions = link.handle(.token(.enq))
        let rest = try save(actions)
        #expect(
            actions == [
                .stopTimer, .save(rest), .note(.incomplete(.restartedByEnquiry)), .note(.restartedByEnquiry),
            ])
        #expect(rest.ending == .incomplete(.restartedByEnquiry))
        #expect(rest.processableText == 0)
        #expect(rest.bytes == wire(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5\r"))
        #expect(link.handle(.saved(rest.token)) == [.send(.ack), reply])
        // Frame 1 again is the beginning of a new message, not a duplicate.
        let whole = try save(link.handle(.token(frame(1, "H|\\^&\rL|1|N\r"))))
        #expect(whole.message == 2)
        #expect(whole.part == 0)
    }

    @Test func enquiryBeforeAnyFrameSavesNothing() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        #expect(link.handle(.token(.enq)) == [.send(.ack), reply, .note(.restartedByEnquiry)])
    }

    @Test(arguments: [
        (LinkReceiver.Event.timerFired, Save.Reason.receiveTimeout), (.linkLost, .linkLost),
    ])
    func anUnfinishedMessageIsClosed(event: LinkReceiver.Event, reason: Save.Reason) throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5\r")))
        let open = try save(link.handle(.token(frame(2, "O|2|S2\r"))))
        _ = link.handle(.saved(open.token))
        _ = link.handle(.token(frame(3, "R|1|^^^GLU|6\r")))
        let actions = link.handle(event)
        let rest = try save(actions)
        #expect(actions == [.stopTimer, .save(rest), .note(.incomplete(reason))])
        #expect(rest.ending == .incomplete(reason))
        #expect(rest.part == 1)
        #expect(rest.bytes == wire(3, "R|1|^^^GLU|6\r"))
        // Only what stood before O|2 may be processed.
        #expect(rest.processableText == "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5\r".utf8.count)
        #expect(link.handle(.saved(rest.token)) == [])
        #expect(link.isNeutral)
    }

    /// A device that never sends L: its EOT is all that ends a message.
    @Test func eotAfterAWholeRecordLetsAllOfTheMessageBeProcessed() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1")))
        _ = link.handle(.token(frame(2, "R|1|^^^GLU|5.10")))
        let actions = link.handle(.token(.eot))
        let end = try save(actions)
        #expect(actions == [.stopTimer, .save(end), .note(.incomplete(.eotBeforeTerminator))])
        #expect(end.ending == .incomplete(.eotBeforeTerminator))
        #expect(end.processableText == "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5.10\r".utf8.count)
        #expect(!end.isUnreadable)
        #expect(link.handle(.saved(end.token)) == [])
        #expect(link.isNeutral)
    }

    /// The text of the frames (ETB where it goes on), what of it may be processed at EOT, and whether a person must look.
    @Test(arguments: [
        ([("H|\\^&\rP|1\rO|1|S1\rR|1|x|5\r", false)], 25, false),
        ([("H|\\^&\rP|1\rO|1|S1\rR|1|x|5.", false)], 0, true),
        ([("H|\\^&\rP|1\rO|1|S1\rR|1|x|5\rO|2|S", false)], 25, false),
        ([("hello world", true)], 12, false),
        ([("hello world", false)], 0, true),
        ([("", true)], 0, false),
        ([("\r\n", false)], 0, false),
    ])
    func whatEotLeaves(frames: [(String, Bool)], processable: Int, isUnreadable: Bool) throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        for (number, (text, isFinal)) in frames.enumerated() {
            let actions = link.handle(.token(frame(UInt8(number + 1), text, final: isFinal)))
            if let open = try? save(actions) { _ = link.handle(.saved(open.token)) }
        }
        let end = try save(link.handle(.token(.eot)))
        #expect(end.processableText == processable)
        #expect(end.isUnreadable == isUnreadable)
    }

    @Test func anEndThatCouldNotBeSavedIsTriedAgainWhenTheLinkIsLost() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\r")))
        let failed = try save(link.handle(.token(.eot)))
        _ = link.handle(.saveFailed(failed.token))
        let again = try save(link.handle(.linkLost))
        #expect(again.bytes == failed.bytes)
        #expect(again.processableText == failed.processableText)
    }

    @Test func charactersThatLeadNowhereCloseTheLine() {
        var limits = LinkLimits()
        limits.meaninglessCharacters = 3
        var link = LinkReceiver(limits: limits)
        _ = link.handle(.token(.enq))
        for _ in 0..<3 { #expect(link.handle(.token(.enq)).first == .send(.ack)) }
        #expect(link.handle(.token(.enq)) == [.note(.meaningless(limit: 3)), .hangUp])
        // A device that only polls is never one of these.
        var poll = LinkReceiver(limits: limits)
        for _ in 0..<100 {
            #expect(poll.handle(.token(.enq)).first == .send(.ack))
            #expect(poll.handle(.token(.eot)) == [.stopTimer])
        }
    }

    @Test func aMessageSavedInPartIsClosedThoughNothingIsLeft() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let open = try save(link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\rO|2|S2\r"))))
        _ = link.handle(.saved(open.token))
        let end = try save(link.handle(.token(.eot)))
        #expect(end.bytes.isEmpty)
        #expect(end.frames == 0)
        #expect(end.part == 1)
        #expect(end.ending == .incomplete(.eotBeforeTerminator))
    }

    @Test func severalMessagesInOneTransfer() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        for number in 1...20 {
            let all = frame(UInt8(number % 8), "H|\\^&\rP|1\rL|1|N\r")
            let done = try save(link.handle(.token(all)))
            #expect(done.message == number)
            #expect(done.ending == .complete)
            #expect(link.handle(.saved(done.token)) == [.send(.ack), reply])
        }
        #expect(link.handle(.token(.eot)) == [.stopTimer])
    }

    @Test func aHeaderWithoutTerminatorBeforeItClosesTheMessage() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\r")))
        let closing = try save(link.handle(.token(frame(2, "H|\\^&\rP|1\rL|1|N\r"))))
        #expect(closing.ending == .incomplete(.headerBeforeTerminator))
        #expect(closing.processableText == closing.textLength)
        #expect(closing.bytes == wire(1, "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\r"))
        // The frame that showed it is accepted next, and needs a save of its own.
        let whole = try save(link.handle(.saved(closing.token)))
        #expect(whole.message == 2)
        #expect(whole.ending == .complete)
        #expect(link.handle(.saved(whole.token)) == [.send(.ack), reply])
    }

    @Test func recordsAreCutAcrossFrames() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let text = "H|\\^&\rP|1\rO|1|S1\rR|1|^^^L|5\rR|2|^^^O|6\rL|1|N\r"
        var encoder = FrameEncoder(textBytes: 3)
        var saves: [Save] = []
        for one in try encoder.frames(bytes(text)) {
            let actions = link.handle(tokenEvent(one))
            if let save = try? save(actions) {
                saves.append(save)
                #expect(link.handle(.saved(save.token)) == [.send(.ack), reply])
            } else {
                #expect(actions == [.send(.ack), reply])
            }
        }
        // The L of the terminator is a drop, its end completes the message.
        #expect(saves.map(\.ending) == [.open, .complete])
        #expect(saves.first?.processableText == text.utf8.count - 6)
        #expect(saves.last?.textLength == text.utf8.count)
    }

    func tokenEvent(_ wire: [UInt8]) -> LinkReceiver.Event { .token(tokens(wire)[0]) }

    @Test func aLetterAtTheEndOfAFrameAlreadyCountsAsADrop() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\r", final: false)))
        let open = try save(link.handle(.token(frame(2, "R|1|x|5\rO", final: false))))
        #expect(open.ending == .open)
        #expect(open.processableText == "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\r".utf8.count)
    }

    @Test func linesThatAreNoRecordsDropNoLevel() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        // Base64 on bare lines, beginning with the letters of H, L and P.
        #expect(
            link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S1\rR|1|x|5\rH+a/\rL0==\rPAAA\rLA=\r"))) == [
                .send(.ack), reply,
            ])
    }

    @Test func etxEndsARecordWithoutCarriageReturn() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&")))
        _ = link.handle(.token(frame(2, "P|1")))
        let done = try save(link.handle(.token(frame(3, "L|1|N"))))
        #expect(done.ending == .complete)
        let text = LinkTranscript.messages(in: done.bytes).messages.map(\.text)
        #expect(text == [bytes("H|\\^&\rP|1\rL|1|N\r")])
        #expect(done.textLength == text[0].count)
    }

    @Test func strayNumbersBeforeRecordsAreUnderstood() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let done = try save(link.handle(.token(frame(1, "H|\\^&\r2P|1\r3O|1|S1\r4L|1|N\r"))))
        #expect(done.ending == .complete)
    }

    @Test func messageLimit() {
        var limits = LinkLimits()
        limits.messageBytes = 60
        var link = LinkReceiver(limits: limits)
        _ = link.handle(.token(.enq))
        #expect(link.handle(.token(frame(1, "H|\\^&|" + String(repeating: "x", count: 30)))) == [.send(.ack), reply])
        for _ in 0..<6 {
            #expect(
                link.handle(.token(frame(2, "P|1|" + String(repeating: "x", count: 30)))) == [
                    .send(.nak), reply, .note(.messageTooLong(limit: 60)),
                ])
        }
    }

    @Test func busyReceiverRefusesEnquiryButFinishesATransfer() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        link.isAccepting = false
        #expect(link.handle(.token(frame(1, "H|\\^&\r"))) == [.send(.ack), reply])
        var other = LinkReceiver()
        other.isAccepting = false
        #expect(other.handle(.token(.enq)) == [.send(.nak), .note(.refused)])
        #expect(other.isNeutral)
    }

    @Test func interruptIsAskedForOnce() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        link.interruptWanted = true
        #expect(link.handle(.token(frame(1, "H|\\^&\r"))) == [.send(.eot), reply, .note(.interruptRequested)])
        #expect(link.handle(.token(frame(2, "P|1\r"))) == [.send(.ack), reply])
    }

    @Test func linkLostWhileSaving() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        let open = try save(link.handle(.token(frame(1, "H|\\^&\rP|1\rO|1|S\rR|1|x|5\rO|2|S\r"))))
        #expect(link.handle(.linkLost) == [])
        // No answer goes out; the message is closed.
        let end = try save(link.handle(.saved(open.token)))
        #expect(end.ending == .incomplete(.linkLost))
        #expect(end.part == 1)
        #expect(link.handle(.saved(end.token)) == [])
        #expect(link.isNeutral)
    }

    @Test func linkLostAndSaveFailed() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\r")))
        let whole = try save(link.handle(.token(frame(2, "L|1|N\r"))))
        _ = link.handle(.linkLost)
        let actions = link.handle(.saveFailed(whole.token))
        let rest = try save(actions)
        // The frame that was not durable is not part of the message.
        #expect(rest.bytes == wire(1, "H|\\^&\rP|1\r"))
        #expect(rest.ending == .incomplete(.linkLost))
        #expect(actions.first == .note(.saveFailed(message: 1)))
    }

    @Test func theRestThatCouldNotBeSavedIsTriedAgainWithTheNextEnquiry() throws {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, "H|\\^&\rP|1\r")))
        let rest = try save(link.handle(.timerFired))
        #expect(link.handle(.saveFailed(rest.token)) == [.note(.saveFailed(message: 1))])
        let again = try save(link.handle(.token(.enq)))
        #expect(again.bytes == rest.bytes)
        #expect(again.ending == .incomplete(.receiveTimeout))
        #expect(link.handle(.saved(again.token)) == [.send(.ack), reply])
    }

    @Test func suspiciousFramesAreToldWhenTheyAreAccepted() {
        var link = LinkReceiver()
        _ = link.handle(.token(.enq))
        var wrong = wire(1, "H|\\^&\u{11}\r")
        wrong[wrong.count - 4] ^= 1
        let token = tokens(wrong, checksum: .lenient)[0]
        #expect(
            link.handle(.token(token)) == [
                .send(.ack), reply, .note(.suspiciousChecksum(number: 1)), .note(.restrictedCharacters(number: 1)),
            ])
    }
}
