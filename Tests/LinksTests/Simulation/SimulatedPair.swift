import Core
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

/// The dialects there are, with pass-through profiles.
enum SimulatedDialect: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case frames, records, mindray, law, cepheid

    var testDescription: String { rawValue }

    func profile() throws -> Profile {
        let rest =
            switch self {
            case .frames: "protocol: astm\norders: { dialect: astm, download: true, withdraw: true }\n"
            case .records: "protocol: astm\nlink: { framing: unframed }\norders: { dialect: astm, download: true }\n"
            case .mindray: "protocol: hl7\norders: { dialect: mindray }\n"
            case .law: "protocol: hl7\norders: { dialect: law, download: law }\n"
            case .cepheid: "protocol: hl7\norders: { dialect: cepheid }\n"
            }
        return try ProfileLibrary.read(
            text: "name: Test\npass_through: true\n" + rest, id: "test", file: "profile.yaml")
    }

    /// A made-up result.
    func result(_ number: Int) -> [UInt8] {
        switch self {
        case .frames, .records:
            Array(
                ("H|\\^&|||SIM|||||||P|LIS2-A2\rP|1||MRN\(number)\rO|1|S-\(number)||^^^GLU\\^^^K\r"
                    + "R|1|^^^GLU|\(number).5|mg/dL||N||F\rR|2|^^^K|4.\(number)|mmol/L||N||F\rL|1|N\r").utf8)
        case .mindray, .law, .cepheid:
            Array(
                ("MSH|^~\\&|SIM|LAB|||20260314120000||ORU^R01|m\(number)|P|2.3.1\rPID|1||MRN\(number)\r"
                    + "OBR|1||S-\(number)|GLU\rOBX|1|NM|GLU||\(number).5|mg/dL|||||F\r").utf8)
        }
    }

    /// Two made-up orders: GLU and K for L-1, HB for L-2.
    static func orders() throws -> [WorkOrder] {
        let json =
            #"[{"accession":"L-1","mrn":"M-1","kind":"laboratory","patient":{"family":"TEST","given":"ONE"},"#
            + #""tests":[{"code":"GLU"},{"code":"K"}]},"#
            + #"{"accession":"L-2","mrn":"M-2","kind":"laboratory","patient":{"family":"TEST","given":"TWO"},"#
            + #""tests":[{"code":"HB"}]}]"#
        return try orderChanges(json: Array(json.utf8), facility: Facility()).enumerated().compactMap { index, change in
            guard case .place(let order) = change else { return nil }
            return WorkOrder(number: Int64(index + 1), order: order, received: Timestamp(microseconds: 1_000_000))
        }
    }
}

/// A simulated analyser and a simulated host on one line, in virtual time.
final class SimulatedPair {
    private let loop = EmbeddedEventLoop()
    private let profile: Profile
    private let desks: [SimulatedDesk]
    private let faults: [FaultDesk]
    private let told = NIOLockedValueBox<[[SimulationNews]]>([[], []])
    private var channels: [EmbeddedChannel] = []
    private var handlers: [SimulatedLineHandler] = []
    /// How often they connected.
    private(set) var connections = 0

    enum Side: Int, CaseIterable, Sendable { case analyser, host }

    init(
        _ dialect: SimulatedDialect, _ requests: [FaultRequest] = [], at side: Side = .analyser, refuses: Side? = nil,
        sendsOrders: Bool = false, seed: UInt64? = nil
    ) throws {
        let profile = try dialect.profile()
        self.profile = profile
        let orders = try SimulatedDialect.orders()
        let told = told
        desks = Side.allCases.map { one in
            var setup = SimulatedStation.Setup(
                profile: profile,
                role: one == .analyser ? .analyser : .host(orders: orders, sendsOrders: sendsOrders),
                place: .pseudoTerminal)
            setup.refuses = refuses == one
            return setup.desk(
                started: Timestamp(microseconds: Int64(one.rawValue)), clock: { Timestamp(microseconds: 0) }
            ) {
                news in told.withLockedValue { $0[one.rawValue].append(news) }
            }
        }
        faults = Side.allCases.map { one in
            FaultDesk(FaultPlan(one == side ? requests : [], speech: SimulatedSpeech(profile), seed: seed))
        }
    }

