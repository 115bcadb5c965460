import ASTM
import Core
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Profiles

/// A simulated peer with its line: connects, listens or opens a port, and speaks there. Every method may be called from
/// any thread; its connections share one event loop.
public final class SimulatedStation: Sendable {
    private struct State {
        var lines: [(number: Int, channel: any Channel, handler: NIOLoopBound<SimulatedLineHandler>)] = []
        var count = 0
        var listener: (any Channel)?
        var terminal: PseudoTerminal?
        var isClosed = false
        var questions: [CheckedContinuation<QueryOutcome, Never>] = []
    }

    private let setup: Setup
    private let loop: any EventLoop
    private let desks: NIOLoopBound<Desks>
    private let state = NIOLockedValueBox(State())
    private let tell: @Sendable (SimulationNews) -> Void

    private final class Desks {
        let line: SimulatedDesk
        let faults: FaultDesk

        init(line: SimulatedDesk, faults: FaultDesk) {
            self.line = line
            self.faults = faults
        }
    }

    /// How often the other end of a pseudo-terminal, or a line, is looked for.
    private static let lookEvery = Duration.milliseconds(100)
    /// From the moment the other end of a pseudo-terminal is open until it is spoken to: whoever opens a port sets it up
    /// first, and throws away what came before. The same again before a line is given up.
    private static let settleTime = Duration.milliseconds(300)

    private init(
        _ setup: Setup, loop: any EventLoop, desks: NIOLoopBound<Desks>,
        tell: @escaping @Sendable (SimulationNews) -> Void
    ) {
        self.setup = setup
        self.loop = loop
        self.desks = desks
        self.tell = tell
    }

    /// Makes a peer and opens its place: a listener or a pseudo-terminal is there afterwards, a connection is made.
    /// - Parameters:
    ///   - clock: gives the times in its messages.
    ///   - tell: told what happens, on the event loop.
    /// - Throws: `NoSuchLine` for a serial port, else what the system says.
    public static func open(
        _ setup: Setup, group: any EventLoopGroup, clock: @escaping @Sendable () -> Timestamp,
        tell: @escaping @Sendable (SimulationNews) -> Void
    ) async throws -> SimulatedStation {
        let loop = group.next()
        let station = try await loop.submit {
            let answers = NIOLockedValueBox<(@Sendable (SimulationNews) -> Void)?>(nil)
            let desks = Desks(
                line: setup.desk(started: clock(), clock: clock) { news in answers.withLockedValue { $0 }?(news) },
                faults: FaultDesk(
                    FaultPlan(setup.faults, speech: SimulatedSpeech(setup.profile), seed: setup.seed)))
            let station = SimulatedStation(
                setup, loop: loop, desks: NIOLoopBound(desks, eventLoop: loop), tell: tell)
            answers.withLockedValue { $0 = { [weak station] news in station?.take(news) } }
            return station
        }.get()
        do {
            try await station.openPlace()
        } catch let failure as SerialFailure {
            throw NoSuchLine(sentence: failure.words + (failure.words.hasSuffix("?") ? "" : "."))
        }
        return station
    }

    /// Where it can be found: `127.0.0.1:5001` of a listener, `/dev/pts/7` of a pseudo-terminal; nil where it connects.
    public var address: String? {
        state.withLockedValue { state in
            if let terminal = state.terminal { return terminal.path }
            guard let address = state.listener?.localAddress else { return nil }
            return authority(address.ipAddress ?? "", address.port ?? 0)
        }
    }

    /// Whether a connection is there.
    public var isConnected: Bool { state.withLockedValue { !$0.lines.isEmpty } }

    /// Waits for a connection and makes one where that is ours to do; false when there is none in time.
    public func connected(within limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while !isConnected {
            if state.withLockedValue({ $0.isClosed }) { return false }
            do {
                if try await dial() { continue }
            } catch {
                if clock.now >= end { return false }
            }
            if clock.now >= end { return false }
            do { try await clock.sleep(for: Self.lookEvery) } catch { return false }
        }
        return true
    }

    /// Sends a message over the newest connection and waits for its fate.
    public func send(_ message: SimulatedMessage) async -> SimulationOutcome {
        guard let handler = newest else { return .lost("not connected") }
        let promise = loop.makePromise(of: SimulationOutcome.self)
        let outbound = message.outbound(setup.profile)
        loop.execute { handler.value.send(outbound, promise) }
        do { return try await promise.futureResult.get() } catch { return .lost("\(error)") }
    }

