/// The imaging half of an order: what is asked for, and the steps in which it is to be done.
///
/// Of an optional text nil says nothing and empty text clears it, where the request amends a stored one; in a stored
/// request nothing is empty text.
public struct ImagingRequest: Hashable, Sendable, Codable, HoldsPatientData {
    /// Requested procedure; an empty code says nothing.
    public var procedure: OrderedTest
    /// Coding Scheme Designator of the procedure's code (`LN`, `SCT`, `99…`); nil: the HMS's own.
    public var procedureScheme: String?
    /// Requested Procedure ID (0040,1001); nil: the accession.
    public var requestedProcedureID: String?
    /// Study Instance UID; made once by the store when the HMS sent none.
    public var studyUID: String?
    /// Requesting physician, as a name in its components (`family^given^middle^prefix^suffix`) or as one text.
    public var requestedBy: String?
    /// Referring physician, likewise.
    public var referringPhysician: String?
    /// What else of PS3.4 table K.6-1 the order says of patient, visit and procedure, each as DICOM writes its value.
    public var details: [WorklistAttribute: String]
    /// The scheduled steps, at least one in a stored request, in the order of their numbers.
    public var steps: [ScheduledStep]

    /// A request of several steps.
    public init(procedure: OrderedTest, steps: [ScheduledStep], studyUID: String? = nil, requestedBy: String? = nil) {
        self.procedure = procedure
        self.steps = steps
        self.studyUID = studyUID
        self.requestedBy = requestedBy
        details = [:]
    }

    /// A request of one step.
    public init(
        procedure: OrderedTest, modality: String, stationAE: String? = nil, scheduled: String? = nil,
        studyUID: String? = nil, requestedBy: String? = nil
    ) {
        self.init(
            procedure: procedure,
            steps: [
                ScheduledStep(modality: modality, stationAEs: stationAE.map { [$0] } ?? [], scheduled: scheduled)
            ], studyUID: studyUID, requestedBy: requestedBy)
    }

    /// Modality of the first step, empty when there is none.
    public var modality: String {
        get { steps.first?.modality ?? "" }
        set { first.modality = newValue }
    }

    /// First station of the first step.
    public var stationAE: String? {
        get { steps.first?.stationAEs.first }
        set { first.stationAEs = newValue.map { [$0] } ?? [] }
    }

    /// Scheduled start of the first step, ISO 8601 with offset.
    public var scheduled: String? {
        get { steps.first?.scheduled }
        set { first.scheduled = newValue }
    }

    private var first: ScheduledStep {
        get { steps.first ?? ScheduledStep(modality: "") }
        set {
            if steps.isEmpty { steps.append(newValue) } else { steps[0] = newValue }
        }
    }
}

/// A requested procedure of its own under an order's accession (IHE: one imaging service request may hold several).
public struct RequestedProcedure: Hashable, Sendable, Codable {
    /// Requested Procedure ID (0040,1001).
    public var id: String
    /// What is to be done.
    public var procedure: OrderedTest
    /// Coding Scheme Designator of its code.
    public var scheme: String?
    /// Study Instance UID: every requested procedure has one of its own.
    public var studyUID: String?

    /// A requested procedure.
    public init(id: String, procedure: OrderedTest, scheme: String? = nil, studyUID: String? = nil) {
        self.id = id
        self.procedure = procedure
        self.scheme = scheme
        self.studyUID = studyUID
    }
}
