import Glibc
import NIOCore

/// Stops a listener for a while that has no file descriptor or memory left for a new connection: the kernel would report
/// it ready again at once, and the event loop would do nothing else. Who wants in waits in the backlog.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = Channel

    /// How long nothing is accepted.
    static let time = TimeAmount.seconds(1)

    private let remark: @Sendable (String) -> Void
    private var isPaused = false

    init(remark: @escaping @Sendable (String) -> Void) { self.remark = remark }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else {
            return context.fireErrorCaught(error)
        }
        guard !isPaused else { return }
        isPaused = true
        remark("No file descriptor or memory is left for a new connection; those that want in wait.")
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        context.eventLoop.scheduleTask(in: Self.time) {
            bound.value.isPaused = false
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }
}
