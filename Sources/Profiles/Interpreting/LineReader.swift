import Core

/// Turns the lines of one message into observations, by the profile.
struct LineReader {
    let profile: Profile
    private var clock: ZoneClock?
    private var lastTime: (raw: String, time: DeviceTime)?
    private var counts: [Replicate: Int] = [:]

    /// What tells replicates of one analyte apart when the device does not.
    private struct Replicate: Hashable {
        var specimen: String
        var code: String
        var performed: String?
    }

    init(profile: Profile, facility: Facility) {
        self.profile = profile
        clock = ZoneClock(profile.timeZone ?? facility.timeZone)
    }

    // MARK: - The specimen

    /// A report for the specimen that the records of `source` describe.
    func report(_ source: some FieldSource) -> SpecimenReport {
        let kind = profile.kinds.first { source.holds($0.conditions) }?.kind ?? .result
        let specimen = source.text(profile.specimen.id) ?? ""
        var claim: PatientClaim?
        for rule in profile.patients {
            claim = source.text(rule.id).flatMap { id in
                PatientClaim(value: id, authority: rule.authority.flatMap { source.text($0) })
            }
            if claim != nil { break }
        }
        return SpecimenReport(
            kind: kind, specimen: specimen, specimenProblem: kind.concernsPatient ? problem(of: specimen) : nil,
            patient: claim)
    }

    private func problem(of specimen: String) -> String? {
        if specimen.isEmpty {
            return "The device sent no specimen id. Assign the results to an order by hand."
        }
        if profile.specimen.reject.contains(where: { $0.matches(specimen) }) {
            return "The specimen id is one the device made up itself, as for a barcode it could not read. "
                + "Assign the results to an order by hand."
        }
        let patterns = profile.specimen.patterns
        if patterns.isEmpty || patterns.contains(where: { $0.matches(specimen) }) { return nil }
        return "The specimen id is not of the form this laboratory uses "
            + "(\(patterns.map(\.source).joined(separator: " or "))). Check the label, or assign the results by hand."
    }

    // MARK: - A line

