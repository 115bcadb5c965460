import Core
import Testing

@testable import Upstream

/// Performed procedure steps on their way to a FHIR server.
@Suite(.timeLimit(.minutes(1))) struct StepDeliveryTests {
    private let step = Sample.step(.completed)

    private func delivery(isAmbiguous: Bool) -> Delivery {
        Delivery(
            id: DeliveryID(1), destination: "hms", key: "R26-000001", attempts: 0, isAmbiguous: isAmbiguous,
            content: .step(step))
    }

    private func send(
        isAmbiguous: Bool, _ reply: ScriptedServer.Reply
    ) async throws -> (Verdict, [ScriptedServer.Request]) {
        let server = try await ScriptedServer { request, _ in request.method == "GET" ? reply : .done(1) }
        let destination = try FHIRDestination.test(server.url)
        let verdict = await destination.verdict(on: delivery(isAmbiguous: isAmbiguous))
        await destination.close()
        try await server.stop()
        return (verdict, server.requests)
    }

    private func procedure(status: String, end: String?) -> String {
        let period = end.map { #","performedPeriod":{"end":"\#($0)"}"# } ?? ""
        return
            #"{"resourceType":"Procedure","identifier":[{"system":"urn:dicom:uid","value":"urn:oid:\#(step.step.uid)"}],"status":"\#(status)"\#(period)}"#
    }

    @Test("a step is posted as a transaction of one Procedure")
    func posted() async throws {
        let (verdict, requests) = try await send(isAmbiguous: false, .searchset([]))
        #expect(verdict.kind == .delivered && requests.map(\.method) == ["POST"])
        #expect(Array(requests[0].body.utf8) == Transaction(step, facility: Sample.facility).bytes)
    }

    @Test("after a try without an answer it is asked for, and not sent again where it is as it would be sent")
    func present() async throws {
        let (verdict, requests) = try await send(
            isAmbiguous: true, .searchset([procedure(status: "completed", end: "2026-11-22T10:30:00+05:30")]))
        #expect(verdict.kind == .delivered && requests.map(\.method) == ["GET"])
        #expect(
            requests[0].path
                == "/fhir/Procedure?_count=2&identifier=urn%3Adicom%3Auid%7Curn%3Aoid%3A\(step.step.uid)")
    }

    @Test("its beginning is not its end")
    func beginningOnly() async throws {
        for found in [
            [procedure(status: "in-progress", end: nil)], [procedure(status: "completed", end: nil)], [],
        ] {
            let (verdict, requests) = try await send(isAmbiguous: true, .searchset(found))
            #expect(verdict.kind == .delivered && requests.map(\.method) == ["GET", "POST"])
        }
    }

    @Test("an end before the beginning is left out")
    func period() {
        var odd = step
        odd.ended = "2026-11-22T09:00:00+05:30"
        #expect(odd.period.start == odd.started && odd.period.end == nil)
    }
}
