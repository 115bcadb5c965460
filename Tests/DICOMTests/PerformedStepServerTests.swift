import Core
import Foundation
import Synchronization
import Testing

@testable import DICOM

/// Steps in memory, and a store that fails where a test wants it.
final class MemoryLedger: ProcedureStepLedger {
    private let state = Mutex((steps: [String: KnownProcedureStep](), failure: StoreError?.none, order: [String]()))

    var order: [String] { state.withLock { $0.order } }
    func fail(with failure: StoreError?) { state.withLock { $0.failure = failure } }

    func record(
        _ request: ProcedureStepRequest, ruling: (KnownProcedureStep?) -> ProcedureStepRuling
    ) throws(StoreError) {
        let failure = state.withLock { state -> StoreError? in
            let ruled = ruling(state.steps[request.uid])
            if let failure = state.failure { return failure }
            if let result = ruled.result {
                state.steps[request.uid] = KnownProcedureStep(
                    step: result.step, attributes: result.attributes, isReplay: false)
            }
            state.order.append("\(request.operation.rawValue) \(ruled.status)")
            return nil
        }
        if let failure { throw failure }
    }

    func step(_ uid: String) throws(StoreError) -> KnownProcedureStep? { state.withLock { $0.steps[uid] } }
}

/// The whole way over the wire, with pynetdicom as the modality.
@Suite(.enabled(Peers.needsPynetdicom) { Peers.hasPynetdicom })
struct PerformedStepServerTests {
    private let ledger = MemoryLedger()

    private func server(_ strictness: PerformedStepStrictness = .lenient) throws -> TestServer {
        try TestServer(
            TestSource([]),
            steps: PerformedSteps(ledger: ledger, now: { Timestamp(microseconds: 1_795_000_000_000_000) }),
            rules: { $0.modalities[0].mpps = strictness })
    }

