import Testing

@testable import Links

@Suite("Faults on request")
struct FaultPlanTests {
    private let enq: [UInt8] = [0x05]
    private let ack: [UInt8] = [0x06]
    private let eot: [UInt8] = [0x04]
    private let frame: [UInt8] = [0x02] + Array("1H|\\^&\r".utf8) + [0x03] + Array("E5\r\n".utf8)
    private let block: [UInt8] = [0x0B] + Array("MSH|^~\\&|A\rPID|1\r".utf8) + [0x1C, 0x0D]
    private let answer: [UInt8] = [0x0B] + Array("MSH|^~\\&|A\rMSA|AA|17|ok\r".utf8) + [0x1C, 0x0D]

    private func plan(
        _ fault: SimulatedFault, _ every: Int = 1, _ speech: SimulatedSpeech = .frames, seed: UInt64? = nil
    ) -> FaultPlan {
        FaultPlan([FaultRequest(fault, every: every)], speech: speech, seed: seed)
    }

    @Test("without faults every piece is one write and every byte is handed on", arguments: SimulatedSpeech.allCases)
    func nothing(speech: SimulatedSpeech) {
        var plan = FaultPlan(speech: speech)
        for piece in [enq, frame, block, answer, eot] {
            #expect(plan.outgoing(piece) == [.write(piece)])
            #expect(plan.incoming(piece) == [.deliver(piece)])
        }
        #expect(plan.released() == [])
    }

