import AsyncHTTPClient
import Core
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends single requests within a time and a size limit, follows no redirect, and says how each one ended.
final class HTTPSender: Sendable {
    /// What came of a request.
    enum Ending: Sendable {
        case answered(RawAnswer)
        case failed(HTTPEnding)
    }

    private let client: HTTPClient
    private let timeout: TimeAmount
    private let answerLimit: Int

    init(_ configuration: FHIRConfiguration, on group: any EventLoopGroup) throws(DestinationError) {
        var http = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(configuration.connectTimeout)),
            decompression: .disabled)
        http.httpVersion = .http1Only
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.concurrency
        // A refused connection is told at once; the lane decides when to try again.
        http.connectionPool.retryConnectionEstablishment = false
        // Shorter than the idle limits common among servers and proxies (60 s), so that a connection is not closed
        // under a request that is just leaving.
        http.connectionPool.idleTimeout = .seconds(25)
        if let file = configuration.trustedCertificates {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.certificates(try FHIRConfiguration.trustedCertificates(in: file))]
            http.tlsConfiguration = tls
        }
        // One event loop: a lane's requests then never wait for each other across threads.
        client = HTTPClient(eventLoopGroup: group.next(), configuration: http)
        timeout = TimeAmount(configuration.requestTimeout)
        answerLimit = configuration.answerLimit
    }

    func send(_ request: HTTPClient.Request, done: @escaping @Sendable (Ending) -> Void) {
        let delegate = ExchangeDelegate(limit: answerLimit)
        client.execute(request: request, delegate: delegate, deadline: .now() + timeout).futureResult.whenComplete {
            switch $0 {
            case .success(let answer): done(.answered(answer))
            case .failure(let error): done(Self.ending(error, delegate))
            }
        }
    }

    /// Fails what is under way and closes.
    func close() async {
        // Shutting down twice is the only error there is, and changes nothing.
        try? await client.shutdown()
    }

    private static func ending(_ error: any Error, _ delegate: ExchangeDelegate) -> Ending {
        if let status = delegate.status {
            // A refusal is told by its status, whatever became of its body.
            guard (200..<300).contains(status) else {
                return .answered(RawAnswer(status: status, headers: delegate.headers, bytes: []))
            }
            let why = error is ExchangeDelegate.TooLarge ? "the answer is too large" : reason(error)
            return .failed(.unanswered("answered \(status), then \(why)"))
        }
        if delegate.sent { return .failed(.unanswered(reason(error))) }
        return .failed(isTLSFault(error) ? .untrusted(reason(error)) : .unreachable(reason(error)))
    }

    /// Whether TLS itself failed, not the connection under it.
    private static func isTLSFault(_ error: any Error) -> Bool {
        switch error {
        case is NIOSSLExtraError: return true
        case NIOSSLError.handshakeFailed(.sslError), NIOSSLError.noCertificateToValidate,
            NIOSSLError.unableToValidateCertificate:
            return true
        default: return false
        }
    }

    /// The error in a few words; it names addresses and certificates, no patients.
    private static func reason(_ error: any Error) -> String {
        let text =
            switch error {
            case let error as HTTPClientError: words(for: error)
            case let error as NIOConnectionError:
                error.connectionErrors.first.map { words(for: $0.error) }
                    ?? "\(error.host) is not known by any name server"
            default: words(for: error)
            }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "the server's certificate is not trusted: its authority is unknown here, or it has expired. Name the "
                + "authority's file in trust_file, or renew the certificate"
        }
        return String(text.prefix(200))
    }

    private static func words(for error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .deadlineExceeded: "no answer in time"
        case .remoteConnectionClosed: "the connection was closed"
        case .connectTimeout: "connecting took too long"
        case .cancelled: "cancelled"
        default: error.shortDescription
        }
    }
}
