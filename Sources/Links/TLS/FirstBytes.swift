import NIOCore

/// Looks at the first bytes a peer sends, to say in words that one side speaks TLS and the other does not.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// What the peer must begin with.
    enum Expected: Sendable {
        /// No TLS.
        case clear
        /// A TLS client's handshake.
        case tlsClient
        /// A TLS server's handshake, or its refusal.
        case tlsServer
    }

    private let expected: Expected
    private let tell: @Sendable (String) -> Void
    /// Whether the peer was found to speak the wrong language.
    private(set) var hasTold = false

    init(expected: Expected, tell: @escaping @Sendable (String) -> Void) {
        self.expected = expected
        self.tell = tell
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasTold else { return }
        guard let mistake = Self.mistake(in: unwrapInboundIn(data).readableBytesView, expected: expected) else {
            context.fireChannelRead(data)
            return context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        hasTold = true
        tell(mistake)
        context.close(promise: nil)
    }

    /// What is wrong with a connection that begins so; nil when nothing is.
    ///
    /// A TLS record begins with its type, 0x16 for a handshake and 0x15 for a refusal, and a version whose first byte is
    /// 3 (RFC 8446 section 5.1). ASTM and MLLP begin with neither: 0x15 is NAK, but nobody sends ETX behind it.
    static func mistake(in bytes: some Collection<UInt8>, expected: Expected) -> String? {
        guard let first = bytes.first else { return nil }
        let isRecord = [0x15, 0x16].contains(first) && (bytes.count < 2 || bytes.dropFirst().first == 3)
        switch expected {
        case .clear:
            guard isRecord, bytes.count >= 5 else { return nil }
            return "The peer speaks TLS, and this link is in clear: configure `tls` here, or switch it off there."
        case .tlsClient, .tlsServer:
            guard !isRecord else { return nil }
            return "The peer does not speak TLS, and this link wants it: switch it on there, or remove `tls` here."
        }
    }
}
