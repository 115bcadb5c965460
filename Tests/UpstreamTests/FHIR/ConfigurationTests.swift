import Core
import Foundation
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1))) struct ConfigurationTests {
    /// A file with this content while `body` runs.
    private func withFile(_ content: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("labrador-\(UUID().uuidString)").path
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test(arguments: [
        "", "hms.example.in/fhir", "ftp://hms.example.in", "http://", "https:///fhir",
        "https://hms.example.in/fhir?x=1",
        "https://user:word@hms.example.in/fhir", "https://hms.example.in/fhir#a", "http+unix://%2Ftmp%2Fx/",
        "file:///etc",
    ])
    func addressesThatAreNone(url: String) throws {
        #expect(throws: DestinationError.self) { try FHIRDestination.test(url) }
    }

    @Test func aTokenGoesAlong() async throws {
        try await withFile("  abc.def \n") { file in
            let server = try await ScriptedServer { _, _ in .done() }
            let destination = try FHIRDestination.test(server.url, token: file)
            #expect(await destination.verdict(on: Sample.delivery(1)).kind == .delivered)
            #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer abc.def"])
            await destination.close()
            try await server.stop()
        }
    }

    @Test func aRefusedTokenIsReadAgainOnce() async throws {
        try await withFile("old") { file in
            let server = try await ScriptedServer { request, _ in
                request.headers["authorization"] == "Bearer new" ? .done() : .answer(401, "", type: "")
            }
            let destination = try FHIRDestination.test(server.url, token: file)
            #expect(await destination.verdict(on: Sample.delivery(1)).kind == .laneFault)
            #expect(server.requests.count == 1)
            try Data("new".utf8).write(to: URL(fileURLWithPath: file))
            #expect(await destination.verdict(on: Sample.delivery(1)).kind == .delivered)
            #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer old", "Bearer old", "Bearer new"])
            await destination.close()
            try await server.stop()
        }
    }

    @Test(arguments: ["", " \n", "two words", "line\nbreak", "ä", String(repeating: "x", count: 16_385)])
    func tokensThatAreNone(content: String) async throws {
        try await withFile(content) { file in
            let error = #expect(throws: DestinationError.self) {
                try FHIRDestination.test("http://127.0.0.1:1/fhir", token: file)
            }
            #expect(error?.description.hasPrefix("The token file \(file) cannot be used: ") == true)
        }
    }

    @Test func aFileThatIsNotThere() {
        #expect(
            throws: DestinationError.token(
                file: "/nowhere/t", why: "it cannot be read; check that it exists and that Labrador's user may read it")
        ) {
            try FHIRDestination.test("http://127.0.0.1:1/fhir", token: "/nowhere/t")
        }
        #expect(throws: DestinationError.certificates(file: "/nowhere/c", why: "no certificate could be read from it"))
        {
            try FHIRDestination.test("http://127.0.0.1:1/fhir", certificates: "/nowhere/c")
        }
    }

    @Test func aFileThatHoldsNoCertificate() async throws {
        try await withFile("hello") { file in
            #expect(throws: DestinationError.self) {
                try FHIRDestination.test("http://127.0.0.1:1/fhir", certificates: file)
            }
        }
    }
}
