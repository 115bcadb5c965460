import Core
import Testing

/// The grid of answers (HTTP status, body) and what each means for a delivery.
@Suite struct ClassificationTests {
    private static let why = [OutcomeIssue(severity: "error", code: "invalid", text: "no such unit")]

    private func kind(_ status: Int, _ body: FHIRAnswer) -> Verdict.Kind {
        classify(.answered(HTTPAnswer(status: status, body: body)), entries: 3).kind
    }

    @Test(arguments: [
        (Verdict.Kind.refused, [400, 413, 415, 417, 422]),
        (.outage, [408, 425, 429, 502, 503, 504, 507, 509, 520, 529]),
        (.suspect, [500]),
        (.conflict, [409, 412]),
        (
            .laneFault,
            [
                100, 300, 301, 302, 303, 307, 308, 401, 402, 403, 405, 406, 411, 418, 426, 431, 451, 501, 505, 511, 599,
                600, 999, 0, -1,
            ]
        ),
    ])
    func statusDecides(kind: Verdict.Kind, statuses: [Int]) {
        for status in statuses {
            #expect(self.kind(status, .empty) == kind, "\(status) without a body")
            #expect(self.kind(status, .foreign("text/html")) == kind, "\(status) with a page")
            #expect(self.kind(status, .outcome(Self.why)) == kind, "\(status) with an OperationOutcome")
        }
    }

    @Test func everyStatusHasAMeaningAndNoneButA2xxSucceeds() {
        for status in 0...1_000 where !(200..<300).contains(status) {
            for body in [FHIRAnswer.empty, .foreign("text/html"), .broken, .resource("Bundle"), .outcome([])] {
                #expect(kind(status, body) != .delivered, "\(status)")
            }
        }
    }

    @Test func notFoundIsTheAddressUnlessTheServerSaysWhatIsMissing() {
        for status in [404, 410] {
            #expect(kind(status, .foreign("text/html")) == .laneFault)
            #expect(kind(status, .outcome(Self.why)) == .missing)
        }
    }

    @Test func severalMatchesAreNeverChosenFrom() {
        let several = [OutcomeIssue(severity: "error", code: "multiple-matches", text: "2")]
        #expect(kind(412, .outcome(several)) == .unmatched)
    }

    @Test(arguments: [
        (FHIRAnswer.entries(count: 3, failures: [], location: "DiagnosticReport/1"), Verdict.Kind.delivered),
        (.entries(count: 2, failures: [], location: nil), .ambiguous),
        (.entries(count: 3, failures: [FailedEntry(index: 1, status: 422)], location: nil), .refused),
        (.entries(count: 3, failures: [FailedEntry(index: 1, status: 503)], location: nil), .outage),
        (.entries(count: 3, failures: [FailedEntry(index: 1, status: 500)], location: nil), .suspect),
        (.entries(count: 3, failures: [FailedEntry(index: 1, status: 409)], location: nil), .conflict),
        (.entries(count: 3, failures: [FailedEntry(index: 1, status: 0)], location: nil), .ambiguous),
        (
            .entries(
                count: 3, failures: [FailedEntry(index: 0, status: 503), FailedEntry(index: 1, status: 422)],
                location: nil),
            .refused
        ),
        (.outcome([]), .ambiguous),
        (.outcome([OutcomeIssue(severity: "warning", code: "invalid", text: "")]), .ambiguous),
        (.outcome([OutcomeIssue(severity: "error", code: "invalid", text: "")]), .refused),
        (.outcome([OutcomeIssue(severity: "fatal", code: "transient", text: "")]), .outage),
        (.outcome([OutcomeIssue(severity: "error", code: "throttled", text: "")]), .outage),
        (.outcome([OutcomeIssue(severity: "error", code: "exception", text: "")]), .suspect),
        (.outcome([OutcomeIssue(severity: "error", code: "login", text: "")]), .laneFault),
        (.outcome([OutcomeIssue(severity: "error", code: "multiple-matches", text: "")]), .unmatched),
        (.outcome([OutcomeIssue(severity: "error", code: "not-found", text: "")]), .missing),
        (.resource("Basic"), .laneFault), (.resource("Bundle"), .laneFault),
        (.foreign("text/html"), .laneFault),
        (.empty, .laneFault),
        (.broken, .ambiguous),
    ])
    func successIsReadNotPresumed(body: FHIRAnswer, kind: Verdict.Kind) {
        for status in [200, 201] { #expect(self.kind(status, body) == kind, "\(status)") }
    }

    @Test func anEmptyAnswerVouchesForNothing() {
        // A server that keeps the Bundle as a document has not carried it out.
        let created = HTTPAnswer(status: 201, location: "Bundle/1")
        #expect(classify(.answered(created), entries: 3).kind == .laneFault)
        #expect(kind(201, .empty) == .laneFault)
        #expect(kind(204, .empty) == .laneFault)
    }

    @Test func takenForLaterIsNotDelivered() {
        #expect(kind(202, .empty) == .ambiguous)
        #expect(kind(202, .entries(count: 3, failures: [], location: nil)) == .ambiguous)
    }

    @Test func whatWasNotSentIsAnOutageAndWhatWasIsAmbiguous() {
        #expect(classify(.unreachable("refused"), entries: 3).kind == .outage)
        #expect(classify(.untrusted("expired"), entries: 3).kind == .laneFault)
        #expect(classify(.unanswered("reset"), entries: 3).kind == .ambiguous)
    }

    @Test func theServersWordsAreKeptAndBounded() {
        let verdict = classify(
            .answered(HTTPAnswer(status: 422, body: .outcome(Self.why))), entries: 3)
        #expect(verdict.text == "answered 422: invalid: no such unit")
        let long = OutcomeIssue(severity: "error", code: "invalid", text: String(repeating: "ä", count: 9_000))
        let cut = classify(.answered(HTTPAnswer(status: 422, body: .outcome([long]))), entries: 3)
        #expect(cut.detail.count == Verdict.detailLimit + 1)
    }

    @Test func aFailedEntryIsToldByItsPlace() {
        let failures = [FailedEntry(index: 1, status: 422, issues: Self.why)]
        let verdict = classify(
            .answered(HTTPAnswer(status: 200, body: .entries(count: 3, failures: failures, location: nil))), entries: 3)
        #expect(verdict.detail == "entry 2: 422 invalid: no such unit")
    }

    @Test func theServersWordsStayOutOfLogs() {
        let verdict = Verdict(.refused, "answered 422", detail: "patient RAO is unknown")
        #expect("\(verdict)" == "Verdict(redacted)")
        #expect(!verdict.summary.contains("RAO"))
    }
}
