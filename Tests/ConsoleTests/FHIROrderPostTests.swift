import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct FHIROrderPostTests {
    private let request = ##"""
        {"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"identifier":{"value":"M1"}},
         "identifier":[{"type":{"coding":[{"code":"ACSN"}]},"value":"R1"}],
         "category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"code":{"coding":[{"code":"CTHEAD"}]},
         "orderDetail":[{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"CT"}]}]}
        """##

    @Test func aRequestIsAnsweredOnceCommitted() async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.post("/fhir/ServiceRequest", json: request)
        #expect(answer.status == .created)
        #expect(answer.text.contains(#""resourceType":"OperationOutcome""#) && answer.text.contains("1 placed"))
        #expect(console.registry.applied.first?.first?.order?.accession == "R1")
    }

    @Test func aTransactionIsAnsweredWithABundle() async throws {
        let console = ConsoleUnderTest()
        let bundle =
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":\#(request),"request":{"method":"POST","url":"ServiceRequest"}}]}"#
        let answer = try await console.post("/fhir", json: bundle)
        #expect(answer.status == .ok)
        #expect(answer.text.contains(#""type":"transaction-response""#) && answer.text.contains("201 Created"))
    }

    @Test func mistakesAreAnOperationOutcomeWithPathsAndNothingIsTaken() async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.post(
            "/fhir/ServiceRequest", json: request.replacing(#""status":"active","#, with: ""))
        #expect(answer.status == .badRequest)
        #expect(answer.text.contains(#""expression":["ServiceRequest.status"]"#))
        #expect(answer.text.contains(#""severity":"error""#) && answer.text.contains(#""code":"required""#))
        #expect(console.registry.applied.isEmpty)
    }

    @Test func aStoreThatRefusesIsAnswered503() async throws {
        let console = ConsoleUnderTest()
        console.registry.set { $0.failure = .full("no space") }
        let answer = try await console.post("/fhir/ServiceRequest", json: request)
        #expect(answer.status == .serviceUnavailable && answer.text.contains(#""code":"transient""#))
    }
}
