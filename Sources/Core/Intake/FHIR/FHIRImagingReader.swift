/// Reads the imaging half of a ServiceRequest.
struct FHIRImagingReader {
    let resources: FHIRResources

    func imaging(
        _ request: FHIRElement, _ code: (test: OrderedTest, scheme: String?)?, isRequired: Bool,
        _ notes: inout IntakeNotes
    ) -> ImagingRequest {
        let modality = Self.modality(request)
        if isRequired, modality == nil {
            notes.note(
                request.path("orderDetail"),
                "names no modality: a coding of \(FHIRSystem.dicom), such as CT, is expected.")
        }
        var step = ScheduledStep(modality: modality ?? "", stationAEs: stations(request))
        step.scheduled = start(request, &notes)
        step.location =
            request.list("locationCode").first?.words
            ?? place(request.list("locationReference").first)
        step.performingPhysician = performer(request)
        var imaging = ImagingRequest(
            procedure: code?.test ?? OrderedTest(code: ""), steps: [step], studyUID: study(request, &notes),
            requestedBy: person(request.element("requester")))
        imaging.procedureScheme = code?.scheme
        imaging.details = details(request)
        return imaging
    }

    /// The modality among the order's details: a code of DICOM, two to sixteen capitals (PS3.16 CID 29).
    static func modality(_ request: FHIRElement) -> String? {
        request.list("orderDetail").flatMap(\.codings).first {
            $0.system == FHIRSystem.dicom && FieldRule.codeString($0.code) == nil
                && (2...16).contains($0.code.utf8.count)
                && $0.code.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        }?.code
    }

    /// `occurrenceDateTime`, or where `occurrencePeriod` starts.
    private func start(_ request: FHIRElement, _ notes: inout IntakeNotes) -> String? {
        if request.value("occurrenceTiming") != nil {
            notes.note(
                request.path("occurrenceTiming"),
                "several times in one order are not taken; send one ServiceRequest with occurrenceDateTime for each.")
        }
        let period = request.element("occurrencePeriod")
        let (text, path) =
            request.string("occurrenceDateTime").map { ($0, request.path("occurrenceDateTime")) }
            ?? (period?.string("start"), period?.path("start") ?? "")
        guard let text else { return nil }
        // A day without a time is a dateTime, too: the entry is parked until its time is known.
        if FieldRule.date(text) == nil, text.utf8.count == 10 { return text }
        if let problem = FieldRule.moment(text) {
            notes.note(path, problem)
            return nil
        }
        return text
    }

    private func study(_ request: FHIRElement, _ notes: inout IntakeNotes) -> String? {
        let identifier = request.list("identifier").first { $0.string("system") == FHIRSystem.dicomUID }
        guard let identifier, let value = identifier.string("value") else { return nil }
        let uid = value.hasPrefix("urn:oid:") ? String(value.dropFirst(8)) : value
        if let problem = FieldRule.uid(uid) {
            notes.note("\(identifier.path).value", problem)
            return nil
        }
        return uid
    }

    /// Performers that are devices: the identifier of each is an AE title.
    private func stations(_ request: FHIRElement) -> [String] {
        request.list("performer").filter(isDevice).compactMap { performer in
            let identifiers =
                [performer.element("identifier")].compactMap { $0 }
                + (resources.resolve(performer)?.list("identifier") ?? [])
            return identifiers.compactMap { $0.string("value") }.first { FieldRule.aeTitle($0) == nil }
        }
    }

    private func isDevice(_ performer: FHIRElement) -> Bool {
        performer.string("type") == "Device" || performer.string("reference")?.hasPrefix("Device/") == true
            || resources.resolve(performer)?.string("resourceType") == "Device"
    }

    private func performer(_ request: FHIRElement) -> String? {
        request.list("performer").lazy.filter { !isDevice($0) }.compactMap(person).first
    }

    /// A practitioner's name in its components, else what the reference displays.
    private func person(_ reference: FHIRElement?) -> String? {
        guard let reference else { return nil }
        if let name = resources.resolve(reference)?.list("name").first, let family = name.string("family") {
            return WorklistPersonName(
                family: family, given: name.strings("given").joined(separator: " "),
                prefix: name.strings("prefix").joined(separator: " "),
                suffix: name.strings("suffix").joined(separator: " ")
            ).components
        }
        return reference.string("display")
    }

    private func place(_ reference: FHIRElement?) -> String? {
        resources.resolve(reference)?.string("name") ?? reference?.string("display")
            ?? reference?.element("identifier")?.string("value")
    }

    private func details(_ request: FHIRElement) -> [WorklistAttribute: String] {
        var details: [WorklistAttribute: String] = [:]
        let reasons = request.list("reasonCode").compactMap(\.words)
        if !reasons.isEmpty { details[.reason] = reasons.joined(separator: ", ") }
        let comments = request.list("note").compactMap { $0.string("text") }
        if !comments.isEmpty { details[.procedureComments] = comments.joined(separator: "\n") }
        let encounter = request.element("encounter")
        details[.admissionID] =
            resources.resolve(encounter)?.list("identifier").first?.string("value")
            ?? encounter?.element("identifier")?.string("value")
        return details
    }
}
