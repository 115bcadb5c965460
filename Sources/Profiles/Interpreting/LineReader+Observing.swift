import Core

extension LineReader {
    /// The result of a line as the profile reads it, before anything is held.
    func observe(
        _ source: some FieldSource, _ part: LinePart?, at: String, code: String, test index: Int?,
        _ remarks: inout [Problem]
    ) -> Observation {
        let test = index.map { plan.tests[$0] }
        let read = plan.valueRule.rule.read(
            part?.value ?? source.value(plan.valueRule, plan.value), test: test?.reading,
            sign: source.text(plan.comparator))
        let lineUnit = source.text(plan.unit) ?? ""
        let deviceUnit = part?.unit ?? lineUnit
        // A line's range and flags are those of its results in the line's unit.
        let isOfLine = part?.unit == nil || deviceUnit == lineUnit
        let deviceFlags = flags(source)
        let unit = deviceUnit.isEmpty ? test?.reading?.unit : ucum(deviceUnit, test, source)
        let status = source.text(plan.status)
        // What is said of them comes after what is said of the number.
        var further: [Problem] = []
        let certainty = certainty(status, at, &further)
        // Made in one piece: an observation has many parts, and each change could copy them all.
        var observation = Observation(
            at: at, code: code, name: test?.name ?? (part == nil ? source.text(plan.name) : nil),
            loinc: test?.loinc(unit: unit), local: test?.local, value: read.value, unit: unit, deviceUnit: deviceUnit,
            flags: isOfLine ? meanings(of: deviceFlags) : [], deviceFlags: deviceFlags, status: certainty,
            range: isOfLine ? source.text(plan.range) : nil, performed: performed(source, at, &further))
        if let why = read.why {
            let token = read.value.token
            observation.notes.append(token.isEmpty ? "No result: \(why)." : "No result: '\(token)', \(why).")
        }
        if let written = read.written { observation.notes.append("The device wrote '\(written)'.") }
        if !plan.writesPlainNumbers, let sent = observation.range,
            let range = plan.valueRule.rule.numbers.range(sent)
        {
            observation.range = range
            observation.notes.append("The device wrote the range '\(sent)'.")
        }
        if let test, test.changesNumbers {
            change(&observation, test, at, &remarks)
            observation.loinc = test.loinc(unit: observation.unit)
        }
        remarks += further
        if observation.loinc == nil, !plan.loinc.isEmpty {
            observation.loinc = source.text(plan.loinc).flatMap { LOINC.isWellFormed($0) ? $0 : nil }
        }
        if certainty == .preliminary, let status, status != "P" {
            observation.notes.append("The device's status for this result is \(status).")
        }
        if let name = source.text(plan.operatorName) { observation.notes.append("Operator: \(name)") }
        if let position = source.text(plan.position) { observation.notes.append("Position: \(position)") }
        for note in plan.notes {
            if let text = source.text(note.text) { observation.notes.append("\(note.label): \(text)") }
        }
        return observation
    }

    // MARK: - Flags

    private func flags(_ source: some FieldSource) -> [String] {
        var flags = source.texts(plan.flags)
        switch plan.profile.fields.flagsEach {
        case .whole: break
        case .character: flags = flags.flatMap { $0.filter { !$0.isWhitespace }.map(String.init) }
        case .word: flags = flags.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        }
        if plan.profile.ignoredFlags.isEmpty { return flags }
        return flags.filter { flag in !plan.profile.ignoredFlags.contains { $0.matches(flag) } }
    }

    /// The meanings of flags: each by its own text, else by the first pattern it fits.
    private func meanings(of flags: [String]) -> [String] {
        var all: [String] = []
        for flag in flags {
            let codes =
                plan.profile.flags[flag] ?? plan.profile.flagPatterns.first { $0.pattern.matches(flag) }?.codes ?? []
            if flags.count == 1, codes.count == 1 { return codes }
            for code in codes where !all.contains(code) { all.append(code) }
        }
        return all
    }

    // MARK: - Units and numbers

    private func change(
        _ observation: inout Observation, _ test: ProfilePlan.Test, _ at: String, _ remarks: inout [Problem]
    ) {
        guard let reading = test.reading else { return }
        var sentences: [String] = []
        if case .impossible(let why) = reading.change(&observation, &sentences) {
            observation.held = .verification
            remarks.append(Problem(at: place(at, plan.value), what: why, held: .verification))
        }
        remarks += sentences.map { Problem(at: place(at, plan.range), what: $0) }
    }

    private func ucum(_ deviceUnit: String, _ test: ProfilePlan.Test?, _ source: some FieldSource) -> String? {
        if let mapped = plan.profile.units[deviceUnit] { return mapped }
        if UCUM.isKnown(deviceUnit) || test?.units[deviceUnit] != nil { return deviceUnit }
        let isDeclared = source.text(plan.unitSystem) == "UCUM" && UCUM.isWellFormed(deviceUnit)
        return isDeclared ? deviceUnit : nil
    }

    /// Why a number's unit is not the profile's.
    func mismatch(_ observation: Observation, _ test: ProfilePlan.Test) -> String? {
        guard case .quantity = observation.value else { return nil }
        if let unit = observation.unit, test.units[unit] != nil { return nil }
        let units = test.units.isEmpty ? [test.reading?.unit].compactMap { $0 } : Array(test.units.keys)
        if units.isEmpty { return nil }
        if units.contains(observation.unit ?? (observation.deviceUnit.isEmpty ? "" : " ")) { return nil }
        let expected = units.sorted().joined(separator: " or ")
        return observation.deviceUnit.isEmpty
            ? "the device sent no unit with \(observation.code); this profile expects \(expected)"
            : "the device sent \(observation.code) in '\(observation.deviceUnit)'; this profile expects \(expected). "
                + "Values are never converted: set the unit on the analyser, or add it to the profile"
    }

    // MARK: - Certainty and time

    private func certainty(_ status: String?, _ at: String, _ remarks: inout [Problem]) -> ObservationStatus {
        guard let status else { return plan.profile.defaultStatus }
        if let known = plan.profile.statuses[status] { return known }
        remarks.append(
            Problem(
                at: place(at, plan.status),
                what: "result status '\(status)' is not known; the result counts as preliminary"))
        return .preliminary
    }

    private func performed(
        _ source: some FieldSource, _ at: String, _ remarks: inout [Problem]
    ) -> String? {
        for index in plan.performed.extraction.sources.indices {
            guard let raw = source.text(plan.performed, at: index) else { continue }
            if lastTime?.raw != raw { lastTime = (raw, DeviceTime(raw, forms: plan.profile.dateForms, clock: &clock)) }
            switch lastTime?.time ?? .none {
            case .none: continue
            case .known(let time): return time
            case .impossible:
                remarks.append(
                    Problem(
                        at: "\(at)|\(plan.performed.extraction.sources[index].path.place)",
                        what: "the time of the run is no possible date and time; it is left out"))
                return nil
            }
        }
        return nil
    }
}
