import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

/// An HTTP server on a free port of this machine that answers as a test tells it, misbehaviour included.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String
    }

    enum Reply: Sendable {
        case answer(Int, String, type: String = "application/fhir+json", headers: [String: String] = [:])
        /// Takes the request and closes.
        case drop
        /// Takes the request and never answers.
        case hang
        /// These bytes, then closes.
        case rawThenClose(String)
        /// These bytes, then nothing more.
        case rawThenHang(String)
    }

    private let channel: any Channel
    private let received = NIOLockedValueBox<[Request]>([])

    private let scheme: String

    /// Starts; `script` is asked for every request, with the number of requests before it. A `greeting` is sent as soon as
    /// a connection opens.
    init(
        tls: TLSConfiguration? = nil, greeting: String = "", _ script: @escaping @Sendable (Request, Int) -> Reply
    ) async throws {
        let received = received
        let security = try tls.map { try NIOSSLContext(configuration: $0) }
        scheme = tls == nil ? "http" : "https"
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: security))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptHandler(greeting: greeting) { request in
                            let before = received.withLockedValue { all in
                                all.append(request)
                                return all.count - 1
                            }
                            return script(request, before)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "\(scheme)://127.0.0.1:\(channel.localAddress?.port ?? 0)/fhir" }
    var requests: [Request] { received.withLockedValue { $0 } }

    func stop() async throws { try await channel.close() }
}

extension ScriptedServer.Reply {
    /// A transaction-response of so many entries.
    static func done(_ entries: Int = 3) -> Self {
        let entry = #"{"response":{"status":"200 OK","location":"DiagnosticReport/9/_history/1"}}"#
        let list = Array(repeating: entry, count: entries).joined(separator: ",")
        return .answer(200, #"{"resourceType":"Bundle","type":"transaction-response","entry":[\#(list)]}"#)
    }

    /// An OperationOutcome with one error.
    static func outcome(_ status: Int, _ code: String, _ text: String, headers: [String: String] = [:]) -> Self {
        .answer(
            status,
            #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"\#(code)","diagnostics":"\#(text)"}]}"#,
            headers: headers)
    }

    /// A searchset of Observations, each given as JSON.
    static func searchset(_ observations: [String]) -> Self {
        let entries = observations.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
        return .answer(200, #"{"resourceType":"Bundle","type":"searchset","entry":[\#(entries)]}"#)
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var gathered = ByteBuffer()
    private let respond: (ScriptedServer.Request) -> ScriptedServer.Reply

    private let greeting: String

    init(greeting: String, _ respond: @escaping (ScriptedServer.Request) -> ScriptedServer.Reply) {
        self.greeting = greeting
        self.respond = respond
    }

    func channelActive(context: ChannelHandlerContext) {
        if !greeting.isEmpty { write(greeting, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        gathered.writeBuffer(&part)
        while let request = nextRequest() {
            switch respond(request) {
            case .answer(let status, let body, let type, let headers):
                var text = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(body.utf8.count)\r\n"
                if !type.isEmpty { text += "Content-Type: \(type)\r\n" }
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                write(text + "\r\n" + body, context)
            case .drop: context.close(promise: nil)
            case .hang: break
            case .rawThenClose(let text):
                write(text, context)
                context.close(promise: nil)
            case .rawThenHang(let text): write(text, context)
            }
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func nextRequest() -> ScriptedServer.Request? {
        let text = String(buffer: gathered)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            headers[pair[0].lowercased()] = pair.count > 1 ? String(pair[1].drop { $0 == " " }) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        let head = text[..<end.upperBound].utf8.count
        guard gathered.readableBytes >= head + length, let all = gathered.readString(length: head + length) else {
            return nil
        }
        let start = lines[0].split(separator: " ")
        return ScriptedServer.Request(
            method: String(start[0]), path: String(start[1]), headers: headers,
            body: String(decoding: all.utf8.dropFirst(head), as: UTF8.self))
    }
}
