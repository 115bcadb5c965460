import Core

extension WireProtocol: StoredCode {
    static let everyCase: [WireProtocol] = [.astm, .hl7, .blocks]
    var code: Int64 {
        switch self {
        case .astm: 1
        case .hl7: 2
        case .blocks: 3
        }
    }
}

extension ReportKind: StoredCode {
    static let everyCase: [ReportKind] = [.result, .query, .qc, .calibration, .order, .other]
    var code: Int64 {
        switch self {
        case .result: 1
        case .query: 2
        case .qc: 3
        case .calibration: 4
        case .order: 5
        case .other: 6
        }
    }
}

extension ObservationStatus: StoredCode {
    static let everyCase: [ObservationStatus] = [
        .final, .preliminary, .registered, .corrected, .cancelled, .enteredInError,
    ]
    var code: Int64 {
        switch self {
        case .final: 1
        case .preliminary: 2
        case .registered: 3
        case .corrected: 4
        case .cancelled: 5
        case .enteredInError: 6
        }
    }
}

extension Comparator: StoredCode {
    static let everyCase: [Comparator] = [.less, .lessOrEqual, .greater, .greaterOrEqual]
    var code: Int64 {
        switch self {
        case .less: 1
        case .lessOrEqual: 2
        case .greater: 3
        case .greaterOrEqual: 4
        }
    }
}

extension OrderKind: StoredCode {
    static let everyCase: [OrderKind] = [.laboratory, .imaging]
    var code: Int64 {
        switch self {
        case .laboratory: 1
        case .imaging: 2
        }
    }
}

extension OrderState: StoredCode {
    static let everyCase: [OrderState] = [.open, .cancelled, .completed]
    var code: Int64 {
        switch self {
        case .open: 0
        case .cancelled: 1
        case .completed: 2
        }
    }
}

extension StepState: StoredCode {
    static var everyCase: [StepState] { allCases }
    /// Up to 2: a modality's worklist may show it (the partial indexes of `step`).
    var code: Int64 {
        switch self {
        case .scheduled: 1
        case .started: 2
        case .completed: 3
        case .discontinued: 4
        case .cancelled: 5
        }
    }
}

extension OrderPriority: StoredCode {
    static let everyCase: [OrderPriority] = [.routine, .urgent, .stat]
    var code: Int64 {
        switch self {
        case .routine: 0
        case .urgent: 1
        case .stat: 2
        }
    }
}

extension Sex: StoredCode {
    static var everyCase: [Sex] { allCases }
    var code: Int64 {
        switch self {
        case .male: 1
        case .female: 2
        case .other: 3
        case .unknown: 4
        }
    }
}

/// What an observation's value is; the comparator has a column of its own.
enum ValueKind: StoredCode, CaseIterable {
    case quantity, text, absent

    static var everyCase: [ValueKind] { allCases }
    var code: Int64 {
        switch self {
        case .quantity: 0
        case .text: 1
        case .absent: 2
        }
    }
}
