import Core

/// A closed set stored as a small number.
///
/// A number, once given, keeps its meaning for ever.
protocol StoredCode: Sendable {
    /// Every member.
    static var everyCase: [Self] { get }
    /// Its number.
    var code: Int64 { get }
}

extension StoredCode {
    /// The member with a number.
    init(code: Int64) throws {
        guard let value = Self.everyCase.first(where: { $0.code == code }) else {
            throw UnreadableRow(what: "\(Self.self) number \(code)")
        }
        self = value
    }
}

/// How far a message has come.
enum Progress: StoredCode, CaseIterable {
    /// More parts follow.
    case open
    /// Ended, not yet understood.
    case waiting
    /// Its results were written, or it had none.
    case understood
    /// It brought only what was known already.
    case resend
    /// No parser understands it; a hold says why.
    case unreadable
    /// It carried orders, which were applied in the same transaction.
    case orders
    /// The link ended before anything that its sender may presume saved.
    case nothingProcessable
    /// A modality told of a performed procedure step.
    case step

    static var everyCase: [Progress] { allCases }
    var code: Int64 {
        switch self {
        case .open: 0
        case .waiting: 1
        case .understood: 2
        case .resend: 3
        case .unreadable: 4
        case .orders: 5
        case .nothingProcessable: 6
        case .step: 7
        }
    }
}

extension ResultState: StoredCode {
    static let everyCase: [ResultState] = [.received, .held, .rejected, .superseded, .control, .posted, .stored]
    /// Below 10 the few that are looked for by state (index `result_set_aside`).
    var code: Int64 {
        switch self {
        case .received: 0
        case .held: 1
        case .rejected: 2
        case .superseded: 3
        case .control: 4
        case .posted: 10
        case .stored: 11
        }
    }
}

extension HoldState: StoredCode {
    static let everyCase: [HoldState] = [.open, .resolved, .released, .rejected]
    var code: Int64 {
        switch self {
        case .open: 0
        case .resolved: 1
        case .released: 2
        case .rejected: 3
        }
    }
}

extension HoldReason: StoredCode {
    static var everyCase: [HoldReason] { allCases }
    var code: Int64 {
        switch self {
        case .noOrder: 1
        case .patientMismatch: 2
        case .orderCancelled: 3
        case .unmappedTest: 4
        case .unitMismatch: 5
        case .ambiguousOrder: 6
        case .verification: 7
        case .unreadable: 8
        case .duplicateConflict: 9
        case .studyMismatch: 10
        case .specimenID: 11
        case .profileError: 12
        }
    }
}

/// Where a delivery stands on disk: the states of the contract, and `skipped`, which counts as finished and is shown
/// as `parked`.
enum StoredDelivery: StoredCode, CaseIterable {
    case ready, ambiguous, leased, parked, dead, delivered, skipped

    static var everyCase: [StoredDelivery] { allCases }
    /// Below 2: may be leased.
    ///
    /// Below 10: not finished (indexes `delivery_head`, `delivery_unfinished`).
    var code: Int64 {
        switch self {
        case .ready: 0
        case .ambiguous: 1
        case .leased: 2
        case .parked: 3
        case .dead: 4
        case .delivered: 10
        case .skipped: 11
        }
    }

    /// The contract's word.
    var shown: DeliveryState {
        switch self {
        case .ready: .ready
        case .ambiguous: .ambiguous
        case .leased: .leased
        case .parked, .skipped: .parked
        case .dead: .dead
        case .delivered: .delivered
        }
    }
}

/// What an attempt came to.
enum AttemptOutcome: StoredCode, CaseIterable {
    case delivered, retry, ambiguous, parked, dead

    static var everyCase: [AttemptOutcome] { allCases }
    var code: Int64 {
        switch self {
        case .delivered: 1
        case .retry: 2
        case .ambiguous: 3
        case .parked: 4
        case .dead: 5
        }
    }
}

/// What a person, or the arrival of an order, did to a hold or a delivery.
enum Act: StoredCode, CaseIterable {
    case released, rejected, assigned, retried, skipped, reasonChanged, resolved, withdrawn

    static var everyCase: [Act] { allCases }
    var code: Int64 {
        switch self {
        case .released: 1
        case .rejected: 2
        case .assigned: 3
        case .retried: 4
        case .skipped: 5
        case .reasonChanged: 6
        case .resolved: 7
        case .withdrawn: 8
        }
    }
}
