import Blocks
import Testing

/// The link as a transcript.
@Suite struct BlockLinkTests {
    @Test func aBlockIsAnsweredWhenItIsDurable() throws {
        var link = BlockLink(framing: plain, dialogue: answering)
        #expect(short(link.handle(.token(.control(0x05)))) == "ACK")
        let actions = link.handle(.token(block("D one")))
        #expect(short(actions) == "S1.0c")
        #expect(link.isWaitingForSave)
        let saved = try #require(save(actions))
        #expect(saved.bytes == plain.framed(bytes("D one")))
        #expect(short(link.handle(.saved(saved.token))) == "ACK")
        #expect(link.isNeutral)
    }

    @Test func aSaveThatFailsIsRefused() throws {
        var link = BlockLink(framing: plain, dialogue: answering)
        let token = try #require(save(link.handle(.token(block("D one"))))).token
        #expect(short(link.handle(.saveFailed(token))) == "NAK n")
        #expect(link.isNeutral)
        // It comes again and is a message of its own.
        #expect(short(link.handle(.token(block("D one")))) == "S2.0c")
    }

    @Test func whereNothingCanBeRefusedASaveIsTriedAgain() throws {
        var link = BlockLink(framing: plain, dialogue: BlockDialogue())
        let first = try #require(save(link.handle(.token(block("x")))))
        #expect(short(link.handle(.saveFailed(first.token))) == "n r5")
        #expect(link.isWaitingForSave)
        let second = try #require(save(link.handle(.timerFired(.receiver))))
        #expect(second.bytes == first.bytes && second.message == first.message)
        #expect(short(link.handle(.saved(second.token))) == "")
        // The old outcome means nothing any more.
        #expect(short(link.handle(.saved(first.token))) == "n")
    }

    @Test func anAnswerThatIsLateIsLeftOut() throws {
        var dialogue = inSeries
        dialogue.answerWithin = .seconds(2)
        var link = BlockLink(framing: plain, dialogue: dialogue)
        func hear(_ text: String, _ wanted: String) throws -> BlockSaveToken {
            let actions = link.handle(.token(block(text)))
            #expect(short(actions) == wanted)
            return try #require(save(actions)).token
        }
        // In time.
        #expect(short(link.handle(.saved(try hear("1", "S1.0o r2")))) == "r- ACK r30")
        // The device has stopped waiting before the block is durable; the series goes on.
        let second = try hear("2", "S1.1o r2")
        #expect(short(link.handle(.timerFired(.receiver))) == "")
        #expect(link.handle(.saved(second)) == [.note(.answerTooLate), .startTimer(.receiver, .seconds(30))])
        // It sends the block again, and that one is answered.
        #expect(short(link.handle(.saved(try hear("2", "S1.2o r2")))) == "r- ACK r30")
        // A refusal is as late as an answer.
        let last = try hear("9", "S1.3c r2")
        _ = link.handle(.timerFired(.receiver))
        #expect(short(link.handle(.saveFailed(last))) == "n n r30")
        // Of an end that nothing answers no time is measured.
        #expect(short(link.handle(.timerFired(.receiver))) == "r- S1.3i n")
    }

    @Test func whereNothingCanBeRefusedASecondTryIsTooLateToAnswer() throws {
        var dialogue = answering
        dialogue.bad = nil
        dialogue.answerWithin = .seconds(2)
        var link = BlockLink(framing: plain, dialogue: dialogue)
        let first = try #require(save(link.handle(.token(block("x")))))
        #expect(short(link.handle(.saveFailed(first.token))) == "r- n r5")
        let second = try #require(save(link.handle(.timerFired(.receiver))))
        #expect(link.handle(.saved(second.token)) == [.note(.answerTooLate)])
        // The next one is measured anew.
        let third = try #require(save(link.handle(.token(block("y")))))
        #expect(short(link.handle(.saved(third.token))) == "r- ACK")
    }

