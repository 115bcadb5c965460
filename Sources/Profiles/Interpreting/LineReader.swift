import Core

/// Turns the lines of one message into observations, by the profile.
///
/// A class, so that what it keeps is held once and never copied.
final class LineReader {
    let plan: ProfilePlan
    /// Only made when a time is read.
    lazy var clock = ZoneClock(plan.profile.timeZone ?? facilityZone)
    private let facilityZone: String
    var lastTime: (raw: String, time: DeviceTime)?
    /// Counts for this one too, where it reads other records of the same message.
    private let counting: LineReader?
    private var counts = ReplicateCounts()
    private var numbered: Set<Numbered> = []

    /// A replicate the device numbered itself.
    private struct Numbered: Hashable {
        var replicate: Replicate
        var occurrence: Int
    }

    init(_ plan: ProfilePlan, facility: Facility, counting: LineReader? = nil) {
        self.plan = plan
        self.counting = counting
        facilityZone = facility.timeZone
    }

    // MARK: - The specimen

    /// A report for the specimen that the records of `source` describe.
    func report(_ source: some FieldSource) -> SpecimenReport {
        let kind = plan.kinds.first { source.holds($0.checks) }?.kind ?? .result
        let sent = source.text(plan.specimen) ?? ""
        let (specimen, fault) = kind.concernsPatient && !sent.isEmpty ? plan.profile.specimen.id(of: sent) : (sent, nil)
        var claim: PatientClaim?
        for rule in plan.patients {
            claim = source.text(rule.id).flatMap { id in
                PatientClaim(value: id, authority: rule.authority.flatMap { source.text($0) })
            }
            if claim != nil { break }
        }
        var problem = fault.map(sentence)
        if kind.concernsPatient, sent.isEmpty {
            problem = "The device sent no specimen id. Assign the results to an order by hand."
        }
        return SpecimenReport(kind: kind, specimen: specimen, specimenProblem: problem, patient: claim)
    }

    private func sentence(_ fault: SpecimenRule.Fault) -> String {
        switch fault {
        case .madeUp:
            return "The specimen id is one the device made up itself, as for a barcode it could not read. "
                + "Assign the results to an order by hand."
        case .wrongCheckDigit:
            return "The check digit of the specimen id is wrong: a character was misread or mistyped. "
                + "Check the label, and assign the results to an order by hand."
        case .wrongForm:
            return "The specimen id is not of the form this laboratory uses "
                + "(\(plan.profile.specimen.patterns.map(\.source).joined(separator: " or "))). "
                + "Check the label, or assign the results by hand."
        }
    }

    // MARK: - A line

    /// Reads one result line.
    ///
    /// It ends up in exactly one of the report's lists; `problems` may add a remark on it.
    func read(_ source: some FieldSource, at: String, into report: inout SpecimenReport) {
        if let rule = plan.lines.first(where: { isFor($0, source) })?.rule {
            let line = AsideLine(at: at, why: rule.why + (source.attachment.map { " (\($0))" } ?? ""))
            if rule.fate == .secondary { report.secondary.append(line) } else { report.ignored.append(line) }
            return
        }
        if let bytes = oversize(source) {
            report.problems.append(
                Problem(
                    at: at,
                    what:
                        "its value has \(bytes) bytes, and at most \(MessageLimits.standard.valueBytes) are taken for a "
                        + "measurement; the bytes stay in the journal", held: .unreadable))
            return
        }
        guard !plan.hasOneResultALine, let several = plan.profile.several else {
            return readOne(source, nil, at: at, into: &report)
        }
        do throws(SeveralRule.Mistake) {
            guard let parts = try several.parts(source) else { return readOne(source, nil, at: at, into: &report) }
            for (index, part) in parts.enumerated() {
                readOne(source, part, at: index == 0 ? at : "\(at).\(index + 1)", into: &report)
            }
        } catch {
            report.problems.append(Problem(at: at, what: error.what, held: .unreadable))
        }
    }

    /// Reads one result: a line, or a part of one.
    private func readOne(
        _ source: some FieldSource, _ part: LinePart?, at: String, into report: inout SpecimenReport
    ) {
        guard let code = code(source, part) else {
            report.problems.append(
                Problem(at: place(at, plan.code), what: "the line names no test", held: .unmappedTest))
            return
        }
        var remarks: [Problem] = []
        var observation = observe(source, part, at: at, code: code.text, test: code.test, &remarks)
        observation.occurrence = occurrence(of: observation, in: report.specimen, source, &remarks)
        if let problem = hold(&observation, code, at) {
            observation.held = problem.held
            remarks.insert(problem, at: 0)
        }
        report.observations.append(consume observation)
        if !remarks.isEmpty { report.problems += remarks }
    }

