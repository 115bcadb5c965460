import Core
import NIOCore

/// The one road from a descriptor to a protocol handler, whatever the descriptor is:
/// watch → first bytes → TLS → protocol → tail.
struct LinkPipeline: Sendable {
    /// What carries the bytes.
    enum Transport: Sendable {
        case tcp(TLSContext?)
        case serial
    }

    let transport: Transport
    let bounds: LinkBounds
    /// How long the peer may be silent; nil for ever.
    let idle: Duration?
    /// Told what is wrong, in words.
    let remark: @Sendable (String) -> Void
    /// Told why a connection came to nothing before its protocol began.
    let trouble: @Sendable (String) -> Void
    let makeHandler: @Sendable () -> any ChannelInboundHandler

    /// Builds the pipeline; on the channel's loop.
    ///
    /// - Returns: What watches the connection.
    @discardableResult
    func install(on channel: any Channel) throws -> NIOLoopBound<ConnectionWatch> {
        let pipeline = channel.pipeline.syncOperations
        let watch = ConnectionWatch(bounds: bounds, idle: idle, remark: remark)
        try pipeline.addHandler(watch)
        switch transport {
        case .serial: try pipeline.addHandler(SerialHangUp())
        case .tcp(nil): try pipeline.addHandler(FirstBytes(expected: .clear, tell: trouble))
        case .tcp(let tls?):
            let first = FirstBytes(expected: tls.role == .server ? .tlsClient : .tlsServer, tell: trouble)
            try pipeline.addHandler(first)
            try pipeline.addHandler(try tls.handler())
            try pipeline.addHandler(
                TLSGate(first: first, limit: .seconds(bounds.connectSeconds), tell: trouble))
        }
        try pipeline.addHandler(makeHandler())
        try pipeline.addHandler(LinkTail())
        return NIOLoopBound(watch, eventLoop: channel.eventLoop)
    }
}
