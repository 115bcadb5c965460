import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct HealthTests {
    @Test func healthyMeansTheProcessAnswersReadyThatTheStoreDoes() async throws {
        let console = ConsoleUnderTest()
        #expect(try await console.get("/healthz").text == "ok\n")
        #expect(try await console.get("/readyz").text == "ready\n")
        console.registry.set { $0.failure = .storageFailed("SQLITE_IOERR") }
        #expect(try await console.get("/healthz").status == .ok)
        let answer = try await console.get("/readyz")
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.text.contains("SQLITE_IOERR"))
    }

    @Test(arguments: ["/", "/healthz", "/api/v1/devices", "/assets/console.css"])
    func headIsGetWithoutABody(path: String) async throws {
        let console = ConsoleUnderTest()
        let (head, get) = (try await console.send(.head, path), try await console.send(.get, path))
        #expect(head.status == .ok)
        #expect(head.body.readableBytes == 0)
        #expect(head.headers[.contentType] == get.headers[.contentType])
        #expect(head.headers[.contentLength] == "\(get.body.readableBytes)")
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/healthz", "GET, HEAD"), (.delete, "/api/v1/holds", "GET, HEAD"),
        (.get, "/api/v1/explain", "POST"), (.head, "/api/v1/holds/H1/release", "POST"),
        (.put, "/explain", "GET, HEAD, POST"), (.get, "/api/v1/orders/L1", ""),
    ])
    func aKnownAddressNamesItsMethods(method: HTTPRequest.Method, path: String, allowed: String) async throws {
        let answer = try await ConsoleUnderTest().send(method, path)
        #expect(answer.status == (allowed.isEmpty ? .notFound : .methodNotAllowed))
        #expect((answer.headers[.allow] ?? "") == allowed)
    }

    @Test func readinessTellsOfPartsInProcessesOfTheirOwn() async throws {
        struct Parts: MetricsSource {
            func samples() async -> [MetricSample] { [] }
            func parts() -> [String] { ["radiology: serves, restarts 2"] }
        }
        var console = ConsoleUnderTest()
        console.metrics = Parts()
        #expect(try await console.get("/readyz").text == "ready\nradiology: serves, restarts 2\n")
    }

    @Test func metricsAreInPrometheusText() {
        let samples = [
            MetricSample(
                name: "a_total", help: "Counts\na.", kind: .counter, labels: [("x", "say \"hi\"\\\n")], value: 3),
            MetricSample(
                name: "a_total", help: "Counts\na.", kind: .counter, labels: [("x", "y"), ("z", "")], value: 0.5),
            MetricSample(name: "b", help: "B.", kind: .gauge, value: -1),
        ]
        #expect(
            prometheusText(samples) == #"""
                # HELP a_total Counts\na.
                # TYPE a_total counter
                a_total{x="say \"hi\"\\\n"} 3
                a_total{x="y",z=""} 0.5
                # HELP b B.
                # TYPE b gauge
                b -1

                """#)
    }

    @Test func metricsHoldNoPatientData() async throws {
        var console = ConsoleUnderTest()
        console.metrics = FixedMetrics(fixed: [
            MetricSample(name: "labrador_store_bytes", help: "Size of the store.", kind: .gauge, value: 4_096)
        ])
        let answer = try await console.get("/metrics")
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.contains("labrador_store_bytes 4096\n"))
        #expect(
            answer.text.contains(#"labrador_device_messages_total{device="haem-1",profile="horiba-yumizen-h500"} 214"#))
        #expect(answer.text.contains(#"labrador_device_up{device="chem-2"} 0"#))
        #expect(answer.text.contains(#"labrador_device_up{device="chem-1"} 1"#))
        for secret in ["L24-", "MRN", "RAO"] { #expect(!answer.text.contains(secret)) }
    }
}
