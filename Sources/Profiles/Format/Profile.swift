import ASTM
import Core
import HL7

/// How a device's characters are read.
public enum CharacterEncoding: String, Sendable, CaseIterable {
    /// Valid UTF-8, else what the message declares, else ISO 8859-1.
    case auto
    case utf8 = "utf-8"
    case iso8859_1 = "iso-8859-1"
    case windows1252 = "windows-1252"

    var astm: ASTM.TextEncoding {
        switch self {
        case .auto: .auto
        case .utf8: .utf8
        case .iso8859_1: .iso8859_1
        case .windows1252: .windows1252
        }
    }

    /// The same for HL7 v2.
    public var hl7: HL7.TextEncoding {
        switch self {
        case .auto: .auto
        case .utf8: .utf8
        case .iso8859_1: .iso8859_1
        case .windows1252: .windows1252
        }
    }
}

/// How the results of a specimen become reports (`report.aggregate`).
public enum ReportAggregate: String, Hashable, Sendable, CaseIterable {
    /// A report a message.
    case message
    /// One report for all messages of a specimen, growing with each.
    case specimen
}

/// Everything a kind of device does in its own way, as data (`device-profiles/<vendor>/<model>/profile.yaml`).
///
/// Nothing in the program asks which device it is; it asks the profile.
public struct Profile: Sendable {
    /// Folder names joined: `horiba-yumizen-h500`.
    public var id: String
    /// Name for people.
    public var name: String
    /// The language it speaks.
    public var wire: WireProtocol
    /// What to do with wrong checksums (ASTM).
    public var checksum: ChecksumPolicy = .strict
    /// How the link differs from the standard otherwise.
    public var link = LinkSettings()
    /// How messages are answered (HL7).
    public var acknowledgement: AcknowledgementPolicy = .byMessage
    /// How its bytes become text.
    public var encoding: CharacterEncoding = .auto
    /// IANA name of the time zone its clock runs in; nil for the facility's.
    public var timeZone: String?
    /// Unknown codes and units pass through instead of being held.
    public var passesThrough = false
    /// The files it was read from: its own first, then those it extends.
    public internal(set) var files: [ProfileFile] = []
    /// How results become reports.
    public var aggregate = ReportAggregate.message
    /// The tests it can report, in the order of the file.
    public var tests: [TestEntry] = [] {
        didSet { indexTests() }
    }

    /// What marks this model's messages, for people who look for the right profile; any of the groups of conditions.
    var identify: [[Condition]] = []
    /// How its blocks are marked, answered and cut (protocol `blocks`).
    public var blocks = BlockRules()
    /// How orders reach it; nil: it takes none from us.
    var orders: OrderRules?
    var specimen: SpecimenRule
    var patients: [PatientRule]
    var fields: ResultFields
    var value: ValueRule
    var comments: CommentRule
    var lines: [LineRule]
    var kinds: [KindRule]
    /// Results in other records than R or OBX.
    var moreResults: [MoreResultsRule] = []
    /// Device flag to interpretation codes; the standard's tables with the profile's changes.
    var flags: [String: [String]]
    /// Flags of the device that are no fixed texts, in the order of the file.
    var flagPatterns: [FlagPattern] = []
    /// Flags that say nothing; they are left out.
    var ignoredFlags: [Pattern] = []
    /// How it writes times besides the standard's form, tried first.
    var dateForms: [DateForm] = []
    /// How lines that hold several results are taken apart; nil: each holds one.
    var several: SeveralRule?
    /// Device status to certainty; the standard's table with the profile's changes.
    var statuses: [String: ObservationStatus]
    /// The certainty of a result without status.
    var defaultStatus = ObservationStatus.final
    /// Device unit to UCUM.
    var units: [String: String] = [:]

    /// The profile made ready for reading, from when it is complete: nothing changes it afterwards.
    private var ready: ProfilePlan?
    /// The same; made anew as long as the profile is not complete.
    var plan: ProfilePlan { ready ?? ProfilePlan(self) }

    private(set) var testIndex: [String: Int] = [:]
    private var orderIndex: [String: [Int]] = [:]
    /// The tests that have code patterns.
    private var patternIndex: [Int] = []

    /// A profile that follows its protocol's standard to the letter; a file then changes what its device does otherwise.
    init(id: String, name: String, wire: WireProtocol) {
        self.id = id
        self.name = name
        self.wire = wire
        let standard =
            switch wire {
            case .astm: Standard.astm
            case .hl7: Standard.hl7
            case .blocks: Standard.blocks
            }
        specimen = standard.specimen
        patients = standard.patients
        fields = standard.fields
        value = standard.value
        comments = standard.comments
        lines = standard.lines
        kinds = standard.kinds
        flags = Standard.flags
        statuses = standard.statuses
    }

    /// The profile is complete.
    mutating func finish() { ready = ProfilePlan(self) }

    /// The test with this device code or alias, else the only one with a pattern for it.
    public func test(code: String) -> TestEntry? {
        if let index = testIndex[code] { return tests[index] }
        let fitting = tests(matching: code)
        return fitting.count == 1 ? tests[fitting[0]] : nil
    }

    /// The tests that have a pattern for a code which is no test's own, by their place in the table.
    func tests(matching code: String) -> [Int] {
        patternIndex.filter { tests[$0].codePatterns.contains { $0.matches(code) } }
    }

    /// Whether some test has code patterns.
    var hasCodePatterns: Bool { !patternIndex.isEmpty }
    /// Whether the profile knows no test at all.
    var knowsNoTest: Bool { testIndex.isEmpty && patternIndex.isEmpty }

    /// The code to send to the device for an order's code; nil when the profile knows no such test and does not pass
    /// codes through.
    public func deviceCode(forOrder code: String) -> String? {
        let test = test(code: code) ?? tests(forOrder: code).first
        return test.map { $0.orderCode ?? $0.code } ?? (passesThrough ? code : nil)
    }

    /// The tests that an order's code stands for besides the one of that name: several for a panel.
    func tests(forOrder code: String) -> [TestEntry] { orderIndex[code].map { $0.map { tests[$0] } } ?? [] }

    private mutating func indexTests() {
        testIndex = [:]
        orderIndex = [:]
        patternIndex = tests.indices.filter { !tests[$0].codePatterns.isEmpty }
        for (index, test) in tests.enumerated() {
            for code in [test.code] + test.aliases where testIndex[code] == nil { testIndex[code] = index }
            for code in Set(test.orders + [test.loinc].compactMap { $0 }) {
                orderIndex[code, default: []].append(index)
            }
        }
    }
}
