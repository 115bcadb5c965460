/// What became of a posted result on its way to the destinations, as `results` shows it under `delivery`.
///
/// A result for several destinations shows what most needs a person.
public enum ResultDelivery: String, Sendable, CaseIterable {
    /// A destination refused it for good.
    case refused
    /// A destination set it aside: a person looks.
    case setAside = "set aside"
    /// A person gave it up; it will not be sent.
    case skipped
    /// Queued, being sent, or sent without an answer so far.
    case waiting
    /// Every destination has it.
    case delivered
}
