import Core
import Testing
import Upstream

@Suite struct AnswerTests {
    private func read(_ text: String, _ type: String? = "application/fhir+json") -> FHIRAnswer {
        FHIRAnswer(bytes: Array(text.utf8), contentType: type)
    }

    @Test(
        arguments: [
            ("", nil, FHIRAnswer.empty), (" \r\n", "text/html", .empty),
            ("<html>Sign in</html>", "text/html; charset=utf-8", .foreign("text/html")),
            ("<html>Sign in</html>", nil, .foreign("text")),
            (#"{"resourceType":"Bundle"}"#, "text/html", .foreign("text/html")),
            (#"{"ok":true}"#, "application/json", .foreign("JSON without a resourceType")),
            ("[]", "application/json", .foreign("JSON without a resourceType")),
            (#"{"resourceType":"Bundle","type":"transac"#, "application/fhir+json", .broken),
            (#"{"resourceType":"Bun"#, nil, .broken),
            (#"{"resourceType":"Basic","id":"1"}"#, "Application/FHIR+JSON;charset=utf-8", .resource("Basic")),
            (#"{"resourceType":"Basic","id":"1"}"#, nil, .resource("Basic")),
            (#"{"resourceType":"Bundle","type":"transaction"}"#, "application/json", .resource("Bundle")),
            (
                #"{"resourceType":"Bundle","type":"batch-response"}"#, "application/json",
                .entries(count: 0, failures: [], location: nil)
            ),
        ] as [(String, String?, FHIRAnswer)])
    func isRecognised(text: String, type: String?, answer: FHIRAnswer) {
        #expect(read(text, type) == answer)
    }

    @Test func anOutcomesIssuesAreRead() {
        let answer = read(
            #"""
            {"resourceType":"OperationOutcome","issue":[
              {"severity":"error","code":"invalid","details":{"text":"no such unit"},"diagnostics":"stack","expression":["Bundle.entry[2]","x"]},
              {"severity":"warning","code":"informational","diagnostics":"slow"}, {}]}
            """#)
        #expect(
            answer
                == .outcome([
                    OutcomeIssue(severity: "error", code: "invalid", text: "no such unit (Bundle.entry[2], x)"),
                    OutcomeIssue(severity: "warning", code: "informational", text: "slow"),
                    OutcomeIssue(severity: "error", code: "unknown", text: ""),
                ]))
    }

    @Test func failedEntriesAreFound() {
        let answer = read(
            #"""
            {"resourceType":"Bundle","type":"batch-response","entry":[
              {"response":{"status":"201 Created"}},
              {"response":{"status":"422","outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"value","diagnostics":"x"}]}}},
              {"response":{}}, {}, {"response":{"status":"ok"}},
              {"response":{"status":"200","location":"DiagnosticReport/7/_history/1"}}]}
            """#)
        #expect(
            answer
                == .entries(
                    count: 6,
                    failures: [
                        FailedEntry(
                            index: 1, status: 422, issues: [OutcomeIssue(severity: "error", code: "value", text: "x")]),
                        FailedEntry(index: 2, status: 0), FailedEntry(index: 3, status: 0),
                        FailedEntry(index: 4, status: 0),
                    ], location: "DiagnosticReport/7/_history/1"))
    }

    @Test func aHostileAnswerIsAValue() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(read(deep) == .broken)
        #expect(read(#"{"resourceType":{"resourceType":[]}}"#) == .foreign("JSON without a resourceType"))
        #expect(
            read(#"{"resourceType":"Bundle","type":"batch-response","entry":{"a":1}}"#)
                == .entries(count: 0, failures: [], location: nil))
        let many = Array(repeating: "{}", count: 1_000).joined(separator: ",")
        #expect(
            read(#"{"resourceType":"OperationOutcome","issue":[\#(many)]}"#)
                == .outcome(Array(repeating: OutcomeIssue(severity: "error", code: "unknown", text: ""), count: 20)))
    }
}

@Suite struct SearchsetTests {
    private let result = Sample.report([Sample.observation("GLU", .quantity("5.10", .less))]).results[0]

    private func set(_ observation: String) -> Searchset? {
        Searchset(
            bytes: Array(#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":\#(observation)}]}"#.utf8))
    }

    private func observation(
        system: String = "urn:labrador:result", id: String? = nil, status: String = "final",
        value: String = #""valueQuantity":{"value":5.10,"comparator":"<"}"#
    ) -> String {
        #"{"resourceType":"Observation","identifier":[{"value":"other"},{"system":"\#(system)","value":"\#(id ?? result.id.text)"}],"status":"\#(status)",\#(value)}"#
    }

    @Test func theSameResultIsThere() {
        #expect(set(observation())?.holds(result) == true)
    }

    @Test func anythingElseIsNot() {
        for other in [
            observation(system: "urn:other"), observation(id: "x"), observation(status: "preliminary"),
            observation(value: #""valueQuantity":{"value":5.1,"comparator":"<"}"#),
            observation(value: #""valueQuantity":{"value":5.10}"#), observation(value: #""valueString":"<5.10""#),
            observation(value: #""x":1"#), "{}", #"{"resourceType":"Patient"}"#,
        ] {
            #expect(set(other)?.holds(result) == false, "\(other)")
        }
    }

    @Test func textAndNoValueAreCompared() {
        var text = result
        text.observation.value = .text("Positive")
        #expect(set(observation(value: #""valueString":"Positive""#))?.holds(text) == true)
        #expect(set(observation(value: #""valueString":"positive""#))?.holds(text) == false)
        var none = result
        none.observation.value = .absent("NA")
        #expect(set(observation(value: #""dataAbsentReason":{}"#))?.holds(none) == true)
        #expect(set(observation())?.holds(none) == false)
    }

    @Test(arguments: [
        "", "<html>", #"{"resourceType":"OperationOutcome"}"#, #"{"resourceType":"Bundle","type":"history"}"#,
    ])
    func othersAreNoSearchset(text: String) {
        #expect(Searchset(bytes: Array(text.utf8)) == nil)
    }
}
