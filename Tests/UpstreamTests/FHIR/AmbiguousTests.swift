import Core
import Testing
import Upstream

/// After a try without an answer the server is asked before it is sent again.
@Suite(.timeLimit(.minutes(1))) struct AmbiguousTests {
    private let report = Sample.report([
        Sample.observation("GLU", .quantity("5.10", nil)), Sample.observation("UREA", .text("low")),
    ])

    private func observation(_ result: LabResult, value: String) -> String {
        #"{"resourceType":"Observation","identifier":[{"system":"urn:labrador:result","value":"\#(result.id)"}],"status":"final",\#(value)}"#
    }

    /// The verdict, and the methods of the requests that led to it.
    private func ask(_ reply: ScriptedServer.Reply) async throws -> (Verdict, [ScriptedServer.Request]) {
        let server = try await ScriptedServer { request, _ in request.method == "GET" ? reply : .done(4) }
        let destination = try FHIRDestination.test(server.url)
        let verdict = await destination.verdict(on: Sample.delivery(1, isAmbiguous: true, report: report))
        await destination.close()
        try await server.stop()
        return (verdict, server.requests)
    }

    @Test func allThereIsDelivered() async throws {
        let (verdict, requests) = try await ask(
            .searchset([
                observation(report.results[0], value: #""valueQuantity":{"value":5.10}"#),
                observation(report.results[1], value: #""valueString":"low""#),
            ]))
        #expect(verdict.kind == .delivered)
        #expect(requests.map(\.method) == ["GET"])
        let system = "urn%3Alabrador%3Aresult%7C"
        #expect(
            requests[0].path
                == "/fhir/Observation?_count=2&identifier=\(system)\(report.results[0].id),\(system)\(report.results[1].id)"
        )
    }

    @Test func anEarlierVersionIsNotThisOne() async throws {
        let (verdict, requests) = try await ask(
            .searchset([
                observation(report.results[0], value: #""valueQuantity":{"value":4.9}"#),
                observation(report.results[1], value: #""valueString":"low""#),
            ]))
        #expect(verdict.kind == .delivered)
        #expect(requests.map(\.method) == ["GET", "POST"])
    }

    @Test(arguments: [
        ScriptedServer.Reply.searchset([]), .outcome(404, "not-found", "/fhir/Observation"), .answer(405, "", type: ""),
        .answer(501, "", type: ""), .answer(200, "<html>", type: "text/html"), .answer(400, "", type: ""),
        .answer(500, "", type: ""), .answer(200, #"{"resourceType":"Bundle","type":"history"}"#),
    ])
    func notThereOrCannotTellIsSentAgain(reply: ScriptedServer.Reply) async throws {
        let (verdict, requests) = try await ask(reply)
        #expect(verdict.kind == .delivered)
        #expect(requests.map(\.method) == ["GET", "POST"])
    }

    @Test(arguments: [(ScriptedServer.Reply.outcome(503, "transient", "x"), Verdict.Kind.outage), (.drop, .ambiguous)])
    func noAnswerToTheQuestionIsNoAnswer(reply: ScriptedServer.Reply, kind: Verdict.Kind) async throws {
        let (verdict, requests) = try await ask(reply)
        #expect(verdict.kind == kind)
        #expect(!requests.contains { $0.method == "POST" })
    }

    @Test func manyResultsAreAskedForInPortions() async throws {
        let many = Sample.report((0..<45).map { Sample.observation("T\($0)", .quantity("5", nil)) })
        let server = try await ScriptedServer { request, before in
            guard request.method == "GET" else { return .done(47) }
            let portion = many.results.dropFirst(before * 20).prefix(20)
            return .searchset(
                portion.map {
                    #"{"resourceType":"Observation","identifier":[{"system":"urn:labrador:result","value":"\#($0.id)"}],"status":"final","valueQuantity":{"value":5}}"#
                })
        }
        let destination = try FHIRDestination.test(server.url)
        let verdict = await destination.verdict(on: Sample.delivery(1, isAmbiguous: true, report: many))
        #expect(verdict.kind == .delivered)
        #expect(server.requests.map(\.method) == ["GET", "GET", "GET"])
        await destination.close()
        try await server.stop()
    }
}
