/// How certain a result is, in the words of LIS02-A2 R.9 and HL7 table 0085, mapped by the profile.
public enum ObservationStatus: String, Sendable, Codable {
    case registered, preliminary, final, corrected, cancelled
    case enteredInError = "entered-in-error"
}

/// A comparator that FHIR R4 can carry (QuantityComparator).
public enum Comparator: String, Sendable, Codable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// What the device measured, as its own text.
public enum ObservedValue: Hashable, Sendable, Codable {
    /// A number token exactly as written (`5.10`), with the comparator that stood before it.
    case quantity(String, Comparator?)
    /// Any other text (`Positive`, `1+`, `+5`, `1:64`).
    case text(String)
    /// No result: the device's own words for it (`----`, `NA`, empty).
    case absent(String)

    /// The device's text without the comparator; for `absent` what it wrote in place of a value.
    public var token: String {
        switch self {
        case .quantity(let token, _), .text(let token), .absent(let token): token
        }
    }

    /// The comparator, where one stood before a number.
    public var comparator: Comparator? {
        if case .quantity(_, let comparator) = self { comparator } else { nil }
    }
}

/// One measured analyte as a profile understood it.
public struct Observation: Hashable, Sendable, Codable, HoldsPatientData {
    /// Where it stood in the message: record or segment and its number (`R|7`, `OBX|3`).
    public var at: String
    /// The device's code for the analyte, an opaque string, never empty.
    public var code: String
    /// Name for people, from the profile or else the device.
    public var name: String?
    /// LOINC code, where the profile or the device gives one.
    public var loinc: String?
    /// The laboratory's own code of the test, where the profile gives one.
    public var local: String?
    /// The value.
    public var value: ObservedValue
    /// UCUM unit, where the profile knows the device's unit or the device already writes UCUM.
    public var unit: String?
    /// The unit exactly as the device wrote it; empty when it wrote none, or when the profile converts the value to another
    /// unit: the device's number and unit then stand together in `notes`.
    public var deviceUnit: String
    /// Interpretation codes (HL7 v3 ObservationInterpretation): `H`, `L`, `HH`, `N`, `A` and so on.
    public var flags: [String]
    /// The flags exactly as the device wrote them.
    public var deviceFlags: [String]
    /// Certainty.
    public var status: ObservationStatus
    /// Reference range as text.
    public var range: String?
    /// When the device ran the test: ISO 8601 with offset; nil when it did not say.
    public var performed: String?
    /// Comments and alarms of the device that belong to this result.
    public var notes: [String]
    /// Counts equal codes within one specimen of one message from 0: tells replicates apart.
    public var occurrence: Int
    /// Set when this one result may not be posted by itself (`unmapped-test`, `unit-mismatch`).
    public var held: HoldReason?

    /// An observation; what is not given is unknown.
    public init(
        at: String, code: String, name: String? = nil, loinc: String? = nil, local: String? = nil,
        value: ObservedValue,
        unit: String? = nil, deviceUnit: String = "", flags: [String] = [], deviceFlags: [String] = [],
        status: ObservationStatus = .final, range: String? = nil, performed: String? = nil, notes: [String] = [],
        occurrence: Int = 0, held: HoldReason? = nil
    ) {
        self.at = at
        self.code = code
        self.name = name
        self.loinc = loinc
        self.local = local
        self.value = value
        self.unit = unit
        self.deviceUnit = deviceUnit
        self.flags = flags
        self.deviceFlags = deviceFlags
        self.status = status
        self.range = range
        self.performed = performed
        self.notes = notes
        self.occurrence = occurrence
        self.held = held
    }
}
