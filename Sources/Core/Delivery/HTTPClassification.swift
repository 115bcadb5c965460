/// Decides what an HTTP exchange with a FHIR server means for the delivery that was sent.
///
/// The groups follow RFC 9110 section 15 and https://hl7.org/fhir/R4/http.html#transaction-response. A status outside
/// them is taken as a fault of the lane: it then stops and tells a person, instead of throwing results away.
///
/// - Parameter entries: How many entries the Bundle had: a shorter answer does not vouch for the rest.
public func classify(_ ending: HTTPEnding, entries: Int) -> Verdict {
    switch ending {
    case .unreachable(let why): return Verdict(.outage, "cannot be reached (\(why))")
    case .untrusted(let why): return Verdict(.laneFault, "TLS failed (\(why))")
    case .unanswered(let why): return Verdict(.ambiguous, "sent, but no whole answer came (\(why))")
    case .answered(let answer):
        guard case .entries(_, let failures, _) = answer.body, !failures.isEmpty, (200..<300).contains(answer.status)
        else { return verdict(on: answer, entries: entries) }
        return verdict(on: failures, retryAfter: answer.retryAfter)
    }
}

private func verdict(on answer: HTTPAnswer, entries: Int) -> Verdict {
    switch answer.status {
    case 202: return Verdict(.ambiguous, "answered 202: taken for later, without saying what became of it")
    case 200..<300: return success(answer, entries: entries)
    case 300..<400:
        return Verdict(
            .laneFault, "answered \(answer.status), a redirect, which is not followed: correct the url",
            detail: answer.location ?? "")
    default:
        return Verdict(
            kind(ofStatus: answer.status, issues: answer.body.issues), "answered \(answer.status)",
            detail: detail(of: answer.body), retryAfter: answer.retryAfter)
    }
}

/// The kind of a status of 400 and more, or of an entry that did not succeed.
private func kind(ofStatus status: Int, issues: [OutcomeIssue]) -> Verdict.Kind {
    switch status {
    case 400, 413, 415, 417, 422: return .refused
    case 404, 410: return issues.isEmpty ? .laneFault : .missing
    case 409: return .conflict
    case 412: return issues.contains { $0.code == "multiple-matches" } ? .unmatched : .conflict
    case 408, 425, 429, 502, 503, 504, 507, 509, 520..<530: return .outage
    case 500: return .suspect
    default: return .laneFault
    }
}

private func success(_ answer: HTTPAnswer, entries: Int) -> Verdict {
    switch answer.body {
    case .entries(let count, _, let location):
        guard count >= entries else {
            return Verdict(.ambiguous, "answered \(answer.status) for \(count) of \(entries) entries")
        }
        return Verdict(.delivered, "\(answer.status), \(count) entries", detail: location ?? "")
    case .outcome(let issues):
        guard let issue = issues.first(where: \.isError) else {
            return Verdict(
                .ambiguous, "answered \(answer.status) without saying what became of the entries",
                detail: issues.joined)
        }
        return Verdict(
            kind(ofIssue: issue.code), "answered \(answer.status) with an error", detail: issues.joined,
            retryAfter: answer.retryAfter)
    case .resource(let type):
        // A proxy that echoes, another service, a search: nothing of it says that the entries were carried out.
        return Verdict(
            .laneFault,
            "answered \(answer.status) with a \(type) instead of a transaction-response: is the url the FHIR base?")
    case .empty:
        return Verdict(.laneFault, "answered \(answer.status) with nothing, as no FHIR server does: check the url")
    case .foreign(let what):
        return Verdict(
            .laneFault, "answered \(answer.status) with \(what) instead of FHIR: is there a login page or a proxy?")
    case .broken:
        return Verdict(.ambiguous, "answered \(answer.status) with JSON that ends or breaks in the middle")
    }
}

/// A transaction is all or nothing and a batch is not (https://hl7.org/fhir/R4/http.html#trules); after either, the
/// failure that a repetition helps least decides, and sending again changes nothing that already succeeded.
private func verdict(on failures: [FailedEntry], retryAfter: Duration?) -> Verdict {
    let ranking: [Verdict.Kind] = [
        .refused, .unmatched, .missing, .conflict, .suspect, .laneFault, .outage, .ambiguous,
    ]
    let kinds = failures.map { $0.status == 0 ? .ambiguous : kind(ofStatus: $0.status, issues: $0.issues) }
    let worst = ranking.first { kinds.contains($0) } ?? .ambiguous
    let told = failures.map { entry in
        let words = entry.issues.joined
        return "entry \(entry.index + 1): \(entry.status)" + (words.isEmpty ? "" : " \(words)")
    }
    return Verdict(
        worst, "\(failures.count) of the Bundle's entries failed", detail: told.joined(separator: "; "),
        retryAfter: retryAfter)
}

/// The kind of an error told by a 2xx OperationOutcome (https://hl7.org/fhir/R4/valueset-issue-type.html).
private func kind(ofIssue code: String) -> Verdict.Kind {
    switch code {
    case "transient", "lock-error", "no-store", "timeout", "incomplete", "throttled": .outage
    case "exception": .suspect
    case "security", "login", "unknown", "expired", "forbidden", "suppressed": .laneFault
    case "conflict": .conflict
    case "multiple-matches": .unmatched
    case "not-found", "deleted": .missing
    default: .refused
    }
}

private func detail(of body: FHIRAnswer) -> String {
    switch body {
    case .outcome(let issues): issues.joined
    case .foreign(let what): what
    default: ""
    }
}
