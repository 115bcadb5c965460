import Core
import Foundation
import Testing
import Upstream

/// One delivery against servers of every temper.
@Suite(.timeLimit(.minutes(1))) struct FHIRDestinationTests {
    private func verdict(
        _ reply: ScriptedServer.Reply, delivery: Delivery = Sample.delivery(1), timeout: Duration = .seconds(20),
        answerLimit: Int = 100_000
    ) async throws -> Verdict {
        let server = try await ScriptedServer { _, _ in reply }
        let destination = try FHIRDestination.test(server.url, timeout: timeout, answerLimit: answerLimit)
        let verdict = await destination.verdict(on: delivery)
        await destination.close()
        try await server.stop()
        return verdict
    }

    @Test func aDeliveryIsPostedAsATransaction() async throws {
        let server = try await ScriptedServer { _, _ in .done() }
        let destination = try FHIRDestination.test(server.url + "/")
        let delivery = Sample.delivery(12)
        let verdict = await destination.verdict(on: delivery)
        #expect(verdict.kind == .delivered)
        #expect(verdict.text == "200, 3 entries: DiagnosticReport/9/_history/1")
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/fhir")
        #expect(request.headers["content-type"] == "application/fhir+json")
        #expect(request.headers["accept"] == "application/fhir+json")
        #expect(request.headers["x-request-id"] == "D12")
        #expect(request.headers["authorization"] == nil)
        #expect(request.headers["accept-encoding"] == nil)
        #expect(Array(request.body.utf8) == Transaction(delivery.report, facility: Sample.facility).bytes)
        await destination.close()
        try await server.stop()
    }

    @Test(arguments: [
        (ScriptedServer.Reply.outcome(422, "invalid", "no such unit"), Verdict.Kind.refused, "no such unit"),
        (.outcome(400, "structure", "bad"), .refused, "bad"), (.outcome(503, "transient", "x"), .outage, "503"),
        (.answer(500, "", type: ""), .suspect, "500"), (.outcome(412, "multiple-matches", "2"), .unmatched, "2"),
        (.answer(200, "<html>Sign in</html>", type: "text/html"), .laneFault, "login page"),
        (.answer(200, "", type: ""), .laneFault, "url"),
        (.answer(302, "", headers: ["Location": "https://login.example/"]), .laneFault, "https://login.example/"),
        (.answer(307, "", headers: ["Location": "/elsewhere"]), .laneFault, "redirect"),
        (.answer(401, "", type: ""), .laneFault, "401"), (.answer(404, "no", type: "text/plain"), .laneFault, "404"),
        (.answer(200, #"{"resourceType":"Bundle","type":"transaction-resp"#), .ambiguous, "breaks"),
        (.done(2), .ambiguous, "2 of 3"), (.drop, .ambiguous, "closed"),
        (.rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"resourceType\""), .ambiguous, "answered 200"),
        (.rawThenClose("HTTP/1.1 422 No\r\nContent-Length: 500\r\n\r\n{\"resourceType\""), .refused, "422"),
        (.rawThenClose("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .ambiguous, "no whole answer"),
    ])
    func answers(reply: ScriptedServer.Reply, kind: Verdict.Kind, words: String) async throws {
        let verdict = try await verdict(reply)
        #expect(verdict.kind == kind, "\(verdict.text)")
        #expect(verdict.text.contains(words), "\(verdict.text)")
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let other = try await ScriptedServer { _, _ in .done() }
        let server = try await ScriptedServer { _, _ in .answer(308, "", headers: ["Location": other.url]) }
        let destination = try FHIRDestination.test(server.url)
        #expect(await destination.verdict(on: Sample.delivery(1)).kind == .laneFault)
        #expect(other.requests.isEmpty)
        await destination.close()
        try await server.stop()
        try await other.stop()
    }

    @Test func theServersWaitIsRead() async throws {
        let verdict = try await verdict(.outcome(429, "throttled", "x", headers: ["Retry-After": "7"]))
        #expect(verdict.retryAfter == .seconds(7))
    }

    @Test(arguments: [
        ScriptedServer.Reply.hang, .rawThenHang("HTTP/1.1 200 OK\r\n"),
        .rawThenHang("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
    ])
    func aServerThatStallsMeetsTheDeadline(reply: ScriptedServer.Reply) async throws {
        let verdict = try await verdict(reply, timeout: .milliseconds(100))
        #expect(verdict.kind == .ambiguous)
        #expect(verdict.text.contains("no answer in time"), "\(verdict.text)")
    }

    @Test func anAnswerHasALimit() async throws {
        let page = String(repeating: "x", count: 2_000)
        let big = try await verdict(.answer(200, #"{"resourceType":"Basic","x":"\#(page)"}"#), answerLimit: 1_000)
        #expect(big.kind == .ambiguous)
        #expect(big.text.contains("too large"), "\(big.text)")
        #expect(try await verdict(.answer(503, page, type: "text/html"), answerLimit: 1_000).kind == .outage)
    }

    @Test func aClosedPortIsAnOutage() async throws {
        let server = try await ScriptedServer { _, _ in .drop }
        let url = server.url
        try await server.stop()
        let destination = try FHIRDestination.test(url)
        let verdict = await destination.verdict(on: Sample.delivery(1))
        #expect(verdict.kind == .outage, "\(verdict.text)")
        #expect(verdict.summary.contains("refused"), "\(verdict.text)")
        await destination.close()
    }

    @Test func closingEndsWhatIsUnderWayAsAmbiguous() async throws {
        let server = try await ScriptedServer { _, _ in .hang }
        let destination = try FHIRDestination.test(server.url)
        async let verdict = destination.verdict(on: Sample.delivery(1))
        while server.requests.isEmpty {
            try Task.checkCancellation()
            await Task.yield()
        }
        await destination.close()
        #expect(await verdict.kind == .ambiguous)
        #expect(await destination.verdict(on: Sample.delivery(2)).kind == .outage)
        try await server.stop()
    }
}
