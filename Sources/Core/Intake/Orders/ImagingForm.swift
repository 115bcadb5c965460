/// The imaging half of an order.
///
/// A cancellation needs none of it; the steps it names by `id` are the ones it withdraws.
func imagingRequest(_ form: FormObject, required: Bool, _ notes: inout IntakeNotes) -> ImagingRequest? {
    guard required || OrderKeys.imaging.contains(where: form.has) else { return nil }
    let procedure = form.procedure("procedure", &notes)
    let defaults = form.step(&notes)
    var steps: [ScheduledStep] = []
    if form.has("steps") { steps = form.steps(defaults: defaults, &notes) } else { steps = [defaults] }
    var request = ImagingRequest(
        procedure: procedure?.test ?? OrderedTest(code: ""), steps: steps,
        studyUID: form.code("study_uid", FieldRule.uid, &notes), requestedBy: form.clearable("requested_by", &notes))
    request.procedureScheme = procedure?.scheme
    request.referringPhysician = form.clearable("referring_physician", &notes)
    request.requestedProcedureID = form.code("requested_procedure_id", shortIdentifier, &notes)
    form.object("details", keys: DetailKeys.names, &notes) { request.details = $0.details(&$1) }
    if required {
        if !form.has("procedure") {
            notes.note("procedure", "is missing. An imaging order says what is to be done: {\"code\": \"CTHEAD\"}.")
        }
        if !form.has("modality"), steps.isEmpty || steps.contains(where: \.modality.isEmpty) {
            notes.note(
                "modality",
                "is missing. A modality's worklist needs it, of the order or of each step: CT, MR, CR, DX, US "
                    + "and so on.")
        }
    }
    return request
}

/// What a number of 16 characters (VR SH) may be.
private func shortIdentifier(_ text: String) -> String? {
    text.unicodeScalars.count <= Order.stepIDCharacters && !text.contains("\\")
        ? nil : "\"\(text)\" is longer than \(Order.stepIDCharacters) characters, or holds a backslash."
}

extension FormObject {
    /// A code with its name and coding scheme.
    fileprivate func procedure(
        _ name: String, _ notes: inout IntakeNotes
    ) -> (test: OrderedTest, scheme: String?)? {
        var found: (OrderedTest, String?)?
        object(name, keys: OrderKeys.procedure, &notes) { form, notes in
            guard let test = form.test(&notes) else { return }
            found = (test, form.code("scheme", shortIdentifier, &notes))
        }
        return found
    }

    /// What this object says of a step.
    fileprivate func step(_ notes: inout IntakeNotes) -> ScheduledStep {
        var step = ScheduledStep(
            modality: code("modality", FieldRule.codeString, &notes) ?? "", stationAEs: stations(&notes),
            scheduled: value("scheduled") == .string("") ? "" : moment("scheduled", &notes))
        step.stationName = clearable("station_name", &notes)
        step.location = clearable("location", &notes)
        step.performingPhysician = clearable("performing_physician", &notes)
        if let code = procedure("protocol", &notes) {
            step.protocolCode = WorklistCode(
                value: code.test.code, scheme: code.scheme ?? WorklistCode.localScheme,
                meaning: code.test.text ?? code.test.code)
            step.description = code.test.text
        }
        return step
    }

    /// One AE title, or a list of them.
    private func stations(_ notes: inout IntakeNotes) -> [String] {
        guard case .array(let elements)? = value("station_ae") else {
            return code("station_ae", FieldRule.aeTitle, &notes).map { [$0] } ?? []
        }
        var titles: [String] = []
        for (index, element) in elements.prefix(OrderBounds.stations).enumerated() {
            let place = "station_ae[\(index)]"
            guard case .string(let title) = element else {
                notes.note(key(place), "is \(element.kindInWords); an AE title in double quotes is expected.")
                continue
            }
            if let problem = FieldRule.aeTitle(title) { notes.note(key(place), problem) } else { titles.append(title) }
        }
        if elements.count > OrderBounds.stations {
            notes.note(key("station_ae"), "\(elements.count) stations; at most \(OrderBounds.stations) are taken.")
        }
        return titles
    }

