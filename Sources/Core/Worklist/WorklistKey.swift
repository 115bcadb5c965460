/// The sequences of the worklist model whose items hold a code (PS3.4 table K.6-1).
public enum WorklistCodeSequence: String, Sendable, Hashable, CaseIterable {
    case requestedProcedure = "Requested Procedure Code Sequence"
    case scheduledProtocol = "Scheduled Protocol Code Sequence"
}

/// The attributes of a code that are matched (PS3.3 table 8.8-1).
public enum WorklistCodePart: String, Sendable, Hashable, CaseIterable {
    case value = "Code Value"
    case scheme = "Coding Scheme Designator"
    case meaning = "Code Meaning"
}

/// What a key of a query is about.
public enum WorklistKey: Sendable, Hashable {
    /// An attribute of the requested procedure, its patient or the scheduled step.
    case attribute(WorklistAttribute)
    /// An attribute inside the item of a code sequence.
    case code(WorklistCodeSequence, WorklistCodePart)

    /// Its name in the standard.
    public var name: String {
        switch self {
        case .attribute(let attribute): attribute.rawValue
        case .code(let sequence, let part): "\(sequence.rawValue), \(part.rawValue)"
        }
    }

    var matching: WorklistAttribute.Matching {
        switch self {
        case .attribute(let attribute): attribute.matching
        case .code: .text
        }
    }

    /// Characters of one value: what the VR allows, 64 unless a text is longer (PS3.5 table 6.2-1).
    var valueCharacters: Int {
        switch self {
        // LT.
        case .attribute(.patientHistory), .attribute(.patientComments), .attribute(.procedureComments),
            .attribute(.stepComments):
            1024
        default: 64
        }
    }

    /// Whether a backslash separates values; in long texts it is a character like any other.
    var isList: Bool { valueCharacters <= 64 }
}

extension WorklistEntry {
    /// The codes in a sequence; no item for none.
    public func codes(in sequence: WorklistCodeSequence) -> [WorklistCode] {
        let code =
            switch sequence {
            case .requestedProcedure: procedureCode
            case .scheduledProtocol: protocolCode
            }
        return code.map { [$0] } ?? []
    }
}

extension WorklistCode {
    /// The text of one of its attributes.
    public func text(of part: WorklistCodePart) -> String {
        switch part {
        case .value: value
        case .scheme: scheme
        case .meaning: meaning
        }
    }
}