    /// Asks for the orders of a specimen, or for all, and waits for the answer.
    public func ask(_ specimen: String?) async -> QueryOutcome {
        guard let handler = newest else { return .unanswered("not connected") }
        return await withCheckedContinuation { continuation in
            state.withLockedValue { $0.questions.append(continuation) }
            loop.execute { handler.value.ask(specimen) }
        }
    }

    /// Hangs up and gives up its place.
    public func close() async {
        switch setup.place {
        case .connect, .listen: break
        case .serial, .pseudoTerminal:
            // What the other end has not read yet is thrown away with the port: our last EOT, for example.
            do { try await Task.sleep(for: Self.settleTime) } catch {}
        }
        let (channels, terminal) = state.withLockedValue { state in
            state.isClosed = true
            return (state.lines.map(\.channel) + [state.listener].compactMap { $0 }, state.terminal)
        }
        for channel in channels { try? await channel.close() }
        terminal?.close()
    }

    // MARK: - Its connections

    private var newest: NIOLoopBound<SimulatedLineHandler>? { state.withLockedValue { $0.lines.last?.handler } }

    private func take(_ news: SimulationNews) {
        if case .answered(_, let outcome) = news {
            let waiting = state.withLockedValue { $0.questions.isEmpty ? nil : $0.questions.removeFirst() }
            waiting?.resume(returning: outcome)
        }
        tell(news)
    }

    /// Puts the handlers on a new channel; on its loop.
    private func install(on channel: any Channel, isSerial: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        if isSerial { try pipeline.addHandler(SerialHangUp()) }
        try pipeline.addHandler(FaultHandler(desks.value.faults, canHangUp: !isSerial))
        let lines = LineBook(state: state, channel: channel)
        let handler = SimulatedLineHandler(desks.value.line, opened: { [weak lines] in lines?.opened() })
        try pipeline.addHandler(handler)
        lines.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let bound = NIOLoopBound(lines, eventLoop: channel.eventLoop)
        channel.closeFuture.whenComplete { _ in bound.value.closed() }
    }

    /// Keeps one connection in the list while it stands; on its loop.
    private final class LineBook {
        private let state: NIOLockedValueBox<State>
        private let channel: any Channel
        private var number: Int?
        var handler: NIOLoopBound<SimulatedLineHandler>?

        init(state: NIOLockedValueBox<State>, channel: any Channel) {
            self.state = state
            self.channel = channel
        }

        func opened() {
            guard let handler else { return }
            number = state.withLockedValue { [channel] state in
                state.count += 1
                state.lines.append((state.count, channel, handler))
                return state.count
            }
        }

        func closed() {
            state.withLockedValue { [number] state in state.lines.removeAll { $0.number == number } }
        }
    }

    private func openPlace() async throws {
        switch setup.place {
        case .connect, .serial: _ = try await dial()
        case .listen(let host, let port):
            let listener = try await ServerBootstrap(group: loop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { [weak self] channel in
                    channel.eventLoop.makeCompletedFuture { try self?.install(on: channel, isSerial: false) }
                }
                .bind(host: host, port: port).get()
            state.withLockedValue { $0.listener = listener }
        case .pseudoTerminal:
            let terminal = try PseudoTerminal.open()
            state.withLockedValue { $0.terminal = terminal }
        }
    }

    /// Makes a connection where that is ours to do.
    ///
    /// - Returns: whether one was made.
    private func dial() async throws -> Bool {
        switch setup.place {
        case .listen: return false
        case .connect(let host, let port):
            _ = try await ClientBootstrap(group: loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connectTimeout(.seconds(5))
                .channelInitializer { [weak self] channel in
                    channel.eventLoop.makeCompletedFuture { try self?.install(on: channel, isSerial: false) }
                }
                .connect(host: host, port: port).get()
            return true
        case .serial(let link):
            let port = try SerialPort.open(link)
            do {
                let channel = try await adopt(port.descriptor)
                channel.closeFuture.whenComplete { _ in port.release() }
            } catch {
                port.close()
                throw error
            }
            return true
        case .pseudoTerminal:
            guard let terminal = state.withLockedValue({ $0.terminal }), terminal.isOpenThere else { return false }
            try await Task.sleep(for: Self.settleTime)
            _ = try await adopt(try terminal.connection())
            return true
        }
    }

    private func adopt(_ descriptor: CInt) async throws -> any Channel {
        try await NIOPipeBootstrap(group: loop)
            .channelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture { try self?.install(on: channel, isSerial: true) }
            }
            .takingOwnershipOfDescriptor(inputOutput: descriptor).get()
    }
}

/// A serial port or pseudo-terminal cannot be opened.
public struct NoSuchLine: Error, Equatable {
    /// Why, for people.
    public let sentence: String
}
