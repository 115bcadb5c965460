/// Where a scheduled procedure step stands.
public enum StepState: String, Sendable, Codable, CaseIterable {
    /// To be performed: modalities see it.
    case scheduled
    /// A modality reported that it began (MPPS IN PROGRESS).
    case started
    /// A modality reported it done.
    case completed
    /// A modality reported that it was given up.
    case discontinued
    /// Withdrawn by the HMS.
    case cancelled
}

/// One scheduled procedure step of an imaging order (PS3.3 table C.4-10).
///
/// Of an optional text nil says nothing and empty text clears it, where it amends a stored step.
public struct ScheduledStep: Hashable, Sendable, Codable, HoldsPatientData {
    /// Scheduled Procedure Step ID (0040,0009), at most 16 characters; empty where the HMS gave none: the store then
    /// gives it one by `Order.stepID(_:)`.
    public var id: String
    /// Modality code (`CT`), PS3.3 section C.7.3.1.1.1; empty says nothing.
    public var modality: String
    /// AE titles of the stations that may perform it; empty when the order left it open.
    public var stationAEs: [String]
    /// Scheduled Station Name (0040,0010).
    public var stationName: String?
    /// Scheduled Procedure Step Location (0040,0011).
    public var location: String?
    /// Scheduled start, ISO 8601 with offset.
    public var scheduled: String?
    /// Scheduled Performing Physician's Name (0040,0006) in its components.
    public var performingPhysician: String?
    /// Scheduled Procedure Step Description (0040,0007); nil: the procedure's.
    public var description: String?
    /// Scheduled Protocol Code (0040,0008); nil: the procedure's.
    public var protocolCode: WorklistCode?
    /// Where it stands.
    public var state: StepState
    /// The HMS's order number of this step, where each step was ordered by one of its own.
    public var placer: String?
    /// The requested procedure it belongs to where that is not the order's own.
    public var requestedProcedure: RequestedProcedure?
    /// What it says otherwise than the order's `details`.
    public var details: [WorklistAttribute: String]

    /// A step; scheduled unless said otherwise.
    public init(
        id: String = "", modality: String, stationAEs: [String] = [], scheduled: String? = nil,
        state: StepState = .scheduled
    ) {
        self.id = id
        self.modality = modality
        self.stationAEs = stationAEs
        self.scheduled = scheduled
        self.state = state
        details = [:]
    }
}

extension Order {
    /// Scheduled steps of one order.
    public static let mostSteps = 200

    /// Characters of a Scheduled Procedure Step ID (VR SH, PS3.5 table 6.2-1).
    public static let stepIDCharacters = 16

    /// The ID of a step (numbers count from 1) that the HMS gave none: the accession for the first, `ACC-2`, `ACC-3`, …
    /// for the others.
    ///
    /// Where that is too long for a Scheduled Procedure Step ID, the accession's last characters stand for it.
    public func stepID(_ number: Int) -> String {
        guard number > 1 else { return accession }
        let ending = "-\(number)"
        guard accession.unicodeScalars.count <= Self.stepIDCharacters else { return accession + ending }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: accession.unicodeScalars.suffix(Self.stepIDCharacters - ending.utf8.count))
        return String(view) + ending
    }
}
