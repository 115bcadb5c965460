import Core

extension LineReader {
    /// The result of a line as the profile reads it, before anything is held.
    func observe(
        _ source: some FieldSource, _ part: LinePart?, at: String, code: String, test index: Int?,
        _ remarks: inout [Problem]
    ) -> Observation {
        let test = index.map { profile.tests[$0] }
        let read = profile.value.read(
            part?.value ?? source.value(profile.value), test: test?.reading,
            sign: source.text(profile.fields.comparator))
        let lineUnit = source.text(profile.fields.unit) ?? ""
        let deviceUnit = part?.unit ?? lineUnit
        // A line's range and flags are those of its results in the line's unit.
        let isOfLine = part?.unit == nil || deviceUnit == lineUnit
        let deviceFlags = flags(source)
        var observation = Observation(
            at: at, code: code, name: test?.name ?? (part == nil ? source.text(profile.fields.name) : nil),
            local: test?.local, value: read.value,
            unit: deviceUnit.isEmpty ? test?.reading?.unit : ucum(deviceUnit, test, source),
            deviceUnit: deviceUnit, deviceFlags: deviceFlags,
            range: isOfLine ? source.text(profile.fields.range) : nil)
        for flag in deviceFlags where isOfLine { add(flag, to: &observation) }
        if let why = read.why {
            let token = read.value.token
            observation.notes.append(token.isEmpty ? "No result: \(why)." : "No result: '\(token)', \(why).")
        }
        if let written = read.written { observation.notes.append("The device wrote '\(written)'.") }
        if let sent = observation.range, let range = profile.value.numbers.range(sent) {
            observation.range = range
            observation.notes.append("The device wrote the range '\(sent)'.")
        }
        change(&observation, test, at, &remarks)
        observation.loinc =
            test?.loinc(unit: observation.unit)
            ?? source.text(profile.fields.loinc).flatMap { LOINC.isWellFormed($0) ? $0 : nil }
        let status = source.text(profile.fields.status)
        observation.status = certainty(status, at, &remarks)
        if observation.status == .preliminary, let status, status != "P" {
            observation.notes.append("The device's status for this result is \(status).")
        }
        observation.performed = performed(source, at, &remarks)
        if let name = source.text(profile.fields.operatorName) { observation.notes.append("Operator: \(name)") }
        if let position = source.text(profile.fields.position) { observation.notes.append("Position: \(position)") }
        for note in profile.fields.notes {
            if let text = source.text(note.text) { observation.notes.append("\(note.label): \(text)") }
        }
        return observation
    }

    // MARK: - Flags

    private func flags(_ source: some FieldSource) -> [String] {
        var flags = source.texts(profile.fields.flags)
        switch profile.fields.flagsEach {
        case .whole: break
        case .character: flags = flags.flatMap { $0.filter { !$0.isWhitespace }.map(String.init) }
        case .word: flags = flags.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        }
        if profile.ignoredFlags.isEmpty { return flags }
        return flags.filter { flag in !profile.ignoredFlags.contains { $0.matches(flag) } }
    }

    /// The meaning of a flag: by its own text, else by the first pattern it fits.
    private func add(_ flag: String, to observation: inout Observation) {
        let codes = profile.flags[flag] ?? profile.flagPatterns.first { $0.pattern.matches(flag) }?.codes ?? []
        for code in codes where !observation.flags.contains(code) { observation.flags.append(code) }
    }

    // MARK: - Units and numbers

    private func change(
        _ observation: inout Observation, _ test: TestEntry?, _ at: String, _ remarks: inout [Problem]
    ) {
        guard let reading = test?.reading, reading.changesNumbers else { return }
        var sentences: [String] = []
        if case .impossible(let why) = reading.change(&observation, &sentences) {
            observation.held = .verification
            remarks.append(Problem(at: place(at, profile.value.from), what: why, held: .verification))
        }
        remarks += sentences.map { Problem(at: place(at, profile.fields.range), what: $0) }
    }

    private func ucum(_ deviceUnit: String, _ test: TestEntry?, _ source: some FieldSource) -> String? {
        if let mapped = profile.units[deviceUnit] { return mapped }
        if UCUM.isKnown(deviceUnit) || test?.units[deviceUnit] != nil { return deviceUnit }
        let isDeclared = source.text(profile.fields.unitSystem) == "UCUM" && UCUM.isWellFormed(deviceUnit)
        return isDeclared ? deviceUnit : nil
    }

    /// Why a number's unit is not the profile's.
    func mismatch(_ observation: Observation, _ test: TestEntry) -> String? {
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
        guard let status else { return profile.defaultStatus }
        if let known = profile.statuses[status] { return known }
        remarks.append(
            Problem(
                at: place(at, profile.fields.status),
                what: "result status '\(status)' is not known; the result counts as preliminary"))
        return .preliminary
    }

    private func performed(
        _ source: some FieldSource, _ at: String, _ remarks: inout [Problem]
    ) -> String? {
        let sources = profile.fields.performed.sources
        for index in sources.indices where source.holds(sources[index].conditions) {
            guard let raw = profile.fields.performed.tidied(source.text(sources[index])) else { continue }
            if lastTime?.raw != raw { lastTime = (raw, DeviceTime(raw, forms: profile.dateForms, clock: &clock)) }
            switch lastTime?.time ?? .none {
            case .none: continue
            case .known(let time): return time
            case .impossible:
                remarks.append(
                    Problem(
                        at: "\(at)|\(sources[index].path.place)",
                        what: "the time of the run is no possible date and time; it is left out"))
                return nil
            }
        }
        return nil
    }
}
