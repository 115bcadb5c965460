/// One thing that is wrong with an order text, and where.
///
/// May quote patient data: it is for whoever sent the text.
public struct IntakeMistake: Hashable, Sendable, HoldsPatientData {
    /// Which of the orders, from 0; nil when the text held one order, or none that could be read.
    public var order: Int?
    /// Line in the imported file, from 1; nil when the text did not come from a file.
    public var line: Int?
    /// The key inside the order (`patient.birth_date`, `tests[1].code`); empty when the whole order is meant.
    public var key: String
    /// What is wrong and what would be right.
    public var what: String

    /// A mistake.
    public init(order: Int? = nil, line: Int? = nil, key: String = "", what: String) {
        self.order = order
        self.line = line
        self.key = key
        self.what = what
    }

    /// Place and words: `orders[3].patient.birth_date: …`, or `birth_date: …` for a single order.
    public var sentence: String {
        let place = [order.map { "orders[\($0)]" }, key.isEmpty ? nil : key].compactMap { $0 }
        return (place.isEmpty ? "" : place.joined(separator: ".") + ": ") + what
    }
}

/// Why a text of orders was not taken: none of it was.
///
/// The sender's fault.
public struct IntakeRefusal: Error, Hashable, Sendable, HoldsPatientData {
    /// The first mistakes, in the order of the text; never empty.
    public var mistakes: [IntakeMistake]
    /// Further mistakes that are only counted.
    public var further = 0

    /// A refusal.
    public init(_ mistakes: [IntakeMistake], further: Int = 0) {
        self.mistakes = mistakes
        self.further = further
    }

    /// A refusal for one mistake.
    public init(_ mistake: IntakeMistake) { self.init([mistake]) }
}