    // MARK: - What was told

    /// The results that the host got, in order.
    var received: [[UInt8]] {
        told.withLockedValue { $0[Side.host.rawValue] }.compactMap { news in
            if case .message(let bytes, _, _) = news { bytes } else { nil }
        }
    }

    /// What the host told of its own orders.
    var sentOrders: [(String, SimulationOutcome?)] {
        told.withLockedValue { $0[Side.host.rawValue] }.compactMap { news in
            if case .order(let accession, let outcome) = news { (accession, outcome) } else { nil }
        }
    }

    /// The orders that came unasked.
    var gotOrders: [ToldOrder] {
        told.withLockedValue { $0[Side.analyser.rawValue] }.flatMap { news in
            if case .orders(let told) = news { told.orders } else { [] as [ToldOrder] }
        }
    }

    private var answers: [QueryOutcome] {
        told.withLockedValue { $0[Side.analyser.rawValue] }.compactMap { news in
            if case .answered(_, let outcome) = news { outcome } else { nil }
        }
    }

    // MARK: - The line

    /// Connects them anew if they are not connected.
    func connect() throws {
        guard channels.isEmpty || !channels.allSatisfy(\.isActive) else { return }
        for channel in channels where channel.isActive { try channel.close().wait() }
        channels = []
        handlers = []
        for side in Side.allCases {
            let handler = SimulatedLineHandler(desks[side.rawValue])
            let channel = EmbeddedChannel(
                handlers: [FaultHandler(faults[side.rawValue], canHangUp: true), handler], loop: loop)
            channels.append(channel)
            handlers.append(handler)
        }
        connections += 1
        for channel in channels { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }
        try shuttle()
    }

    /// Carries bytes over until none are left; where one side hung up, the other learns of it.
    private func shuttle() throws {
        var isMoving = true
        while isMoving {
            isMoving = false
            for (from, to) in [(channels[0], channels[1]), (channels[1], channels[0])] {
                while let buffer = try from.readOutbound(as: ByteBuffer.self) {
                    isMoving = true
                    if to.isActive { try to.writeInbound(buffer) }
                }
            }
        }
        if !channels.allSatisfy(\.isActive) {
            for channel in channels where channel.isActive { try channel.close().wait() }
        }
    }

    /// Lets time pass until something is so, at most `limit` of virtual time.
    @discardableResult
    func run(within limit: TimeAmount = .seconds(600), until isDone: () -> Bool) throws -> Bool {
        let end = loop.now + limit
        try shuttle()
        while !isDone() {
            if loop.now >= end { return false }
            loop.advanceTime(by: .milliseconds(100))
            try shuttle()
        }
        return true
    }

    // MARK: - The analyser

    /// Sends a result until it is accepted.
    func deliver(_ content: [UInt8], tries: Int = 5) throws -> SimulationOutcome {
        var outcome = SimulationOutcome.lost("not tried")
        for _ in 1...tries where outcome != .accepted {
            try connect()
            let promise = loop.makePromise(of: SimulationOutcome.self)
            let found = NIOLockedValueBox<SimulationOutcome?>(nil)
            promise.futureResult.whenSuccess { outcome in found.withLockedValue { $0 = outcome } }
            handlers[0].send(SimulatedMessage(content: content).outbound(profile), promise)
            try run { found.withLockedValue { $0 != nil } }
            outcome = try #require(found.withLockedValue { $0 })
        }
        return outcome
    }

    /// Asks until there is an answer.
    func ask(_ specimen: String?, tries: Int = 5) throws -> QueryOutcome {
        var outcome = QueryOutcome.unanswered("not tried")
        for _ in 1...tries {
            try connect()
            let before = answers.count
            handlers[0].ask(specimen)
            try run { answers.count > before }
            outcome = try #require(answers.last)
            switch outcome {
            case .orders, .nothingOrdered: return outcome
            case .refused, .unanswered: break
            }
        }
        return outcome
    }
}
