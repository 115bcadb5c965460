/// How one HTTP exchange ended, in the terms that decide on a delivery.
public enum HTTPEnding: Hashable, Sendable, HoldsPatientData {
    /// A whole answer came.
    case answered(HTTPAnswer)
    /// Nothing was sent: no address, connection refused, connect timeout, reset while connecting.
    case unreachable(String)
    /// TLS could not be agreed on or the certificate is not trusted. Nothing was sent.
    case untrusted(String)
    /// Sent, wholly or in part, and no whole answer came: timeout, reset, answer too large or cut off.
    case unanswered(String)
}

/// A whole HTTP answer.
public struct HTTPAnswer: Hashable, Sendable, HoldsPatientData {
    /// Status code (RFC 9110 section 15).
    public var status: Int
    /// `Retry-After`, as a wait from now.
    public var retryAfter: Duration?
    /// `Location` of a redirect or a created resource.
    public var location: String?
    /// The body.
    public var body: FHIRAnswer

    /// An answer.
    public init(status: Int, retryAfter: Duration? = nil, location: String? = nil, body: FHIRAnswer = .empty) {
        self.status = status
        self.retryAfter = retryAfter
        self.location = location
        self.body = body
    }
}

/// The body of an answer, as far as it decides on a delivery.
public enum FHIRAnswer: Hashable, Sendable, HoldsPatientData {
    /// No body.
    case empty
    /// Not FHIR: a login page, plain text. The text says what it is (its content type).
    case foreign(String)
    /// Says it is JSON and is not.
    case broken
    /// A resource of this type other than the two below.
    case resource(String)
    /// An OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html).
    case outcome([OutcomeIssue])
    /// A Bundle of type `transaction-response` or `batch-response`: how many entries, which failed, and where the last
    /// entry is kept.
    case entries(count: Int, failures: [FailedEntry], location: String?)

    /// The issues, where the body is an OperationOutcome.
    public var issues: [OutcomeIssue] { if case .outcome(let issues) = self { issues } else { [] } }
}

/// An entry of a transaction-response or batch-response that did not succeed.
public struct FailedEntry: Hashable, Sendable, HoldsPatientData {
    /// Its place in the Bundle, from 0.
    public var index: Int
    /// `response.status` as a number, 0 when it is missing or no status code.
    public var status: Int
    /// `response.outcome`.
    public var issues: [OutcomeIssue]

    /// A failed entry.
    public init(index: Int, status: Int, issues: [OutcomeIssue] = []) {
        self.index = index
        self.status = status
        self.issues = issues
    }
}

/// One issue of an OperationOutcome.
public struct OutcomeIssue: Hashable, Sendable, HoldsPatientData {
    /// `fatal`, `error`, `warning` or `information`.
    public var severity: String
    /// A code of https://hl7.org/fhir/R4/valueset-issue-type.html.
    public var code: String
    /// `details.text`, else `diagnostics`, and where (`expression`).
    public var text: String

    /// An issue.
    public init(severity: String, code: String, text: String) {
        self.severity = severity
        self.code = code
        self.text = text
    }

    /// Whether the action failed because of it.
    public var isError: Bool { severity == "error" || severity == "fatal" }
}

extension Sequence<OutcomeIssue> {
    /// The issues as one text for people.
    public var joined: String {
        map { $0.text.isEmpty ? $0.code : "\($0.code): \($0.text)" }.joined(separator: "; ")
    }
}
