import Hummingbird
import HummingbirdTesting
import HTTPTypes
import Testing

@testable import Console

@Suite struct BrowserGuardTests {
    private static let form = "application/x-www-form-urlencoded"

    /// Every combination of what a browser says about where a request comes from, for a form and for JSON.
    @Test(
        arguments: [
            (nil, nil, false, true), (nil, "http://localhost", true, true), (nil, "http://LOCALHOST", true, true),
            (nil, "https://evil.example", false, false), (nil, "null", false, false),
            (nil, "http://localhost:81", false, false),
            (nil, "localhost", false, false), ("same-origin", nil, true, true), ("none", nil, true, true),
            ("cross-site", nil, false, false), ("same-site", nil, false, false),
            ("cross-site", "http://localhost", false, false),
            ("same-origin", "http://localhost", true, true), ("whatever", nil, false, false),
        ] as [(String?, String?, Bool, Bool)])
    func whoMayChangeSomething(site: String?, origin: String?, formPasses: Bool, jsonPasses: Bool) async throws {
        for (type, body, passes) in [(Self.form, "", formPasses), ("application/json", "{}", jsonPasses)] {
            let console = ConsoleUnderTest()
            var headers: HTTPFields = [.contentType: type]
            if let site, let name = HTTPField.Name("Sec-Fetch-Site") { headers[name] = site }
            if let origin { headers[.origin] = origin }
            let path = type == Self.form ? "/holds/H1/release" : "/api/v1/holds/H1/release"
            let answer = try await console.send(.post, path, headers: headers, body: body)
            #expect((answer.status == .ok) == passes, "\(type)")
            #expect(console.registry.asked.contains("release H1") == passes)
            if !passes { #expect(answer.status == .forbidden) }
        }
    }

    @Test func aFormCannotReachTheJSONAPIUnproven() async throws {
        let console = ConsoleUnderTest()
        let answer = try await console.send(
            .post, "/api/v1/queue/D1/retry", headers: [.contentType: "text/plain"], body: "{}")
        #expect(answer.status == .unsupportedMediaType)
        #expect(console.registry.asked.isEmpty)
    }

    @Test func readingNeedsNoProof() async throws {
        let name = try #require(HTTPField.Name("Sec-Fetch-Site"))
        #expect(try await ConsoleUnderTest().send(.get, "/", headers: [name: "cross-site"]).status == .ok)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", true), ("10.0.0.21", true), ("[::1]:8080", true), ("localhost", true), ("LOCALHOST:1", true),
        ("labrador.hospital.example:8080", true), ("Labrador.Hospital.Example", true), ("evil.example", false),
        ("evil.example:8080", false), ("127.0.0.1.evil.example", false), ("256.0.0.1", false), ("1.2.3", false),
        ("", false),
        ("localhost.evil.example", false), ("[evil]:1", false),
    ])
    func hostNamesThatAreOurs(authority: String, isOurs: Bool) {
        let guarding = BrowserGuard<BasicRequestContext>(hostNames: ["labrador.hospital.example"])
        var refused = false
        do { try guarding.checkHost(authority, ["labrador.hospital.example"]) } catch {
            refused = true
            #expect(error.status == .misdirectedRequest)
        }
        #expect(refused != isOurs)
    }

    @Test(arguments: ["/", "/api/v1/holds", "/nothing", "/healthz", "/assets/console.css"])
    func everyAnswerCarriesThePolicy(path: String) async throws {
        let answer = try await ConsoleUnderTest().get(path)
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none';"))
        #expect(!policy.contains("unsafe"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
        ("10.0.0.1", false),
        ("127.evil.example", false), ("hospital", false),
    ])
    func whichHostsStayOnThisMachine(host: String, stays: Bool) { #expect(isLoopback(host) == stays) }
}
