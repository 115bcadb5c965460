import Core

extension DecodeReport {
    /// The report as `decode --format json` prints it.
    ///
    /// Every R or OBX line stands in exactly one of `observations`, `problems`, `secondary` and `ignored`; remarks on
    /// a line stand with it, others in `remarks`.
    public var json: JSONValue { json(fields: true) }

    /// The same; without `fields` as test cases hold it: what a message means, not how it came to that.
    func json(fields: Bool) -> JSONValue {
        var members = [
            JSONMember("profile", .string(profile.id)),
            JSONMember(
                "link",
                .object([
                    JSONMember("frames", .number(String(link.frames))),
                    JSONMember("bad_frames", .number(String(link.badFrames))),
                    JSONMember("duplicate_frames", .number(String(link.duplicateFrames))),
                    JSONMember("messages", .number(String(link.messages))),
                ])),
            JSONMember("messages", .array(messages.map { json($0, fields: fields) })),
        ]
        if fields, let advice { members.append(JSONMember("advice", .string(advice))) }
        if let unreadable { members.append(JSONMember("unreadable", .string(unreadable))) }
        return .object(members)
    }

    private func json(_ message: Message, fields: Bool) -> JSONValue {
        let report = message.report
        let known = report.observations.filter { $0.held != .unmappedTest }
        let lines = Set(report.observations.map(\.at))
        func line(of problem: Problem) -> String? {
            lines.first { problem.isAbout($0) }
        }
        let loose = report.problems.filter { line(of: $0) == nil }
        let isLine = { (problem: Problem) in problem.held != nil }
        let members = [
            JSONMember("message", .number(String(message.number))),
            JSONMember("kind", .string(report.kind.rawValue)),
            JSONMember("specimen", .string(report.specimen)),
            JSONMember("patient", text(report.patient?.value)),
            JSONMember("patient_authority", text(report.patient?.authority)),
            JSONMember("held", text(report.specimenProblem.map { _ in HoldReason.specimenID.rawValue })),
            JSONMember("why", text(report.specimenProblem)),
            JSONMember("observations", .array(known.map { json($0, of: report) })),
            JSONMember("problems", .array(unmapped(report) + loose.filter(isLine).map { json($0) })),
            JSONMember("secondary", .array(report.secondary.map(json))),
            JSONMember("ignored", .array(report.ignored.map(json))),
            JSONMember("remarks", .array(loose.filter { !isLine($0) }.map { json($0) })),
        ]
        return .object(members + (fields ? [JSONMember("fields", .array(message.fields.map(json)))] : []))
    }

    private func json(_ observation: Observation, of report: SpecimenReport) -> JSONValue {
        let about = report.problems.filter { $0.isAbout(observation.at) }
        var members = [
            JSONMember("at", .string(observation.at)),
            JSONMember("code", .string(observation.code)),
            JSONMember("name", text(observation.name)),
            JSONMember("loinc", text(observation.loinc)),
        ]
        if let local = observation.local { members.append(JSONMember("local", .string(local))) }
        if case .absent(let words) = observation.value {
            members += [JSONMember("value", .null), JSONMember("absent", .string(words))]
        } else {
            members.append(JSONMember("value", .string(observation.value.token)))
        }
        members += [
            JSONMember("comparator", text(observation.value.comparator?.rawValue)),
            JSONMember("unit", text(observation.unit)),
            JSONMember("device_unit", .string(observation.deviceUnit)),
            JSONMember("flags", .array(observation.flags.map { .string($0) })),
            JSONMember("device_flags", .array(observation.deviceFlags.map { .string($0) })),
            JSONMember("status", .string(observation.status.rawValue)),
            JSONMember("range", text(observation.range)),
            JSONMember("performed", text(observation.performed)),
            JSONMember("notes", .array(observation.notes.map { .string($0) })),
            JSONMember("held", text(observation.held?.rawValue)),
            JSONMember("why", text(about.first { $0.held != nil }?.what)),
            JSONMember("remarks", .array(about.filter { $0.held == nil }.map { .string($0.what) })),
        ]
        return .object(members)
    }

    /// Lines whose test the profile does not know stand among the problems, with what they said.
    private func unmapped(_ report: SpecimenReport) -> [JSONValue] {
        report.observations.filter { $0.held == .unmappedTest }.map { observation in
            let problem = report.problems.first { $0.held == .unmappedTest && $0.isAbout(observation.at) }
            return json(
                problem ?? Problem(at: observation.at, what: "unknown test", held: .unmappedTest),
                more: [
                    JSONMember("code", .string(observation.code)),
                    JSONMember(
                        "value", .string((observation.value.comparator?.rawValue ?? "") + observation.value.token)),
                    JSONMember("device_unit", .string(observation.deviceUnit)),
                ])
        }
    }

    private func json(_ problem: Problem, more: [JSONMember] = []) -> JSONValue {
        .object(
            [
                JSONMember("at", .string(problem.at)), JSONMember("what", .string(problem.what)),
                JSONMember("held", text(problem.held?.rawValue)),
            ] + more)
    }

    private func json(_ use: FieldUse) -> JSONValue {
        .object([
            JSONMember("at", .string(use.at)), JSONMember("path", .string(use.path)),
            JSONMember("text", .string(use.text)), JSONMember("used", .array(use.uses.map { .string($0) })),
        ])
    }

    private func json(_ line: AsideLine) -> JSONValue {
        .object([JSONMember("at", .string(line.at)), JSONMember("why", .string(line.why))])
    }

    private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
