/// What kind of work an order asks for.
public enum OrderKind: String, Sendable, Codable { case laboratory, imaging }

/// How soon an order is wanted (HL7 table 0485 folded to the words of the JSON form).
public enum OrderPriority: String, Sendable, Codable { case routine, urgent, stat }

/// Whether results may still be matched to an order.
public enum OrderState: String, Sendable, Codable {
    /// Results match.
    case open
    /// Withdrawn by the HMS: a result for it is held as `order-cancelled`.
    case cancelled
    /// Finished by the HMS; results no longer match.
    case completed
}

/// One test asked for, in the HMS's own codes.
public struct OrderedTest: Hashable, Sendable, Codable {
    /// The order's code, an opaque string.
    public var code: String
    /// Its name for people.
    public var text: String?

    /// A test by code.
    public init(code: String, text: String? = nil) {
        self.code = code
        self.text = text
    }
}

/// The specimen an order speaks of.
public struct OrderedSpecimen: Hashable, Sendable, Codable {
    /// Specimen type as the HMS wrote it (`EDTA blood`).
    public var type: String?
    /// Collection time, ISO 8601 with offset.
    public var collected: String?

    /// A specimen; both parts may be unknown.
    public init(type: String? = nil, collected: String? = nil) {
        self.type = type
        self.collected = collected
    }
}

/// An order of the HMS. Its identity is kind, accession and patient: the same three again amend it.
public struct Order: Hashable, Sendable, Codable, HoldsPatientData {
    /// The number on the tube's label or of the imaging request; an opaque string, never empty.
    public var accession: String
    /// The HMS's own order number.
    public var placer: String?
    /// Whom it is for.
    public var patient: Patient
    /// Laboratory or imaging.
    public var kind: OrderKind
    /// How soon.
    public var priority: OrderPriority
    /// Whether its message said nothing of the priority: where it amends an order, that of the order stays.
    public var keepsPriority = false
    /// Whether its message only changes or repeats an order: one that was withdrawn stays withdrawn.
    public var keepsState = false
    /// Whether results still match.
    public var state: OrderState
    /// The tests asked for (laboratory).
    public var tests: [OrderedTest]
    /// The specimen (laboratory).
    public var specimen: OrderedSpecimen?
    /// What imaging is asked for, with its scheduled steps (imaging).
    ///
    /// A laboratory order has it where its message left open which kind is meant: it is then an amendment of the imaging
    /// order with this accession, if that is the only one known.
    public var imaging: ImagingRequest?

    /// An order; open and routine unless said otherwise.
    public init(
        accession: String, placer: String? = nil, patient: Patient, kind: OrderKind,
        priority: OrderPriority = .routine, state: OrderState = .open, tests: [OrderedTest] = [],
        specimen: OrderedSpecimen? = nil, imaging: ImagingRequest? = nil
    ) {
        self.accession = accession
        self.placer = placer
        self.patient = patient
        self.kind = kind
        self.priority = priority
        self.state = state
        self.tests = tests
        self.specimen = specimen
        self.imaging = imaging
    }
}
