import Core
import NIOCore
import Profiles
import Testing

@testable import Links

@Suite("A simulated analyser and a simulated host")
struct SimulatedPairTests {
    /// A fault in a dialect at one of the sides.
    struct Trouble: Sendable, CustomTestStringConvertible {
        var dialect: SimulatedDialect
        var fault: SimulatedFault
        var side: SimulatedPair.Side

        var testDescription: String { "\(dialect) \(fault.rawValue) at the \(side)" }

        /// Nobody notices that bare records were cut off: nothing is acknowledged there.
        var isTold: Bool { dialect != .records || (fault != .hangUp && fault != .silence) }
        /// Whether a message may have to be sent again although it has arrived.
        var mayRepeat: Bool {
            switch fault {
            case .lostACK, .noACK, .wrongControlID, .brokenBlock, .hangUp, .silence: true
            case .wrongChecksum, .lostFrame, .duplicateFrame, .split, .merge, .contention, .noise: false
            }
        }

        static var all: [Trouble] {
            get throws {
                try SimulatedDialect.allCases.flatMap { dialect in
                    let speech = SimulatedSpeech(try dialect.profile())
                    return SimulatedFault.allCases.filter { $0.fits(speech) }.flatMap { fault in
                        SimulatedPair.Side.allCases.map { Trouble(dialect: dialect, fault: fault, side: $0) }
                    }
                }
            }
        }
    }

    private static let glucose = ToldOrder(specimen: "L-1", patient: "M-1", tests: ["GLU", "K"], act: .place)
    private static let haemoglobin = ToldOrder(specimen: "L-2", patient: "M-2", tests: ["HB"], act: .place)

    @Test("results arrive as they were sent, in order", arguments: SimulatedDialect.allCases)
    func results(dialect: SimulatedDialect) throws {
        let pair = try SimulatedPair(dialect)
        let messages = (1...3).map { dialect.result($0) }
        for message in messages { #expect(try pair.deliver(message, tries: 1) == .accepted) }
        #expect(pair.received == messages)
        #expect(pair.connections == 1)
    }

    @Test(
        "a query brings the orders of its specimen, of all, or word that there are none",
        arguments: SimulatedDialect.allCases)
    func queries(dialect: SimulatedDialect) throws {
        let pair = try SimulatedPair(dialect)
        #expect(try pair.ask("L-1", tries: 1) == .orders([Self.glucose]))
        #expect(try pair.ask("L-2", tries: 1) == .orders([Self.haemoglobin]))
        #expect(try pair.ask("L-9", tries: 1) == .nothingOrdered)
        #expect(try pair.ask(nil, tries: 1) == .orders([Self.glucose, Self.haemoglobin]))
        #expect(pair.gotOrders == [])
        // The line is as good as before.
        #expect(try pair.deliver(dialect.result(1), tries: 1) == .accepted)
    }

    @Test("orders are sent unasked once the analyser is there", arguments: [SimulatedDialect.frames, .records, .law])
    func download(dialect: SimulatedDialect) throws {
        let pair = try SimulatedPair(dialect, sendsOrders: true)
        try pair.connect()
        try pair.run(within: .seconds(60)) { pair.sentOrders.count == 2 && pair.gotOrders.count == 2 }
        #expect(pair.gotOrders == [Self.glucose, Self.haemoglobin])
        #expect(pair.sentOrders.map(\.0) == ["L-1", "L-2"])
        #expect(pair.sentOrders.map(\.1) == [.accepted, .accepted])
    }

    @Test("a device that refuses orders is heard", arguments: [SimulatedDialect.frames, .law])
    func refusedOrders(dialect: SimulatedDialect) throws {
        let pair = try SimulatedPair(dialect, refuses: .analyser, sendsOrders: true)
        try pair.connect()
        try pair.run { pair.sentOrders.count == 2 }
        for (_, outcome) in pair.sentOrders {
            guard case .refused(let words)? = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
            #expect(dialect == .law ? words.contains("UA") : words.contains("ENQ was refused"))
        }
    }

    @Test("a host that refuses is heard", arguments: [SimulatedDialect.frames, .mindray, .law])
    func refusedResults(dialect: SimulatedDialect) throws {
        let pair = try SimulatedPair(dialect, refuses: .host)
        guard case .refused(let words) = try pair.deliver(dialect.result(1), tries: 1) else {
            Issue.record("it was not refused")
            return
        }
        #expect(words.contains(dialect == .frames ? "ENQ was refused" : "refuses everything"))
        guard case .refused = try pair.ask("L-1", tries: 1) else {
            Issue.record("the query was not refused")
            return
        }
    }

    @Test("whatever goes wrong, each result arrives once, or its loss is told", arguments: try Trouble.all)
    func troubled(trouble: Trouble) throws {
        let pair = try SimulatedPair(trouble.dialect, [FaultRequest(trouble.fault)], at: trouble.side)
        let messages = (1...8).map { trouble.dialect.result($0) }
        let outcomes = try messages.map { try pair.deliver($0) }
        let accepted = zip(messages, outcomes).filter { $0.1 == .accepted }.map(\.0)
        if trouble.isTold {
            #expect(Set(accepted).subtracting(pair.received).isEmpty, "accepted, but never arrived")
        }
        #expect(Set(pair.received).isSubset(of: messages), "something arrived that was never sent")
        if !trouble.mayRepeat { #expect(pair.received == messages) }
        if trouble.fault != .silence {
            #expect(accepted.count == messages.count, "\(outcomes)")
        } else if trouble.dialect != .records {
            #expect(accepted.count == FaultRequest.usual)
        }
    }

    @Test("whatever goes wrong, a query is answered in the end", arguments: try Trouble.all)
    func troubledQueries(trouble: Trouble) throws {
        guard trouble.isTold, trouble.fault != .silence else { return }
        let pair = try SimulatedPair(trouble.dialect, [FaultRequest(trouble.fault)], at: trouble.side)
        for _ in 1...3 {
            #expect(try pair.ask("L-1") == .orders([Self.glucose]))
            #expect(try pair.ask("L-2") == .orders([Self.haemoglobin]))
        }
    }

    @Test("a drawn course is as good", arguments: 1...5 as ClosedRange<UInt64>)
    func seeds(seed: UInt64) throws {
        let requests = [SimulatedFault.wrongChecksum, .split, .merge, .noise, .duplicateFrame]
            .map { FaultRequest($0, every: 4) }
        let pair = try SimulatedPair(.frames, requests, seed: seed)
        let messages = (1...10).map { SimulatedDialect.frames.result($0) }
        for message in messages { #expect(try pair.deliver(message) == .accepted) }
        #expect(pair.received == messages)
    }
}
