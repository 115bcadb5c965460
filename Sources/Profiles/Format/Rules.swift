import Core

/// What becomes of a line that is no observation of its own.
struct LineRule: Hashable, Sendable {
    enum Fate: String, Hashable, Sendable, CaseIterable { case ignored, secondary }

    var fate: Fate
    /// All must hold.
    var conditions: [Condition]
    /// A line whose code is in the profile's table of tests is a result all the same.
    var isForUnlistedOnly = false
    /// For people.
    var why: String
}

/// Tells patients' results from controls and calibrations; looked at once a specimen.
struct KindRule: Hashable, Sendable {
    var kind: ReportKind
    /// All must hold.
    var conditions: [Condition]
}

/// The specimen id.
struct SpecimenRule: Hashable, Sendable {
    var id: Extraction
    /// An id must match one of these, if there are any.
    var patterns: [Pattern] = []
    /// An id that matches one of these is the device's own (an unread barcode), never an accession.
    var reject: [Pattern] = []
}

/// One place where the patient's id may stand.
struct PatientRule: Hashable, Sendable {
    var id: Extraction
    /// The assigning authority that belongs to it.
    var authority: Extraction?
}

/// A text that stands where a value should and is none.
struct NoResult: Hashable, Sendable {
    var pattern: Pattern
    var why: String
}

/// How a value is read.
struct ValueRule: Hashable, Sendable {
    /// What is taken of a value with repeats.
    enum Repeats: String, Hashable, Sendable, CaseIterable { case all, first }

    var from: Extraction
    var repeats = Repeats.all
    var noResult: [NoResult] = []
    /// Signs before a number, longest first.
    var comparators: [(sign: String, comparator: Comparator)] = standardComparators

    static let standardComparators: [(sign: String, comparator: Comparator)] = [
        ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("<", .less), (">", .greater),
    ]

    static func == (left: Self, right: Self) -> Bool {
        left.from == right.from && left.repeats == right.repeats && left.noResult == right.noResult
            && left.comparators.elementsEqual(right.comparators) { $0 == $1 }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(from)
        hasher.combine(noResult)
    }
}

/// Which of a device's comments become notes of a result.
struct CommentRule: Hashable, Sendable {
    var text: Extraction
    /// The component of the comment's text that names the analyte it is about.
    var analyteComponent: Int?
}

/// A test a device can report.
public struct TestEntry: Hashable, Sendable {
    /// The device's code.
    public var code: String
    /// Other codes it sends for the same test.
    public var aliases: [String] = []
    /// Name for people.
    public var name: String?
    /// LOINC code of the test whatever the unit.
    public var loinc: String?
    /// The units it may come in (UCUM), each with its own LOINC code where that depends on the unit.
    ///
    /// Empty: not checked.
    public var units: [String: String?] = [:]
    /// The code an order is sent to the device with, where it is not `code`.
    public var orderCode: String?
    /// Codes of orders that mean this test, besides `code`, `aliases` and `loinc`.
    public var orders: [String] = []

    /// The LOINC code of a result in this unit.
    func loinc(unit: String?) -> String? {
        unit.flatMap { units[$0] ?? nil } ?? loinc
    }
}