    /// Sends the messages one after the other on one association; gives back what each was answered with.
    private func perform(_ server: TestServer, _ messages: [[String: Any]]) throws -> [[String: Any]] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("EndToEndTests/Peers/mpps.py").path
        let settings: [String: Any] = ["port": Int(server.port), "calling": "CT01", "messages": messages]
        let json = try JSONSerialization.data(withJSONObject: settings)
        let output = try Peers.run(
            Peers.python, [script, String(decoding: json, as: UTF8.self)], install: "pip install pynetdicom")
        try #require(output.status == 0, "\(output.text)")
        let line = output.text.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        return try #require(try JSONSerialization.jsonObject(with: line) as? [[String: Any]], "\(output.text)")
    }

    private func statuses(_ answers: [[String: Any]]) -> [Int] { answers.map { $0["status"] as? Int ?? -1 } }

    @Test("N-CREATE, N-SET and N-GET as an independent modality sends them", arguments: [false, true])
    func cycle(implicit: Bool) throws {
        let server = try server()
        let answers = try perform(
            server,
            [
                ["do": "create", "uid": "1.2.3", "implicit": implicit], ["do": "get", "uid": "1.2.3"],
                ["do": "set", "uid": "1.2.3", "state": "COMPLETED", "implicit": implicit],
                ["do": "get", "uid": "1.2.3", "tags": ["00400252", "00100010"]], ["do": "get", "uid": "1.2.4"],
            ])
        #expect(statuses(answers) == [0, 0, 0, 0, 0x0112])
        #expect(answers[0]["instance"] as? String == "1.2.3")
        let got = answers[3]["data"] as? [String: String]
        #expect(got?["00400252"] == "COMPLETED" && got?["00100010"] == "M\u{FC}ller^Asha" && got?.count == 3)
        #expect(ledger.order == ["N-CREATE 0", "N-SET 0"])
    }

    @Test("every refusal, with its text and what it is about", arguments: PerformedStepStrictness.allCases)
    func refusals(strictness: PerformedStepStrictness) throws {
        let server = try server(strictness)
        let isStrict = strictness == .strict
        let answers = try perform(
            server,
            [
                ["do": "create", "uid": "1.2.1", "state": "COMPLETED"],
                ["do": "create", "uid": "1.2.1", "without": ["00400253"]],
                ["do": "create", "uid": "1.2.1", "set": ["00400241": ""]],
                ["do": "create", "uid": "1.02", "set": [:]],
                ["do": "set", "uid": "1.2.1", "state": "COMPLETED"],
                ["do": "create", "uid": "1.2.1"], ["do": "create", "uid": "1.2.1"],
                ["do": "set", "uid": "1.2.1", "state": "SCHEDULED"],
                ["do": "set", "uid": "1.2.1", "set": ["00100020": "MRN9"]],
                ["do": "set", "uid": "1.2.1", "state": "COMPLETED", "without": ["00400340"]],
                ["do": "set", "uid": "1.2.1", "state": "COMPLETED"],
                ["do": "set", "uid": "1.2.1", "state": "COMPLETED"],
            ])
        #expect(
            statuses(answers) == [
                0x0106, 0x0120, 0x0121, 0x0117, 0x0112, 0, 0x0111, 0x0106, isStrict ? 0x0105 : 0x0107,
                isStrict ? 0x0121 : 0, isStrict ? 0 : 0x0110, 0x0110,
            ])
        #expect((answers[0]["data"] as? [String: String])?["00400252"] == "COMPLETED")
        #expect(answers[1]["comment"] as? String == "Missing: (0040,0253)")
        #expect(answers[8]["attributes"] as? [String] == ["00100020"])
        #expect(answers[11]["error"] as? Int == 0xA710)
        #expect(answers[11]["comment"] as? String == "Performed Procedure Step Object may no longer be updated")
        #expect(try ledger.step("1.2.1")?.step.patientID == "MRN0001")
        #expect(!server.log.all.contains { $0.contains("MRN") || $0.contains("ller") })
    }

    @Test("an N-CREATE without UID is given one, the same when it comes again")
    func generated() throws {
        let answers = try perform(try server(), [["do": "create"], ["do": "create"]])
        #expect(statuses(answers) == [0, 0x0111])
        let made = answers[0]["instance"] as? String ?? ""
        #expect(made.hasPrefix("2.25.") && answers[1]["instance"] as? String == made)
        #expect(try ledger.step(made)?.step.state == .inProgress)
    }

    @Test(
        "what is not stored is never answered with success",
        arguments: [StoreError.full("disk"), .refused("busy"), .storageFailed("fsync")])
    func notStored(failure: StoreError) throws {
        let server = try server()
        ledger.fail(with: failure)
        let answers = try perform(
            server, [["do": "create", "uid": "1.2.3"], ["do": "set", "uid": "1.2.3", "state": "COMPLETED"]])
        #expect(statuses(answers) == [0x0110, 0x0110])
        #expect((answers[0]["comment"] as? String)?.contains("not stored") == true)
        ledger.fail(with: nil)
        #expect(statuses(try perform(server, [["do": "create", "uid": "1.2.3"]])) == [0])
    }

    @Test("what passing a request on comes to")
    func verdicts() {
        let cases: [(StepPassing, Verdict.Kind)] = [
            (.answered(status: 0, comment: ""), .delivered), (.answered(status: 0x0107, comment: ""), .delivered),
            (.answered(status: 0x0111, comment: ""), .delivered), (.answered(status: 0x0110, comment: "x"), .suspect),
            (.answered(status: 0xA700, comment: ""), .suspect), (.answered(status: 0x0120, comment: "x"), .refused),
            (.answered(status: 0x0112, comment: ""), .refused), (.answered(status: 0xC001, comment: ""), .refused),
            (.failed(.away, "x"), .outage), (.failed(.refusesUs, "x"), .laneFault),
            (.failed(.unanswered, "x"), .ambiguous), (.failed(.protocolError, "x"), .suspect),
        ]
        for (passing, kind) in cases { #expect(passing.verdict(.create, again: false).kind == kind, "\(passing)") }
        #expect(StepPassing.answered(status: 0x0111, comment: "").verdict(.set, again: false).kind == .refused)
        let ended = StepPassing.answered(status: 0x0110, errorID: 0xA710, comment: "")
        #expect(ended.verdict(.set, again: true).kind == .delivered)
        #expect(ended.verdict(.set, again: false).kind == .refused)
        // 0110 alone may mean no more than that the receiver is busy.
        #expect(StepPassing.answered(status: 0x0110, comment: "").verdict(.set, again: true).kind == .suspect)
    }
}
