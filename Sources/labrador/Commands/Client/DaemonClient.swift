import AsyncHTTPClient
import Console
import Core
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Speaks the JSON API over the daemon's control socket.
struct DaemonClient: Sendable {
    /// Bytes an answer may have.
    static let answerBytes = 256 * 1_024 * 1_024
    /// How long an answer may take: long enough for a full import batch on a slow disk.
    static let answerTimeout = TimeAmount.seconds(120)

    /// Shows times in the hospital's zone, whatever zone this machine is in.
    let clock: WallClock
    private let path: String
    private let http: HTTPClient

    /// A client of the daemon with this configuration.
    ///
    /// - Throws: `CommandFailure` with code 69 when nobody answers on the socket, with what to do.
    init(config: String?) throws {
        let configuration = try ConfigurationFile.load(config, passesOverProfiles: true)
        clock = WallClock(zoneName: configuration.facility.timeZone, now: wallClock())
        path = configuration.controlSocket
        if let reason = Self.whyNobodyAnswers(at: path) { throw CommandFailure(reason, code: ClientExit.notRunning) }
        var client = HTTPClient.Configuration()
        client.connectionPool.retryConnectionEstablishment = false
        client.redirectConfiguration = .disallow
        http = HTTPClient(configuration: client)
    }

    private static func whyNobodyAnswers(at path: String) -> String? {
        switch ControlSocketFile(path: path).probe() {
        case .answers: nil
        case .absent, .stale:
            "The daemon is not running: nobody answers on \(path). Start it with: labrador serve"
        case .denied: "This user may not ask the daemon: \(path) is its owner's alone. Use sudo -u with that user."
        case .notASocket: "\(path) is no socket, so no daemon can answer there. Check store.path."
        case .failed(let why): "The daemon cannot be asked on \(path): \(why)."
        }
    }

    /// Gives the connection back.
    func close() async {
        do { try await http.shutdown() } catch { printError("The connection did not close cleanly: \(error)") }
    }

    /// A `GET`'s answer.
    ///
    /// - Parameter path: One of `APIPath`, with its codes.
    func get(_ path: String, query: [(String, String?)] = []) async throws -> [UInt8] {
        var components = URLComponents()
        components.percentEncodedPath = path
        let items = query.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
        if !items.isEmpty { components.queryItems = items }
        return try await ask(.GET, components.string ?? path, body: nil)
    }

    /// A `POST`'s answer.
    func post(_ path: String, _ fields: [(String, String?)] = []) async throws -> [UInt8] {
        var body: [UInt8] = []
        JSONValue.object(fields.compactMap { name, value in value.map { JSONMember(name, .string($0)) } }).write(
            into: &body)
        return try await ask(.POST, path, body: body)
    }

    /// A `POST` of JSON that is already written.
    func post(_ path: String, json: [UInt8]) async throws -> [UInt8] { try await ask(.POST, path, body: json) }

    private func ask(_ method: HTTPMethod, _ uri: String, body: [UInt8]?) async throws -> [UInt8] {
        guard let url = URL(httpURLWithSocketPath: path, uri: uri) else {
            throw CommandFailure("This cannot be asked: \(uri) is no address.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "Host", value: "localhost")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let status: HTTPResponseStatus
        let bytes: [UInt8]
        do {
            let response = try await http.execute(request, timeout: Self.answerTimeout)
            status = response.status
            bytes = Array(try await response.body.collect(upTo: Self.answerBytes).readableBytesView)
        } catch {
            throw CommandFailure(
                "The daemon stopped answering on \(path) (\(error)).", code: ClientExit.notRunning)
        }
        guard (200..<300).contains(status.code) else { throw Self.refusal(status, bytes) }
        return bytes
    }

    /// The daemon's own sentence, with every mistake it names.
    private static func refusal(_ status: HTTPResponseStatus, _ bytes: [UInt8]) -> any Error {
        guard let answer = try? JSONDecoder().decode(ErrorAnswer.self, from: Data(bytes)) else {
            return CommandFailure("The daemon answered \(status.code) \(status.reasonPhrase).")
        }
        return DaemonRefusal(status: Int(status.code), answer: answer)
    }
}

/// The daemon said no.
struct DaemonRefusal: Error {
    var status: Int
    var answer: ErrorAnswer
}
