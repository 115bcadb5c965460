import NIOCore
import NIOSSL
import NIOTLS

/// Keeps the protocol handler out of it until the TLS handshake is done: for the protocol the connection begins then.
final class TLSGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private enum Stage { case handshake, open, failed }

    private let first: FirstBytes
    private let limit: TimeAmount
    private let tell: @Sendable (String) -> Void
    private var stage = Stage.handshake

    /// - Parameters:
    ///   - first: Whose words, if it has any, say best what is wrong.
    ///   - limit: How long a handshake may take.
    init(first: FirstBytes, limit: TimeAmount, tell: @escaping @Sendable (String) -> Void) {
        self.first = first
        self.limit = limit
        self.tell = tell
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let end = context.eventLoop.scheduleTask(in: limit) {
            let (gate, context) = bound.value
            guard gate.stage == .handshake else { return }
            gate.fail("The TLS handshake was not done within \(gate.limit.nanoseconds / 1_000_000_000) s.", context)
        }
        context.channel.closeFuture.whenComplete { _ in end.cancel() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent, stage == .handshake {
            stage = .open
            context.fireChannelActive()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch stage {
        case .open: context.fireChannelInactive()
        case .failed: break
        case .handshake: fail("The peer hung up during the TLS handshake.", context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch stage {
        // Many peers hang up without taking leave of TLS; the protocol above knows what is whole.
        case .open where error as? NIOSSLError == .uncleanShutdown: context.close(promise: nil)
        case .open: context.fireErrorCaught(error)
        case .failed: break
        case .handshake: fail("The TLS handshake failed: \(Self.reason(error)).", context)
        }
    }

    private func fail(_ why: String, _ context: ChannelHandlerContext) {
        stage = .failed
        if !first.hasTold { tell(why) }
        context.close(promise: nil)
    }

    /// The library's error in a few words.
    static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        let known = [
            ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the peer showed no certificate, and `client_ca_file` asks for one"),
            ("CERTIFICATE_VERIFY_FAILED", "the peer's certificate is of no authority known here, or has expired"),
            ("UNKNOWN_CA", "the peer does not know the authority of our certificate"),
            ("CERTIFICATE_REQUIRED", "the peer wants a certificate: configure certificate_file and key_file"),
            ("BAD_CERTIFICATE", "the peer does not accept our certificate"),
            ("UNSUPPORTED_PROTOCOL", "the peer knows only TLS versions older than 1.2"),
            ("PROTOCOL_VERSION", "the peer and we have no TLS version in common; 1.2 is the least here"),
            ("failedToValidateHostname", "the peer's certificate is for another name; say which in `server_name`"),
            ("uncleanShutdown", "the peer hung up"), ("EOF during handshake", "the peer hung up"),
        ]
        return known.first { text.contains($0.0) }?.1
            ?? "what the peer says is no TLS that we understand; does it speak TLS on this port?"
    }
}
