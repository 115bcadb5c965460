/// What an order message asks to be done.
public enum OrderChange: Hashable, Sendable, HoldsPatientData {
    /// Place it, or amend the one of the same kind, accession and patient: tests are joined, later fields win.
    case place(Order)
    /// Withdraw it; the order may carry no more than accession, kind and patient.
    case cancel(Order)
    /// What is now known of a patient: the demographics of all open orders of that MRN in that system. Without any, it
    /// changes nothing.
    case demographics(PatientUpdate)
    /// A record was merged into another: the orders of an MRN in its system are now those of the patient.
    case merge(mrn: String, mrnSystem: String, into: Patient)

    /// The order it speaks of, if it speaks of one.
    public var order: Order? {
        switch self {
        case .place(let order), .cancel(let order): order
        case .demographics, .merge: nil
        }
    }
}

/// What a message outside any order says of a patient.
///
/// Nil says nothing and empty text clears.
public struct PatientUpdate: Hashable, Sendable, HoldsPatientData {
    /// Who, and the demographics.
    public var patient: Patient
    /// What it says of patient and visit for imaging (`ImagingRequest.details`).
    public var details: [WorklistAttribute: String]

    /// An update.
    public init(patient: Patient, details: [WorklistAttribute: String] = [:]) {
        self.patient = patient
        self.details = details
    }
}

/// What became of some order changes.
public struct OrderReceipt: Sendable, Equatable {
    /// Orders seen for the first time.
    public var placed = 0
    /// Orders amended.
    public var amended = 0
    /// Orders cancelled.
    public var cancelled = 0
    /// Orders whose patient's demographics changed.
    public var updated = 0
    /// Orders that went to another MRN with a merge.
    public var merged = 0
    /// Held results that an order released.
    public var released = 0
    /// Entries that fell due for devices which are told of orders unasked.
    public var dispatches = 0

    /// All zero.
    public init() {}
}

/// The orders of the HMS.
public protocol OrderBook: Sendable {
    /// Stores the changes, all or none, and re-examines the results that waited for these accessions, in the same
    /// transaction. `source` is the message they came in, byte for byte, nil for JSON. `done` runs once, after COMMIT.
    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void)
}
