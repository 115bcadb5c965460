import NIOConcurrencyHelpers
import NIOCore

/// Numbers connections as the listener accepts them. They are set up on several event loops, the later perhaps before the
/// earlier, and `one_connection` must keep the latest.
final class AcceptOrder: Sendable {
    private struct State {
        var next: UInt64 = 0
        var numbers: [ObjectIdentifier: UInt64] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// The number of an accepted connection.
    func number(of channel: any Channel) -> UInt64 {
        state.withLockedValue { $0.numbers[ObjectIdentifier(channel)] ?? $0.next }
    }

    private func accepted(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLockedValue { state in
            state.numbers[id] = state.next
            state.next += 1
        }
        channel.closeFuture.whenComplete { [state] _ in state.withLockedValue { $0.numbers[id] = nil } }
    }

    /// What sees the connections in the listener's pipeline, before they are set up.
    final class Handler: ChannelInboundHandler {
        typealias InboundIn = any Channel
        typealias InboundOut = any Channel

        private let order: AcceptOrder

        init(_ order: AcceptOrder) { self.order = order }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            order.accepted(unwrapInboundIn(data))
            context.fireChannelRead(data)
        }
    }
}
