import Core
import Hummingbird
import HummingbirdTesting
import Logging

@testable import Console

/// A console over ports in memory, asked through its router alone.
struct ConsoleUnderTest {
    var registry = DemoRows.registry
    var devices = MemoryDevices(rows: DemoRows.devices)
    var echo: (any EchoPort)? = FixedEcho()
    var metrics: (any MetricsSource)?
    var configuration = ConsoleConfiguration()
    var listener = ConsoleListener.tcp

    /// Sends one request and gives its answer.
    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        let router = consoleRouter(
            listener, configuration: configuration,
            ports: ConsolePorts(registry: registry, orders: registry, devices: devices, echo: echo, metrics: metrics),
            logger: Logger(label: "console-test"), now: { DemoRows.now })
        return try await Application(router: router).test(.router) { client in
            try await client.execute(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        }
    }

    func get(_ path: String) async throws -> TestResponse { try await send(.get, path) }

    func post(_ path: String, json: String? = nil) async throws -> TestResponse {
        try await send(.post, path, headers: json == nil ? [:] : [.contentType: "application/json"], body: json)
    }

    /// A form as a browser sends it from our own page.
    func submit(_ path: String, _ form: String) async throws -> TestResponse {
        try await send(
            .post, path,
            headers: [.contentType: "application/x-www-form-urlencoded", .origin: "http://localhost"], body: form)
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The answer as JSON, its keys in sequence.
    func json() throws -> JSONValue { try JSONValue(parsing: Array(body.readableBytesView)) }

    /// The sentence of an error.
    func error() throws -> String? {
        guard case .object(let members) = try json(),
            case .string(let text) = members.first(where: { $0.key == "error" })?.value
        else { return nil }
        return text
    }
}

extension JSONValue {
    /// The keys of each object of a list.
    var rowKeys: [Set<String>] {
        guard case .array(let rows) = self else { return [] }
        return rows.map { row in
            if case .object(let members) = row { Set(members.map(\.key)) } else { [] }
        }
    }
}
