import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct DecisionTests {
    private static let decisions: [(path: String, json: String?, asked: String)] = [
        ("/api/v1/holds/H1/release", nil, "release H1"),
        ("/api/v1/holds/H1/reject", #"{"reason":"clotted"}"#, "reject H1 because clotted"),
        ("/api/v1/holds/H1/assign", #"{"order":"L24-1"}"#, "assign H1 to L24-1"),
        ("/api/v1/queue/D1/retry", nil, "retry D1"),
        ("/api/v1/queue/D1/skip", #"{"reason":"test patient"}"#, "skip D1 because test patient"),
    ]

    @Test(arguments: decisions)
    func aDecisionReachesTheStore(path: String, json: String?, asked: String) async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.post(path, json: json)
        #expect(answer.status == .ok)
        #expect(answer.text == #"{"done":"It is done."}"#)
        #expect(console.registry.asked == [asked])
    }

    @Test(arguments: decisions)
    func aRefusalIsAnswered409WithItsReason(path: String, json: String?, asked: String) async throws {
        let console = ConsoleUnderTest()
        console.registry.set { $0.outcome = .refused("There is no such thing.") }
        let answer = try await console.post(path, json: json)
        #expect(answer.status == .conflict)
        #expect(try answer.error() == "There is no such thing.")
    }

    @Test(arguments: [
        ("/api/v1/holds/H1/reject", "{}", "reason: is missing."),
        ("/api/v1/holds/H1/reject", #"{"reason":"  "}"#, "reason: is missing."),
        ("/api/v1/holds/H1/assign", #"{"order":""}"#, "order: is missing."),
        ("/api/v1/queue/D1/skip", "{}", "reason: is missing."),
        ("/api/v1/holds/H1/assign", #"{"order":24000123}"#, "order: text in double quotes"),
        ("/api/v1/holds/H1/assign", #"{"accession":"L1"}"#, "does not know the key \"accession\". It takes: order."),
        ("/api/v1/holds/H1/release", #"{"force":"yes"}"#, "does not know the key \"force\". It takes none."),
        ("/api/v1/holds/H1/reject", "[]", "must be a JSON object; it is a list"),
        ("/api/v1/holds/H1/reject", "{", "The body is not JSON"), ("/api/v1/explain", "{}", "id: is missing."),
        ("/api/v1/echo", "{}", "ae: is missing."),
    ])
    func anIncompleteDecisionDoesNothing(path: String, json: String, words: String) async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.post(path, json: json)
        #expect(answer.status == .badRequest)
        #expect(try answer.error()?.contains(words) == true, "\(answer.text)")
        #expect(console.registry.asked.isEmpty)
    }

    @Test func aTypedTextHasALimit() async throws {
        var console = ConsoleUnderTest()
        console.configuration.typedCharacters = 3
        let answer = try await console.post("/api/v1/holds/H1/reject", json: #"{"reason":"long"}"#)
        #expect(try answer.error() == "reason: at most 3 characters are taken.")
    }

    @Test func explainTellsTheStoryAndTakesTheIdInTheBodyOnly() async throws {
        let console = ConsoleUnderTest()
        let story = try await console.post("/api/v1/explain", json: #"{"id":"L24-000129"}"#)
        #expect(story.status == .ok)
        guard case .object(let members) = try story.json() else { throw Missing() }
        #expect(members.map(\.key) == ["raw", "steps", "subject"])
        #expect(try await console.post("/api/v1/explain", json: #"{"id":"nobody"}"#).status == .notFound)
        #expect(try await console.get("/api/v1/explain/L24-000129").status == .notFound)
    }

    @Test func echoAsksTheRadiologySide() async throws {
        var console = ConsoleUnderTest()
        #expect(try await console.post("/api/v1/echo", json: #"{"ae":"CT01"}"#).text == #"{"done":"CT01 answered."}"#)
        #expect(try await console.post("/api/v1/echo", json: #"{"ae":"MR01"}"#).status == .conflict)
        console.echo = nil
        let answer = try await console.post("/api/v1/echo", json: #"{"ae":"CT01"}"#)
        #expect(answer.status == .conflict)
        #expect(try answer.error()?.hasPrefix("No radiology side is configured") == true)
    }
}

private struct Missing: Error {}
