/// Administrative sex as orders carry it (HL7 table 0001, FHIR AdministrativeGender).
public enum Sex: String, Sendable, Codable, CaseIterable {
    case male = "M"
    case female = "F"
    case other = "O"
    case unknown = "U"
}

/// The person an order is for, as the HMS named them.
public struct Patient: Hashable, Sendable, Codable, HoldsPatientData {
    /// Medical record number, an opaque string, never empty in an accepted order.
    public var mrn: String
    /// The system the MRN belongs to (a URI); `facility.mrn_system` unless the order's authority maps to another.
    public var mrnSystem: String
    /// Family name.
    public var family: String?
    /// Given names.
    public var given: String?
    /// Birth date as `YYYY-MM-DD` (shorter when less is known).
    public var birthDate: String?
    /// Administrative sex.
    public var sex: Sex?
    /// ABHA number (14 digits with hyphens) where the HMS sent one.
    public var abha: String?
    /// Name prefix (`Dr`), DICOM PS3.5 section 6.2.1.1.
    public var prefix: String?
    /// Name suffix (`Jr`, a degree).
    public var suffix: String?
    /// The whole name once more in ideographic characters, components separated by `^` (second component group).
    public var ideographic: String?
    /// The whole name once more in phonetic characters, components separated by `^` (third component group).
    public var phonetic: String?

    /// A patient; only the MRN and its system are needed.
    public init(
        mrn: String, mrnSystem: String, family: String? = nil, given: String? = nil, birthDate: String? = nil,
        sex: Sex? = nil, abha: String? = nil
    ) {
        self.mrn = mrn
        self.mrnSystem = mrnSystem
        self.family = family
        self.given = given
        self.birthDate = birthDate
        self.sex = sex
        self.abha = abha
    }
}

/// What a device says about whose specimen it measured. Names never decide, so it holds none.
public struct PatientClaim: Hashable, Sendable, Codable, HoldsPatientData {
    /// The identifier, trimmed; never empty.
    public var value: String
    /// The assigning authority as the device wrote it (HL7 CX.4), nil when it wrote none.
    public var authority: String?

    /// A claim; nil when the identifier is empty after trimming, because nothing matches on empty.
    public init?(value: String, authority: String? = nil) {
        let trimmed = value.trimmingBlanks()
        guard !trimmed.isEmpty else { return nil }
        self.value = trimmed
        let name = authority?.trimmingBlanks() ?? ""
        self.authority = name.isEmpty ? nil : name
    }
}

extension StringProtocol {
    /// The text without spaces, tabs and line ends at both ends.
    public func trimmingBlanks() -> String {
        var view = Substring(self).unicodeScalars
        while let first = view.first, first.properties.isWhitespace { view.removeFirst() }
        while let last = view.last, last.properties.isWhitespace { view.removeLast() }
        return String(view)
    }
}
