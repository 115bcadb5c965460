import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct ListingTests {
    /// Contract, section 2: JSON rows have at least these keys.
    private static let keys: [(Listing, Set<String>)] = [
        (.holds, ["id", "reason", "accession", "device", "since", "what"]),
        (.queue, ["id", "state", "destination", "key", "attempts", "answer"]),
        (.devices, ["id", "profile", "state", "listening", "last_message"]),
        (.results, ["id", "accession", "mrn", "test", "value", "unit", "state", "device"]),
        (.worklist, ["accession", "mrn", "modality", "station_ae", "scheduled", "state"]),
        (.orders, ["accession", "mrn", "kind", "state"]),
    ]

    @Test(arguments: keys)
    func rowsHaveTheKeysOfTheContract(listing: Listing, keys: Set<String>) async throws {
        let answer = try await ConsoleUnderTest().get("/api/v1/\(listing.rawValue)")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
        let rows = try answer.json().rowKeys
        #expect(!rows.isEmpty)
        for row in rows { #expect(row.isSuperset(of: keys), "\(keys.subtracting(row))") }
    }

    @Test func aValueArrivesAsTheDeviceWroteIt() async throws {
        let text = try await ConsoleUnderTest().get("/api/v1/results").text
        #expect(text.contains(#""value":"6.90""#))
        #expect(text.contains(#""value":"<0.50""#))
        #expect(text.contains(#""unit":"10*3/uL""#))
    }

    @Test func filtersReachTheStore() async throws {
        let console = ConsoleUnderTest()
        _ = try await console.get("/api/v1/results?state=held&device=chem%2D1&limit=5")
        _ = try await console.get("/api/v1/holds")
        _ = try await console.post(
            "/api/v1/search/queue", json: #"{"accession":" L24-000120 ","state":"dead","limit":"2"}"#)
        _ = try await console.post("/api/v1/search/orders", json: #"{"accession":"L24","limit":99999999}"#)
        #expect(
            console.registry.asked == [
                "results state=held device=chem-1 limit=5", "holds limit=1000",
                "queue state=dead accession=L24-000120 limit=2", "orders accession=L24 limit=10000",
            ])
    }

    @Test func devicesAreNarrowedByName() async throws {
        let console = ConsoleUnderTest()
        #expect(try await console.get("/api/v1/devices?device=haem-2").json().rowKeys.count == 1)
        #expect(try await console.get("/api/v1/devices?limit=3").json().rowKeys.count == 3)
    }

    @Test(arguments: [
        ("/api/v1/results?accession=L24-000120", "POST {\"accession\": …} to /api/v1/search/results."),
        ("/api/v1/results?acession=x", "does not know \"acession\""),
        ("/api/v1/results?limit=0", "limit: must be a number"),
        ("/api/v1/results?limit=-1", "limit: must be a number"),
        ("/api/v1/results?limit=many", "limit: must be a number"),
        ("/api/v1/results?state=gone", "is not one of received, held, posted, stored"),
        ("/api/v1/devices?state=offline", "devices are not narrowed by state"),
    ])
    func whatWouldNarrowToNothingIsRefused(path: String, words: String) async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.get(path)
        #expect(answer.status == .badRequest)
        #expect(try answer.error()?.contains(words) == true, "\(answer.text)")
        #expect(console.registry.asked.isEmpty)
    }

    @Test func aStoreThatRefusesIsAnswered503() async throws {
        let console = ConsoleUnderTest()
        console.registry.set { $0.failure = .full("the disk has 0 bytes") }
        let answer = try await console.get("/api/v1/holds")
        #expect(answer.status == .serviceUnavailable)
        #expect(try answer.error()?.hasPrefix("Not now: the store has no room left") == true)
    }

    @Test func anUnknownAddressIsAnsweredInJSONOrAsAPage() async throws {
        let console = ConsoleUnderTest()
        let api = try await console.get("/api/v1/nothing")
        #expect(api.status == .notFound)
        #expect(try api.error() == "There is nothing at this address.")
        let page = try await console.get("/nothing")
        #expect(page.status == .notFound)
        #expect(page.text.contains("There is nothing at this address."))
    }

    @Test func theStateWordsAreThoseOfTheCore() {
        #expect(Set(Listing.queue.states) == Set(DeliveryState.allCases.map(\.rawValue)))
        #expect(Listing.results.states.allSatisfy { ResultState(rawValue: $0) != nil })
        #expect(Listing.holds.states.allSatisfy { HoldState(rawValue: $0) != nil })
        #expect(Listing.orders.states.allSatisfy { OrderState(rawValue: $0) != nil })
    }
}