    /// Reads one result line.
    ///
    /// It ends up in exactly one of the report's lists; `problems` may add a remark on it.
    mutating func read(_ source: some FieldSource, at: String, into report: inout SpecimenReport) {
        if let rule = profile.lines.first(where: { isFor($0, source) }) {
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
        guard let code = code(source) else {
            let field = profile.fields.code.sources.first.map { "|\($0.path.field)" } ?? ""
            report.problems.append(
                Problem(at: at + field, what: "the line names no test", held: .unmappedTest))
            return
        }
        var remarks: [Problem] = []
        var observation = observe(source, at: at, code: code.text, test: code.test, &remarks)
        let replicate = Replicate(specimen: report.specimen, code: code.text, performed: observation.performed)
        observation.occurrence = counts[replicate, default: 0]
        counts[replicate] = observation.occurrence + 1
        if code.test == nil && !profile.passesThrough {
            observation.held = .unmappedTest
            remarks.insert(
                Problem(
                    at: "\(at)|\(code.field)", what: "test code '\(code.text)' is not in this profile",
                    held: .unmappedTest), at: 0)
        } else if let test = code.test, let what = mismatch(observation, test) {
            observation.held = .unitMismatch
            // The code stands for the test in the expected units: 718-7 is a mass concentration, never mmol/L.
            observation.loinc = nil
            let field = profile.fields.unit.sources.first.map { "|\($0.path.field)" } ?? ""
            remarks.insert(Problem(at: at + field, what: what, held: .unitMismatch), at: 0)
        } else if observation.status == .enteredInError {
            observation.held = .verification
            remarks.insert(
                Problem(
                    at: at, what: "the device withdraws this result; a person decides what becomes of it",
                    held: .verification), at: 0)
        }
        report.observations.append(observation)
        report.problems += remarks
    }

    /// The length of a value that is too long to be one.
    private func oversize(_ source: some FieldSource) -> Int? {
        for place in profile.value.from.sources where source.holds(place.conditions) {
            let bytes = source.byteCount(place.path)
            if bytes > MessageLimits.standard.valueBytes { return bytes }
        }
        return nil
    }

    private func isFor(_ rule: LineRule, _ source: some FieldSource) -> Bool {
        source.holds(rule.conditions) && !(rule.isForUnlistedOnly && code(source)?.test != nil)
    }

    /// The first of the places' texts that the profile knows as a test, else the first text there is.
    private func code(_ source: some FieldSource) -> (text: String, field: Int, test: TestEntry?)? {
        var first: (text: String, field: Int, test: TestEntry?)?
        for place in profile.fields.code.sources where source.holds(place.conditions) {
            guard let text = profile.fields.code.tidied(source.text(place.path)) else { continue }
            if let test = profile.test(code: text) { return (text, place.path.field, test) }
            if first == nil { first = (text, place.path.field, nil) }
            if profile.testIndex.isEmpty { break }
        }
        return first
    }

    private mutating func observe(
        _ source: some FieldSource, at: String, code: String, test: TestEntry?, _ remarks: inout [Problem]
    ) -> Observation {
        let value = profile.value.read(source.value(profile.value))
        let deviceUnit = source.text(profile.fields.unit) ?? ""
        let unit = deviceUnit.isEmpty ? nil : ucum(deviceUnit, test, source)
        let deviceFlags = source.texts(profile.fields.flags)
        var observation = Observation(
            at: at, code: code, name: test?.name ?? source.text(profile.fields.name),
            loinc: test?.loinc(unit: unit)
                ?? source.text(profile.fields.loinc).flatMap { LOINC.isWellFormed($0) ? $0 : nil },
            value: value.value, unit: unit, deviceUnit: deviceUnit, deviceFlags: deviceFlags,
            range: source.text(profile.fields.range))
        for flag in deviceFlags {
            for mapped in profile.flags[flag] ?? [] where !observation.flags.contains(mapped) {
                observation.flags.append(mapped)
            }
        }
        if let why = value.why {
            let token = value.value.token
            observation.notes.append(token.isEmpty ? "No result: \(why)." : "No result: '\(token)', \(why).")
        }
        let status = source.text(profile.fields.status)
        observation.status = certainty(status, at, &remarks)
        if observation.status == .preliminary, let status, status != "P" {
            observation.notes.append("The device's status for this result is \(status).")
        }
        observation.performed = performed(source, at, &remarks)
        return observation
    }

    private func ucum(_ deviceUnit: String, _ test: TestEntry?, _ source: some FieldSource) -> String? {
        if let mapped = profile.units[deviceUnit] { return mapped }
        if UCUM.isKnown(deviceUnit) || test?.units[deviceUnit] != nil { return deviceUnit }
        let isDeclared = source.text(profile.fields.unitSystem) == "UCUM" && UCUM.isWellFormed(deviceUnit)
        return isDeclared ? deviceUnit : nil
    }

    private func mismatch(_ observation: Observation, _ test: TestEntry) -> String? {
        guard !test.units.isEmpty, case .quantity = observation.value else { return nil }
        if test.units.keys.contains(observation.unit ?? (observation.deviceUnit.isEmpty ? "" : " ")) { return nil }
        let expected = test.units.keys.sorted().joined(separator: " or ")
        return observation.deviceUnit.isEmpty
            ? "the device sent no unit with \(observation.code); this profile expects \(expected)"
            : "the device sent \(observation.code) in '\(observation.deviceUnit)'; this profile expects \(expected). "
                + "Values are never converted: set the unit on the analyser, or add it to the profile"
    }

    private func certainty(_ status: String?, _ at: String, _ remarks: inout [Problem]) -> ObservationStatus {
        guard let status else { return profile.defaultStatus }
        if let known = profile.statuses[status] { return known }
        let field = profile.fields.status.sources.first.map { "|\($0.path.field)" } ?? ""
        remarks.append(
            Problem(at: at + field, what: "result status '\(status)' is not known; the result counts as preliminary"))
        return .preliminary
    }

    private mutating func performed(
        _ source: some FieldSource, _ at: String, _ remarks: inout [Problem]
    ) -> String? {
        for place in profile.fields.performed.sources where source.holds(place.conditions) {
            guard let raw = profile.fields.performed.tidied(source.text(place.path)) else { continue }
            if lastTime?.raw != raw { lastTime = (raw, DeviceTime(raw, clock: &clock)) }
            switch lastTime?.time ?? .none {
            case .none: continue
            case .known(let time): return time
            case .impossible:
                remarks.append(
                    Problem(
                        at: "\(at)|\(place.path.field)",
                        what: "the time of the run is no possible date and time; it is left out"))
                return nil
            }
        }
        return nil
    }
}
