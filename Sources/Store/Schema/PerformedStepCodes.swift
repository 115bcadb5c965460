import Core

extension PerformedState: StoredCode {
    static let everyCase: [PerformedState] = [.inProgress, .completed, .discontinued]
    /// 1 are those that may still change (index `performed_step_open`).
    var code: Int64 {
        switch self {
        case .inProgress: 1
        case .completed: 2
        case .discontinued: 3
        }
    }
}

/// What happened to a performed step.
enum StepEvent: StoredCode, CaseIterable {
    case create, set
    /// Ended here, because nothing was heard of it.
    case givenUp

    static var everyCase: [StepEvent] { allCases }
    var code: Int64 {
        switch self {
        case .create: 1
        case .set: 2
        case .givenUp: 3
        }
    }

    init(_ operation: ProcedureStepRequest.Operation) {
        switch operation {
        case .create: self = .create
        case .set: self = .set
        }
    }

    /// For people.
    var words: String {
        switch self {
        case .create: "N-CREATE"
        case .set: "N-SET"
        case .givenUp: "ended here"
        }
    }
}

/// The language a journalled message is written in: that of a device, or a DICOM data set.
enum StoredWire: StoredCode, Equatable {
    case device(WireProtocol)
    case dicom

    static let everyCase: [StoredWire] = WireProtocol.everyCase.map { .device($0) } + [.dicom]
    var code: Int64 {
        switch self {
        case .device(let wire): wire.code
        case .dicom: 10
        }
    }

    /// How it came, for people.
    var words: String {
        switch self {
        case .device(.blocks): "in its own blocks"
        case .device(let wire): "over \(wire.rawValue.uppercased())"
        case .dicom: "over DICOM"
        }
    }
}