    /// One of five is struck, the fifth; with a seed one of each five as well.
    @Test("a fault strikes one in N", arguments: [nil, 1, 2, 3] as [UInt64?])
    func everyNth(seed: UInt64?) {
        var plan = plan(.lostFrame, 5, seed: seed)
        var lost: [Int] = []
        for number in 1...20 where plan.outgoing(frame).isEmpty { lost.append(number) }
        #expect(lost.map { ($0 - 1) / 5 } == [0, 1, 2, 3])
        if seed == nil { #expect(lost == [5, 10, 15, 20]) }
    }

    @Test("the same seed gives the same course, another another")
    func seeds() {
        func course(_ seed: UInt64) -> [[FaultPlan.Step]] {
            var plan = FaultPlan(
                [FaultRequest(.noise, every: 3), FaultRequest(.wrongChecksum, every: 4)], speech: .frames, seed: seed)
            return (1...40).map { _ in plan.outgoing(frame) }
        }
        #expect(course(7) == course(7))
        #expect(course(7) != course(8))
    }

    /// What each fault does to each kind of piece at every time: on what it may strike it does, on all others nothing.
    @Test("the grid of faults and pieces that are sent", arguments: SimulatedFault.allCases)
    func sendingGrid(fault: SimulatedFault) {
        let pieces: [(SimulatedSpeech, [UInt8], Bool)] = [
            (.frames, enq, [.split].contains(fault)),
            (.frames, ack, [.split, .lostACK].contains(fault)),
            (.frames, eot, [.split, .merge].contains(fault)),
            (.frames, [0x15], fault == .split),
            (.frames, frame, [.split, .wrongChecksum, .lostFrame, .noise, .hangUp].contains(fault)),
            (.blocks, block, [.split, .merge, .noise, .hangUp, .brokenBlock].contains(fault)),
            (
                .blocks, answer,
                [.split, .merge, .noise, .hangUp, .brokenBlock, .lostACK, .noACK, .wrongControlID].contains(fault)
            ),
            (.records, Array("H|\\^&\rL|1\r".utf8), [.split, .merge, .hangUp].contains(fault)),
        ]
        for (speech, piece, isStruck) in pieces where fault != .silence {
            var plan = plan(fault, 1, speech)
            let steps = plan.outgoing(piece)
            let isChanged = steps != [.write(piece)] || (fault == .split && piece.count == 1)
            #expect(isChanged == isStruck, "\(fault) on \(piece) gave \(steps)")
        }
    }

    @Test("the grid of faults and bytes that come", arguments: SimulatedFault.allCases)
    func receivingGrid(fault: SimulatedFault) {
        let pieces: [(SimulatedSpeech, [UInt8], Bool)] = [
            (.frames, enq, fault == .contention), (.frames, ack, fault == .lostACK), (.frames, eot, false),
            (.frames, [0x15], false), (.frames, frame, false), (.blocks, block, false),
            (.blocks, answer, fault == .lostACK), (.records, Array("H|\\^&\r".utf8), false),
        ]
        for (speech, piece, isStruck) in pieces {
            var plan = plan(fault, 1, speech)
            let steps = plan.incoming(piece)
            #expect((steps != [.deliver(piece)]) == isStruck, "\(fault) on \(piece) gave \(steps)")
        }
    }

    @Test("a wrong checksum differs in one digit")
    func wrongChecksum() {
        var plan = plan(.wrongChecksum)
        guard case .write(let bytes)? = plan.outgoing(frame).first else {
            Issue.record("nothing is written")
            return
        }
        #expect(bytes.count == frame.count)
        #expect(zip(bytes, frame).count { $0 != $1 } == 1)
        #expect(bytes[frame.count - 3] != frame[frame.count - 3])
    }

    @Test("a frame whose ACK got lost is sent again in place of it, once")
    func duplicate() {
        var plan = plan(.duplicateFrame)
        #expect(plan.outgoing(frame) == [.write(frame)])
        #expect(plan.incoming(ack) == [.write(frame)])
        #expect(plan.incoming(ack) == [.deliver(ack)])
    }

    @Test("a frame that was refused is not sent again by the fault as well")
    func duplicateRefused() {
        var plan = plan(.duplicateFrame)
        _ = plan.outgoing(frame)
        #expect(plan.incoming([0x15]) == [.deliver([0x15])])
        #expect(plan.incoming(ack) == [.deliver(ack)])
    }

    @Test("split writes byte by byte")
    func split() {
        var plan = plan(.split)
        #expect(plan.outgoing(frame) == frame.map { .write([$0]) })
    }

    @Test("EOT and the ENQ that follows go out in one write; alone it goes out after a while")
    func merge() {
        var plan = plan(.merge)
        #expect(plan.outgoing(eot) == [.hold])
        #expect(plan.outgoing(enq) == [.write(eot + enq)])
        #expect(plan.released() == [])
        #expect(plan.outgoing(eot) == [.hold])
        #expect(plan.released() == [.write(eot)])
    }

    @Test("contention: the other side's ENQ meets ours and is not seen")
    func contention() {
        var plan = plan(.contention, 2)
        #expect(plan.incoming(enq) == [.deliver(enq)])
        #expect(plan.incoming(eot + enq) == [.deliver(eot), .write(enq)])
    }

    @Test("after so many messages nothing is sent any more; what comes is still handed on")
    func silence() {
        var plan = plan(.silence, 2)
        #expect(plan.outgoing(enq) == [.write(enq)])
        #expect(plan.incoming(enq) == [.deliver(enq)])
        #expect(plan.outgoing(ack) == [.write(ack)])
        #expect(plan.incoming(enq) == [.deliver(enq)])
        #expect(plan.outgoing(ack) == [])
        #expect(plan.outgoing(enq) == [])
    }

    @Test("silence in HL7 counts messages, not their answers")
    func silenceInBlocks() {
        var plan = plan(.silence, 1, .blocks)
        #expect(plan.incoming(block) == [.deliver(block)])
        #expect(plan.outgoing(answer) == [.write(answer)])
        #expect(plan.incoming(answer) == [.deliver(answer)])
        #expect(plan.incoming(block) == [.deliver(block)])
        #expect(plan.outgoing(answer) == [])
    }

    @Test("the line is cut in the middle, and forgotten at the next connection")
    func hangUp() {
        var plan = plan(.hangUp)
        #expect(plan.outgoing(frame) == [.write(Array(frame.prefix(frame.count / 2))), .hangUp])
        var merging = self.plan(.merge)
        _ = merging.outgoing(eot)
        merging.connected()
        #expect(merging.outgoing(enq) == [.write(enq)])
    }

    @Test("noise is a few lower-case letters before the frame")
    func noise() {
        var plan = plan(.noise)
        for _ in 1...50 {
            guard case .write(let bytes)? = plan.outgoing(frame).first else {
                Issue.record("nothing is written")
                return
            }
            let junk = bytes.dropLast(frame.count)
            #expect((1...8).contains(junk.count))
            #expect(junk.allSatisfy { (0x61...0x7A).contains($0) })
            #expect(bytes.suffix(frame.count) == frame[...])
        }
    }

    @Test("an answer names another message; a block has no end")
    func blocks() {
        var naming = plan(.wrongControlID, 1, .blocks)
        let other: [UInt8] = [0x0B] + Array("MSH|^~\\&|A\rMSA|AA|X17|ok\r".utf8) + [0x1C, 0x0D]
        #expect(naming.outgoing(answer) == [.write(other)])
        var breaking = plan(.brokenBlock, 1, .blocks)
        #expect(breaking.outgoing(block) == [.write(Array(block.dropLast(2)))])
    }

    @Test("an answer that is lost on its way to us may come in any pieces")
    func lostAnswer() {
        var plan = plan(.lostACK, 2, .blocks)
        let stream = block + answer + block + answer + block
        let passed = stream.flatMap { plan.incoming([$0]) }.flatMap { step in
            if case .deliver(let bytes) = step { bytes } else { [] as [UInt8] }
        }
        // CR ends what came before FS; the second answer is gone.
        #expect(passed.filter { $0 == 0x1C }.count == 4)
        #expect(passed.starts(with: block + answer + block))
    }

    @Test(
        "names and numbers are read strictly",
        arguments: [
            ("lost-ack", FaultRequest(.lostACK)), ("silence:3", FaultRequest(.silence, every: 3)),
            ("hang-up:1000000", FaultRequest(.hangUp, every: 1_000_000)), ("lost-ack:0", nil), ("lost-ack:", nil),
            ("lost-ack:-1", nil), ("lost-ack:1:2", nil), ("lostack", nil), ("", nil), ("split:x", nil),
        ] as [(String, FaultRequest?)])
    func names(text: String, wanted: FaultRequest?) {
        #expect(FaultRequest(text) == wanted)
    }

    @Test("a fault that does not fit is named with those that do")
    func unfit() {
        #expect(FaultRequest.mistake(in: [FaultRequest(.split)], .records) == nil)
        let mistake = FaultRequest.mistake(in: [FaultRequest(.wrongChecksum)], .blocks)
        #expect(mistake?.contains("wrong-checksum is not possible with HL7") == true)
        #expect(mistake?.contains("broken-block") == true)
        let twice = FaultRequest.mistake(in: [FaultRequest(.split), FaultRequest(.split, every: 2)], .frames)
        #expect(twice == "--fault split is given twice.")
    }
}
