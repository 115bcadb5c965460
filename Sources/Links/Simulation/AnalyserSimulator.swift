import ASTM
import Core
import HL7
import NIOCore
import NIOPosix

/// One message a simulated analyser sends: LIS02 record text, or one HL7 message.
public struct SimulatedMessage: Sendable, HoldsPatientData {
    /// The content, without framing.
    public var content: [UInt8]

    /// A message from its content.
    public init(content: [UInt8]) { self.content = content }

    /// The messages of a recording, framed or not.
    public static func messages(in recording: [UInt8], wire: WireProtocol) -> [SimulatedMessage] {
        switch wire {
        case .astm:
            return LinkTranscript.messages(in: recording).messages.map { SimulatedMessage(content: $0.text) }
        case .hl7:
            return HL7Recording.messages(in: recording).map { SimulatedMessage(content: $0) }
        }
    }
}

/// How a simulated message fared.
public enum SimulationOutcome: Sendable, Equatable {
    /// The daemon took it: ACK on the last frame, or MSA|AA.
    case accepted
    /// The daemon refused it; its words.
    case refused(String)
    /// The connection ended or no answer came.
    case lost(String)
}

/// Speaks the analyser's side of a connection, one message after another.
public final class AnalyserSimulator: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<SimulatedAnalyserHandler>

    private init(channel: any Channel, handler: NIOLoopBound<SimulatedAnalyserHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects.
    public static func connect(
        host: String, port: Int, wire: WireProtocol, frameText: Int = 240, group: any EventLoopGroup
    ) async throws -> AnalyserSimulator {
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        SimulatedAnalyserHandler(wire: wire, frameText: frameText))
                }
            }
            .connect(host: host, port: port).get()
        let handler = try await channel.eventLoop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: SimulatedAnalyserHandler.self),
                eventLoop: channel.eventLoop)
        }.get()
        return AnalyserSimulator(channel: channel, handler: handler)
    }

    /// Sends one message and waits for the daemon's verdict.
    public func send(_ message: SimulatedMessage) async throws -> SimulationOutcome {
        let promise = channel.eventLoop.makePromise(of: SimulationOutcome.self)
        channel.eventLoop.execute { [handler] in handler.value.begin(message, promise) }
        return try await promise.futureResult.get()
    }

    /// Hangs up.
    public func close() async { try? await channel.close() }
}

/// Splits a recording of HL7 messages: MLLP blocks, or bare messages that each begin with MSH.
enum HL7Recording {
    static func messages(in bytes: [UInt8]) -> [[UInt8]] {
        if bytes.contains(0x0B) {
            var decoder = MLLPDecoder()
            decoder.append(bytes)
            var found: [[UInt8]] = []
            while let event = decoder.next() {
                if case .message(let message) = event { found.append(message) }
            }
            return found
        }
        var found: [[UInt8]] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
            if line.starts(with: "MSH".utf8) { found.append([]) }
            guard !found.isEmpty else { continue }
            found[found.count - 1].append(contentsOf: line)
            found[found.count - 1].append(0x0D)
        }
        return found
    }
}
