import Core

/// The answer to `POST /api/v1/orders` once the orders are committed.
public struct OrdersAnswer: Codable, Sendable, Equatable {
    /// Orders seen for the first time.
    public var placed: Int
    /// Orders amended.
    public var amended: Int
    /// Orders cancelled.
    public var cancelled: Int
    /// Held results that an order released.
    public var released: Int

    /// The counts of a receipt.
    public init(_ receipt: OrderReceipt) {
        placed = receipt.placed
        amended = receipt.amended
        cancelled = receipt.cancelled
        released = receipt.released
    }
}

/// The answer to a decision that was carried out.
public struct DoneAnswer: Codable, Sendable, Equatable {
    /// What happened, in a sentence.
    public var done: String
}

/// The answer when something was not done (status 400 and above).
public struct ErrorAnswer: Codable, Sendable, HoldsPatientData {
    /// What is wrong and what to do, in a sentence.
    public var error: String
    /// Each mistake in a body of orders, with its place; absent otherwise.
    public var mistakes: [Mistake]?

    /// One mistake in an order.
    public struct Mistake: Codable, Sendable, HoldsPatientData {
        /// Which of the orders, from 0; absent when the body was one order, or not readable.
        public var order: Int?
        /// Key inside the order (`patient.birth_date`); empty for the whole order.
        public var key: String
        /// What is wrong and what would be right.
        public var what: String
        /// Place and words in one: `orders[3].patient.birth_date: …`.
        public var sentence: String
    }

    /// A sentence without mistakes of orders.
    public init(_ error: String) { self.error = error }

    init(_ refusal: IntakeRefusal) {
        let more = refusal.further == 0 ? "" : " (and \(refusal.further) more)"
        let first = refusal.mistakes.first?.sentence ?? ""
        error =
            refusal.mistakes.count == 1
            ? first : "\(refusal.mistakes.count) mistakes\(more). None of the orders was taken."
        mistakes = refusal.mistakes.map {
            Mistake(order: $0.order, key: $0.key, what: $0.what, sentence: $0.sentence)
        }
    }
}