    @Test func aWrongCheckIsRefusedAndNotKept() {
        var link = BlockLink(framing: checked, dialogue: answering)
        let wrong = Block(wire: [2, 3, 0], text: [], verdict: .checkWrong(expected: [3], received: [0]))
        #expect(short(link.handle(.token(.block(wrong)))) == "NAK n")
        var lenient = checked
        lenient.acceptsWrongCheck = true
        link = BlockLink(framing: lenient, dialogue: answering)
        #expect(short(link.handle(.token(.block(wrong)))) == "n S1.0c")
    }

    @Test func severalBlocksAreOneMessage() throws {
        var link = BlockLink(framing: plain, dialogue: inSeries)
        var message: [UInt8] = []
        for (text, wanted) in [("1 id", "S1.0o"), ("3 values", "r- S1.1o"), ("9", "r- S1.2c")] {
            let actions = link.handle(.token(block(text)))
            #expect(short(actions) == wanted)
            let part = try #require(save(actions))
            message += part.bytes
            #expect(part.messageBytes == message.count)
            #expect(short(link.handle(.saved(part.token))) == (part.ending == .open ? "ACK r30" : "ACK"))
        }
        #expect(message == ["1 id", "3 values", "9"].flatMap { plain.framed(bytes($0)) })
    }

    @Test func aSeriesEndsBySilenceRestartAndLoss() throws {
        func begun() throws -> BlockLink {
            var link = BlockLink(framing: plain, dialogue: inSeries)
            let token = try #require(save(link.handle(.token(block("1 id"))))).token
            _ = link.handle(.saved(token))
            return link
        }
        var link = try begun()
        #expect(short(link.handle(.timerFired(.receiver))) == "r- S1.1i n")
        link = try begun()
        let restart = link.handle(.token(block("1 other")))
        #expect(short(restart) == "r- S1.1i n")
        let end = try #require(save(restart))
        #expect(end.bytes.isEmpty && end.ending == .incomplete(.restarted))
        #expect(short(link.handle(.saved(end.token))) == "S2.0o")
        link = try begun()
        #expect(save(link.handle(.linkLost))?.ending == .incomplete(.linkLost))
    }