    /// Why a result may not be posted by itself.
    private func hold(_ observation: inout Observation, _ code: FoundCode, _ at: String) -> Problem? {
        if code.isAmbiguous || (code.test == nil && !plan.passesThrough) {
            let what =
                code.isAmbiguous
                ? "the patterns of several tests of this profile fit the test code '\(code.text)'"
                : "test code '\(code.text)' is not in this profile"
            return Problem(at: "\(at)|\(place(of: code))", what: what, held: .unmappedTest)
        }
        if let test = code.test, let what = mismatch(observation, plan.tests[test]) {
            // The code stands for the test in the expected units: 718-7 is a mass concentration, never mmol/L.
            observation.loinc = nil
            observation.local = nil
            // A number that could not be brought to the unit is told as that.
            if observation.held != nil { return nil }
            return Problem(at: place(at, plan.unit), what: what, held: .unitMismatch)
        }
        if observation.status == .enteredInError {
            return Problem(
                at: at, what: "the device withdraws this result; a person decides what becomes of it",
                held: .verification)
        }
        return nil
    }

    /// Which of equal codes an observation is: by the device's own number for replicates, else counted.
    private func occurrence(
        of observation: Observation, in specimen: String, _ source: some FieldSource, _ remarks: inout [Problem]
    ) -> Int {
        let replicate = Replicate(specimen: specimen, code: observation.code, performed: observation.performed)
        guard !plan.replicate.isEmpty, let sent = source.text(plan.replicate) else {
            return count(replicate)
        }
        guard sent.utf8.count <= 4, let number = Int(sent), number >= 0 else {
            remarks.append(
                Problem(
                    at: place(observation.at, plan.replicate),
                    what: "the replicate '\(sent)' is no number from 0 to 9999; equal tests are counted instead"))
            return count(replicate)
        }
        // Two lines of one number are two results all the same.
        var occurrence = max(0, number - 1)
        while !numbered.insert(Numbered(replicate: replicate, occurrence: occurrence)).inserted { occurrence += 1 }
        return occurrence
    }

    private func count(_ replicate: Replicate) -> Int {
        counting.map { $0.count(replicate) } ?? counts.next(replicate)
    }

    /// The line with the field where an extraction looks first.
    func place(_ at: String, _ probe: Probe) -> String {
        at + (probe.extraction.sources.first.map { "|\($0.path.place)" } ?? "")
    }

    /// The length of a value that is too long to be one.
    private func oversize(_ source: some FieldSource) -> Int? {
        let limit = MessageLimits.standard.valueBytes
        if let places = plan.value.places, source.usage == nil {
            for place in places {
                if let bytes = source.byteCount(place), bytes > limit { return bytes }
            }
            return nil
        }
        let sources = plan.profile.value.from.sources
        for index in sources.indices where source.holds(sources[index].conditions) {
            let bytes = source.byteCount(sources[index].path)
            if bytes > limit { return bytes }
        }
        return nil
    }

    private func isFor(_ line: ProfilePlan.Line, _ source: some FieldSource) -> Bool {
        source.holds(line.checks) && !(line.rule.isForUnlistedOnly && code(source, nil)?.test != nil)
    }

    /// A test code, where it stood, and the test it means, by its place in the profile's table.
    struct FoundCode {
        var text: String
        /// Which of the code's places; nil: a part of a line of several.
        var source: Int?
        var test: Int?
        /// The patterns of several tests fit it.
        var isAmbiguous = false
    }

    private func place(of code: FoundCode) -> String {
        let path =
            code.source.map { plan.profile.fields.code.sources[$0].path }
            ?? plan.profile.several?.code.sources.first?.path
        return path?.place ?? "1"
    }

    /// The first of the places' texts that the profile knows as a test, else the first text there is.
    private func code(_ source: some FieldSource, _ part: LinePart?) -> FoundCode? {
        if let part { return found(part.code, nil) }
        var first: FoundCode?
        let probe = plan.code
        for index in probe.extraction.sources.indices {
            guard let text = source.text(probe, at: index) else { continue }
            if plan.knowsNoTest { return FoundCode(text: text, source: index) }
            let code = found(text, index)
            if code.test != nil { return code }
            if first == nil || (code.isAmbiguous && first?.isAmbiguous == false) { first = code }
        }
        return first
    }

    private func found(_ text: String, _ source: Int?) -> FoundCode {
        if let test = plan.testIndex[text] { return FoundCode(text: text, source: source, test: test) }
        if !plan.hasCodePatterns { return FoundCode(text: text, source: source) }
        let fitting = plan.profile.tests(matching: text)
        return FoundCode(
            text: text, source: source, test: fitting.count == 1 ? fitting[0] : nil, isAmbiguous: fitting.count > 1)
    }
}
