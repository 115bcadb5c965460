import AsyncHTTPClient
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// One HTTP answer as read from the wire.
struct RawAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var bytes: [UInt8]
}

/// Collects an answer up to a limit, and remembers how far the exchange came: whether anything was sent decides between
/// an outage and an ambiguous delivery.
final class ExchangeDelegate: HTTPClientResponseDelegate {
    struct TooLarge: Error {}

    private struct Progress {
        var sent = false
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let limit: Int
    private let progress = NIOLockedValueBox(Progress())

    init(limit: Int) { self.limit = limit }

    /// Whether the request's head went out.
    var sent: Bool { progress.withLockedValue(\.sent) }
    /// The status, where a head arrived.
    var status: Int? { progress.withLockedValue { $0.head.map { Int($0.status.code) } } }

    /// The headers, as far as a head arrived.
    var headers: HTTPHeaders { progress.withLockedValue { $0.head?.headers ?? [:] } }

    func didSendRequestHead(task: HTTPClient.Task<RawAnswer>, _ head: HTTPRequestHead) {
        progress.withLockedValue { $0.sent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<RawAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        progress.withLockedValue { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<RawAnswer>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = progress.withLockedValue { progress in
            guard progress.body.count + buffer.readableBytes <= limit else { return false }
            progress.body.append(contentsOf: buffer.readableBytesView)
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLarge())
    }

    func didFinishRequest(task: HTTPClient.Task<RawAnswer>) throws -> RawAnswer {
        try progress.withLockedValue { progress in
            guard let head = progress.head else { throw HTTPClientError.remoteConnectionClosed }
            return RawAnswer(status: Int(head.status.code), headers: head.headers, bytes: progress.body)
        }
    }
}