    @Test func aBlockRefusedWithinASeriesComesAgain() throws {
        var link = BlockLink(framing: plain, dialogue: inSeries)
        _ = link.handle(.saved(try #require(save(link.handle(.token(block("1"))))).token))
        let second = try #require(save(link.handle(.token(block("2 x")))))
        #expect(short(link.handle(.saveFailed(second.token))) == "NAK n r30")
        let again = try #require(save(link.handle(.token(block("2 x")))))
        #expect(again.message == 1 && again.part == 1 && again.messageBytes == second.messageBytes)
    }

    @Test func aMessageBeyondItsLimitIsClosed() throws {
        var limits = BlockLimits()
        limits.messageBytes = 10
        var link = BlockLink(framing: plain, dialogue: inSeries, limits: limits)
        _ = link.handle(.saved(try #require(save(link.handle(.token(block("1"))))).token))
        let actions = link.handle(.token(block("2 more than fits")))
        #expect(save(actions)?.ending == .incomplete(.tooLong))
    }

    @Test func aPollIsAnsweredAndNotKept() {
        var dialogue = answering
        dialogue.replies = [.init(to: .init(prefixes: [bytes("P")]), text: bytes("N"))]
        var link = BlockLink(framing: plain, dialogue: dialogue)
        #expect(short(link.handle(.token(block("P 1")))) == "n ACK <N>")
        // What waits for the device goes in place of the fixed reply.
        #expect(short(link.handle(.send(number: 7, blocks: [bytes("D order")]))) == "")
        #expect(short(link.handle(.token(block("P 1")))) == "n ACK <D order> s5")
        #expect(short(link.handle(.token(.control(0x06)))) == "s- f7")
        #expect(short(link.handle(.token(block("P 1")))) == "n ACK <N>")
    }

    @Test func aKeptBlockHasItsFixedReplyBehindTheGoodAnswer() throws {
        var dialogue = answering
        dialogue.replies = [.init(to: .init(prefixes: [bytes("R")]), text: bytes("M A"), isKept: true)]
        var link = BlockLink(framing: plain, dialogue: dialogue)
        let token = try #require(save(link.handle(.token(block("R 5"))))).token
        #expect(short(link.handle(.saved(token))) == "ACK <M A>")
    }

    @Test func aMessageWhoseNextBlockCannotBeStoredEndsWithTheLink() throws {
        var dialogue = inSeries
        dialogue.bad = nil
        var link = BlockLink(framing: plain, dialogue: dialogue)
        _ = link.handle(.saved(try #require(save(link.handle(.token(block("1a"))))).token))
        let second = try #require(save(link.handle(.token(block("2b")))))
        #expect(short(link.handle(.linkLost)) == "")
        let actions = link.handle(.saveFailed(second.token))
        #expect(short(actions) == "n r- S1.1i n")
        #expect(try #require(save(actions)).messageBytes == 4)
        #expect(short(link.handle(.saved(try #require(save(actions)).token))) == "")
        #expect(link.isNeutral)
    }

    // MARK: - What we send

    @Test func oursWaitForTheSaveAndForEachAnswer() throws {
        var link = BlockLink(framing: plain, dialogue: answering)
        let token = try #require(save(link.handle(.token(block("R 1"))))).token
        #expect(short(link.handle(.send(number: 1, blocks: [bytes("S a"), bytes("S b")]))) == "")
        #expect(short(link.handle(.saved(token))) == "ACK <S a> s5")
        #expect(link.isSending && !link.isNeutral)
        #expect(short(link.handle(.send(number: 2, blocks: [bytes("S c")]))) == "")
        #expect(short(link.handle(.token(.control(0x06)))) == "s- <S b> s5")
        #expect(short(link.handle(.token(.control(0x06)))) == "s- f1 <S c> s5")
        #expect(short(link.handle(.token(.control(0x06)))) == "s- f2")
        // An answer to nothing.
        #expect(short(link.handle(.token(.control(0x06)))) == "n")
    }

    @Test func threeTriesAndNoMore() {
        var link = BlockLink(framing: plain, dialogue: answering)
        #expect(short(link.handle(.send(number: 1, blocks: [bytes("S")]))) == "<S> s5")
        #expect(short(link.handle(.token(.control(0x15)))) == "s- <S> s5")
        #expect(short(link.handle(.timerFired(.sender))) == "<S> s5")
        #expect(
            link.handle(.token(.control(0x15))) == [
                .stopTimer(.sender), .finished(number: 1, .failed(.refused(block: 0))),
            ])
        #expect(link.queuedSends == 0)
    }

    @Test func withoutAnswersTheyAreOnTheWireAtOnce() {
        var link = BlockLink(framing: plain, dialogue: BlockDialogue())
        #expect(short(link.handle(.send(number: 1, blocks: [bytes("a"), bytes("b")]))) == "<a> <b> f1")
        #expect(link.handle(.send(number: 2, blocks: [])) == [.finished(number: 2, .failed(.noBlocks))])
    }

    @Test func takenBackOnlyBeforeItLeaves() {
        var link = BlockLink(framing: plain, dialogue: answering)
        _ = link.handle(.send(number: 1, blocks: [bytes("a")]))
        _ = link.handle(.send(number: 2, blocks: [bytes("b")]))
        #expect(short(link.handle(.withdraw(number: 1))) == "")
        #expect(link.handle(.withdraw(number: 2)) == [.finished(number: 2, .failed(.withdrawn))])
    }

    @Test func aLostLinkFailsWhatWaits() {
        var link = BlockLink(framing: plain, dialogue: answering)
        _ = link.handle(.send(number: 1, blocks: [bytes("a")]))
        _ = link.handle(.send(number: 2, blocks: [bytes("b")]))
        #expect(short(link.handle(.linkLost)) == "s- x1 x2")
        #expect(link.handle(.send(number: 3, blocks: [bytes("c")])) == [.finished(number: 3, .failed(.linkLost))])
    }

    @Test func theQueueIsBounded() {
        var limits = BlockLimits()
        limits.queuedSends = 2
        var link = BlockLink(framing: plain, dialogue: answering, limits: limits)
        for number in 1...2 { _ = link.handle(.send(number: number, blocks: [bytes("a")])) }
        #expect(link.handle(.send(number: 3, blocks: [bytes("a")])) == [.finished(number: 3, .failed(.queueFull))])
    }
}