    /// `steps`: each says what it says otherwise than the order.
    fileprivate func steps(defaults: ScheduledStep, _ notes: inout IntakeNotes) -> [ScheduledStep] {
        guard case .array(let elements)? = value("steps") else {
            if let value = value("steps") {
                notes.note(key("steps"), "is \(value.kindInWords); a list [ … ] of steps is expected.")
            }
            return []
        }
        guard !elements.isEmpty, elements.count <= Order.mostSteps else {
            notes.note(key("steps"), "\(elements.count) steps; from 1 to \(Order.mostSteps) are taken.")
            return []
        }
        var steps: [ScheduledStep] = []
        var ids: Set<String> = []
        for (index, element) in elements.enumerated() {
            let place = "\(key("steps"))[\(index)]"
            guard case .object(let members) = element else {
                notes.note(
                    place, "is \(element.kindInWords); an object is expected: {\"id\": \"S1\", \"modality\": \"CT\"}.")
                continue
            }
            let form = FormObject(place: place, members: members)
            var step = form.step(&notes)
            step.id = form.code("id", shortIdentifier, &notes)?.trimmingBlanks() ?? ""
            if !step.id.isEmpty, !ids.insert(step.id).inserted {
                notes.note(form.key("id"), "\"\(step.id)\" names two steps of this order.")
            }
            step.description = form.clearable("description", &notes) ?? step.description
            let words = [StepState.scheduled, .completed, .cancelled].map(\.rawValue)
            step.state = form.word("status", as: StepState.self, words, &notes) ?? .scheduled
            form.refuseUnknownKeys(known: OrderKeys.step, &notes)
            steps.append(step.filled(from: defaults))
        }
        return steps
    }

    fileprivate func details(_ notes: inout IntakeNotes) -> [WorklistAttribute: String] {
        var details: [WorklistAttribute: String] = [:]
        for (name, attribute) in DetailKeys.table {
            switch attribute {
            case .pregnancyStatus:
                guard let word = clearable(name, &notes) else { continue }
                if let code = word.isEmpty ? "" : DetailKeys.pregnancies[word] {
                    details[attribute] = code
                } else {
                    notes.note(key(name), "\"\(word)\" is not one of no, possible, yes or unknown.")
                }
            case .patientWeight, .patientSize:
                guard let text = clearable(name, &notes) else { continue }
                if let problem = text.isEmpty ? nil : DetailKeys.measure(text) { notes.note(key(name), problem) }
                details[attribute] = text
            case .allergies, .medicalAlerts, .otherPatientIDs, .intendedRecipients:
                details[attribute] = list(name, &notes)
            default: details[attribute] = clearable(name, &notes)
            }
        }
        return details
    }

    /// One text or a list of texts, as DICOM writes several values.
    private func list(_ name: String, _ notes: inout IntakeNotes) -> String? {
        guard case .array(let elements)? = value(name) else { return clearable(name, &notes) }
        var texts: [String] = []
        for (index, element) in elements.prefix(OrderBounds.values).enumerated() {
            guard case .string(let text) = element else {
                notes.note("\(key(name))[\(index)]", "is \(element.kindInWords); text in double quotes is expected.")
                continue
            }
            if let problem = FieldRule.text(text, maximumBytes: notes.limits.textBytes) {
                notes.note("\(key(name))[\(index)]", problem)
            } else {
                texts.append(String(text.map { $0 == "\\" ? "/" : $0 }))
            }
        }
        if elements.count > OrderBounds.values {
            notes.note(key(name), "\(elements.count) values; at most \(OrderBounds.values) are taken.")
        }
        return texts.joined(separator: "\\")
    }
}

/// How much one imaging order may hold.
enum OrderBounds {
    /// Stations of a step.
    static let stations = 20
    /// Values of a list.
    static let values = 50
}

extension WorklistCode {
    /// The HMS's own codes: a local scheme begins with `99` (PS3.16 section 8.2).
    public static let localScheme = "99HMS"
}

extension ScheduledStep {
    /// What this step does not say is as the order says it.
    fileprivate func filled(from order: ScheduledStep) -> ScheduledStep {
        var step = self
        if step.modality.isEmpty { step.modality = order.modality }
        if step.stationAEs.isEmpty { step.stationAEs = order.stationAEs }
        step.scheduled = step.scheduled ?? order.scheduled
        step.stationName = step.stationName ?? order.stationName
        step.location = step.location ?? order.location
        step.performingPhysician = step.performingPhysician ?? order.performingPhysician
        step.protocolCode = step.protocolCode ?? order.protocolCode
        step.description = step.description ?? order.description
        return step
    }
}
