import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct OrderPostTests {
    private let good = #"{"accession":"L1","mrn":"M1","kind":"laboratory","tests":[{"code":"CBC"}]}"#

    @Test func ordersAreAnsweredOnceCommitted() async throws {
        var console = ConsoleUnderTest()
        console.configuration.facility.mrnSystem = "https://hms.example.in/mrn"
        console.registry.set { $0.receipt.released = 4 }
        let cancel = #"{"accession":"L2","mrn":"M1","kind":"laboratory","status":"cancelled"}"#
        let answer = try await console.post("/api/v1/orders", json: "[\(good),\(cancel)]")
        #expect(answer.status == .created)
        #expect(answer.text == #"{"amended":0,"cancelled":1,"placed":1,"released":4}"#)
        guard case .place(let order)? = console.registry.applied.first?.first else { throw Missing() }
        #expect(order.patient.mrnSystem == "https://hms.example.in/mrn")
    }

    @Test func oneOrderNeedsNoList() async throws {
        let console = ConsoleUnderTest()
        #expect(try await console.post("/api/v1/orders", json: good).status == .created)
        #expect(console.registry.applied.map(\.count) == [1])
    }

    @Test func mistakesAreToldWithTheirPlaceAndNothingIsTaken() async throws {
        let console = ConsoleUnderTest()
        let bad = #"{"accession":"L1","mrn":17,"kind":"lab"}"#
        let answer = try await console.post("/api/v1/orders", json: "[\(good),\(bad)]")
        #expect(answer.status == .badRequest)
        #expect(try answer.error() == "2 mistakes. None of the orders was taken.")
        #expect(answer.text.contains(#""sentence":"orders[1].mrn: is a number; write it as text in double quotes"#))
        #expect(answer.text.contains(#""key":"kind","order":1"#))
        #expect(console.registry.applied.isEmpty)
    }

    @Test func aSingleMistakeIsTheError() async throws {
        let answer = try await ConsoleUnderTest().post("/api/v1/orders", json: "{")
        #expect(answer.status == .badRequest)
        #expect(try answer.error() == "This is not JSON: line 1, column 2: a key in double quotes is expected here.")
    }

    @Test(arguments: [
        StoreError.full("no space"), .refused("it is being closed"), .storageFailed("SQLITE_IOERR"),
    ])
    func aStoreThatRefusesIsAnswered503(error: StoreError) async throws {
        let console = ConsoleUnderTest()
        console.registry.set { $0.failure = error }
        let answer = try await console.post("/api/v1/orders", json: good)
        #expect(answer.status == .serviceUnavailable)
        #expect(try answer.error() == "Not now: \(error.sentence)")
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        var console = ConsoleUnderTest()
        console.configuration.orderBodyBytes = good.utf8.count
        #expect(try await console.post("/api/v1/orders", json: good).status == .created)
        let answer = try await console.post("/api/v1/orders", json: good + " ")
        #expect(answer.status == .contentTooLarge)
        #expect(try answer.error()?.contains("at most \(good.utf8.count)") == true)
    }

    @Test func aBodyThatIsNoJSONByItsTypeIsRefused() async throws {
        let console = ConsoleUnderTest()
        for type in ["text/plain", "application/xml", "multipart/form-data; boundary=x"] {
            let answer = try await console.send(.post, "/api/v1/orders", headers: [.contentType: type], body: good)
            #expect(answer.status == .unsupportedMediaType)
        }
        let untyped = try await console.send(.post, "/api/v1/orders", body: good)
        #expect(untyped.status == .unsupportedMediaType)
        #expect(console.registry.applied.isEmpty)
        let typed = try await console.send(
            .post, "/api/v1/orders", headers: [.contentType: "application/json; charset=utf-8"], body: good)
        #expect(typed.status == .created)
    }
}

private struct Missing: Error {}
