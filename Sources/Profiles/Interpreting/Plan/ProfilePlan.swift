import Core

/// A profile made ready for reading lines, once when it is loaded.
///
/// A class, and classes inside, so that the many lists of a profile are never copied or counted while lines are read.
final class ProfilePlan: Sendable {
    let profile: Profile
    let specimen: Probe
    let patients: [Patient]
    let kinds: [Kind]
    let lines: [Line]
    let more: [MoreResults]
    let comment: Probe
    let value: Probe
    let code: Probe
    let name: Probe
    let loinc: Probe
    let unit: Probe
    let unitSystem: Probe
    let range: Probe
    let flags: Probe
    let status: Probe
    let performed: Probe
    let operatorName: Probe
    let position: Probe
    let replicate: Probe
    let comparator: Probe
    let notes: [Note]
    let tests: [Test]
    let valueRule: Value
    let testIndex: [String: Int]
    let knowsNoTest: Bool
    let hasCodePatterns: Bool
    let passesThrough: Bool
    let hasOneResultALine: Bool
    let writesPlainNumbers: Bool
    /// The records that `more` is about.
    let moreNames: [String]

    init(_ profile: Profile) {
        self.profile = profile
        let fields = profile.fields
        specimen = Probe(profile.specimen.id)
        patients = profile.patients.map { Patient(id: Probe($0.id), authority: $0.authority.map(Probe.init)) }
        kinds = profile.kinds.map { Kind(kind: $0.kind, checks: $0.conditions.map(Check.init)) }
        lines = profile.lines.map(Line.init)
        more = profile.moreResults.map(MoreResults.init)
        comment = Probe(profile.comments.text)
        value = Probe(profile.value.from)
        code = Probe(fields.code)
        name = Probe(fields.name)
        loinc = Probe(fields.loinc)
        unit = Probe(fields.unit)
        unitSystem = Probe(fields.unitSystem)
        range = Probe(fields.range)
        flags = Probe(fields.flags)
        status = Probe(fields.status)
        performed = Probe(fields.performed)
        operatorName = Probe(fields.operatorName)
        position = Probe(fields.position)
        replicate = Probe(fields.replicate)
        comparator = Probe(fields.comparator)
        notes = fields.notes.map { Note(label: $0.label, text: Probe($0.text)) }
        tests = profile.tests.map(Test.init)
        valueRule = Value(profile.value)
        testIndex = profile.testIndex
        knowsNoTest = profile.knowsNoTest
        hasCodePatterns = profile.hasCodePatterns
        passesThrough = profile.passesThrough
        hasOneResultALine = profile.several == nil
        writesPlainNumbers = profile.value.numbers.isPlain
        moreNames = profile.moreResults.map(\.record)
    }

    /// `PatientRule`.
    struct Patient: Sendable {
        let id: Probe
        let authority: Probe?
    }

    /// `KindRule`.
    struct Kind: Sendable {
        let kind: ReportKind
        let checks: [Check]
    }

    /// `ResultFields.Note`.
    struct Note: Sendable {
        let label: String
        let text: Probe
    }

    /// `LineRule`.
    final class Line: Sendable {
        let rule: LineRule
        let checks: [Check]

        init(_ rule: LineRule) {
            self.rule = rule
            checks = rule.conditions.map(Check.init)
        }
    }

    /// `MoreResultsRule`.
    final class MoreResults: Sendable {
        let record: String
        let checks: [Check]
        let isApart: Bool
        let reading: ProfilePlan

        init(_ rule: MoreResultsRule) {
            record = rule.record
            checks = rule.conditions.map(Check.init)
            isApart = rule.isApart
            reading = ProfilePlan(rule.reading)
        }
    }

    /// `ValueRule`.
    final class Value: Sendable {
        let rule: ValueRule

        init(_ rule: ValueRule) { self.rule = rule }
    }

    /// `TestEntry`.
    final class Test: Sendable {
        let name: String?
        let local: String?
        let reading: TestReading?
        let changesNumbers: Bool
        /// The one LOINC code, where no unit has one of its own.
        let loinc: String?
        let units: [String: String?]

        init(_ entry: TestEntry) {
            name = entry.name
            local = entry.local
            reading = entry.reading
            changesNumbers = entry.reading?.changesNumbers ?? false
            loinc = entry.loinc
            units = entry.units
        }

        /// As `TestEntry.loinc(unit:)`.
        func loinc(unit: String?) -> String? {
            guard let unit, !units.isEmpty else { return loinc }
            return (units[unit] ?? nil) ?? loinc
        }
    }
}
