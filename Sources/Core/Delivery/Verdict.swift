/// What one attempt to deliver means, before it is decided when and whether to try again.
public struct Verdict: Hashable, Sendable, HoldsPatientData {
    /// Whose fault it is and how far it reaches.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The destination has it.
        case delivered
        /// The destination is down, whatever is sent to it: no attempt counts.
        case outage
        /// The destination refuses us, not this delivery (token, certificate, login page, wrong address): it waits for
        /// a person, no attempt counts.
        case laneFault
        /// The destination failed on this delivery (500): its fault or the delivery's, which only others can tell.
        case suspect
        /// Somebody else changed the same thing at the same time (409): a few tries.
        case conflict
        /// Sent, and no answer came.
        case ambiguous
        /// Something the delivery points at is not there (404, 410): a person looks, unless nothing at all is found there.
        case missing
        /// The destination knows several things by one identifier (412): a person chooses, nobody guesses.
        case unmatched
        /// Refused for good.
        case refused
    }

    /// The kind.
    public var kind: Kind
    /// What happened in our own words; holds no patient data and may be logged.
    public var summary: String
    /// The destination's own words, at most `Verdict.detailLimit` characters; may name a patient, never logged.
    public var detail: String
    /// How long the destination asks to be left alone.
    public var retryAfter: Duration?

    /// Characters of the destination's own words that are kept.
    public static let detailLimit = 2_000

    /// A verdict; `detail` is cut to its limit.
    public init(_ kind: Kind, _ summary: String, detail: String = "", retryAfter: Duration? = nil) {
        self.kind = kind
        self.summary = summary
        self.detail = detail.utf8.count <= Self.detailLimit ? detail : String(detail.prefix(Self.detailLimit)) + "…"
        self.retryAfter = retryAfter
    }

    /// Summary and detail as the store keeps them for people.
    public var text: String { detail.isEmpty ? summary : "\(summary): \(detail)" }
}
