/// Reads one ServiceRequest.
struct FHIROrderReader {
    let resources: FHIRResources
    let facility: Facility

    /// The change it asks for; nil when it has mistakes, which are noted.
    func change(_ request: FHIRElement, _ notes: inout IntakeNotes) -> OrderChange? {
        let before = notes.count
        refuseTurnedMeaning(request, &notes)
        let status = status(request, &notes)
        let kind = kind(request, &notes)
        let patient = FHIRPatientReader(resources: resources, facility: facility)
            .patient(request.element("subject"), at: request.path("subject"), &notes)
        let numbers = FHIROrderNumbers(request, resources, facility)
        let accession = kind.flatMap { numbers.accession($0) }
        if kind != nil, accession == nil {
            notes.note(
                request.path("identifier"),
                "holds no accession number: an identifier with type ACSN (HL7 table 0203)"
                    + (kind == .laboratory ? ", or the specimen's accessionIdentifier" : "") + " is expected.")
        }
        let code = code(request, &notes)
        var order = Order(
            accession: accession ?? "", placer: numbers.placer,
            patient: patient ?? Patient(mrn: "", mrnSystem: facility.mrnSystem), kind: kind ?? .laboratory,
            priority: priority(request, &notes) ?? .routine)
        order.keepsPriority = request.value("priority") == nil
        switch kind {
        case .imaging:
            order.imaging = FHIRImagingReader(resources: resources)
                .imaging(request, code, isRequired: status == .open, &notes)
        case .laboratory:
            order.tests = code.map { [$0.test] } ?? []
            order.specimen = specimen(request, &notes)
        case nil: break
        }
        guard notes.count == before, let status else { return nil }
        order.state = status
        return status == .cancelled ? .cancel(order) : .place(order)
    }

    private func refuseTurnedMeaning(_ request: FHIRElement, _ notes: inout IntakeNotes) {
        if request.value("modifierExtension") != nil {
            notes.note(
                request.path("modifierExtension"),
                "may turn the order's meaning, and is not understood: nothing is taken.")
        }
        if request.value("doNotPerform") == .bool(true) {
            notes.note(request.path("doNotPerform"), "asks that something be not done; such orders are not taken.")
        }
        let intents = ["order", "original-order", "reflex-order", "filler-order", "instance-order"]
        if let intent = request.string("intent"), !intents.contains(intent) {
            notes.note(
                request.path("intent"),
                "\"\(intent)\" is no order; one of \(intents.joined(separator: ", ")) is expected.")
        } else if request.string("intent") == nil {
            notes.note(request.path("intent"), "is missing; an order says \"order\".")
        }
    }

    private func status(_ request: FHIRElement, _ notes: inout IntakeNotes) -> OrderState? {
        switch request.string("status") {
        case "active": return .open
        case "completed": return .completed
        case "revoked", "entered-in-error": return .cancelled
        case nil: notes.note(request.path("status"), "is missing; an order to be done is active.")
        case let other?:
            notes.note(
                request.path("status"),
                "\"\(other)\" is not taken: active, completed, revoked or entered-in-error is expected. Labrador does "
                    + "not put orders on hold.")
        }
        return nil
    }

    private func priority(_ request: FHIRElement, _ notes: inout IntakeNotes) -> OrderPriority? {
        switch request.string("priority") {
        case nil: return nil
        case "routine": return .routine
        case "urgent", "asap": return .urgent
        case "stat": return .stat
        case let other?:
            notes.note(request.path("priority"), "\"\(other)\" is not one of routine, urgent, asap or stat.")
            return nil
        }
    }

    /// By category, else by a modality among the details.
    private func kind(_ request: FHIRElement, _ notes: inout IntakeNotes) -> OrderKind? {
        for coding in request.list("category").flatMap(\.codings) {
            switch (coding.system, coding.code) {
            case (FHIRSystem.snomed, "363679005"), (FHIRSystem.observationCategory, "imaging"),
                (FHIRSystem.section, "RAD"):
                return .imaging
            case (FHIRSystem.snomed, "108252007"), (FHIRSystem.observationCategory, "laboratory"),
                (FHIRSystem.section, "LAB"):
                return .laboratory
            default: continue
            }
        }
        if FHIRImagingReader.modality(request) != nil { return .imaging }
        notes.note(
            request.path("category"),
            "does not tell imaging from laboratory: SNOMED CT 363679005 (imaging) or 108252007 (laboratory) is expected."
        )
        return nil
    }

    private func code(
        _ request: FHIRElement, _ notes: inout IntakeNotes
    ) -> (test: OrderedTest, scheme: String?)? {
        guard let concept = request.element("code"), let coding = concept.codings.first else {
            if request.string("status") == "active" {
                notes.note(request.path("code"), "has no coding: what is ordered goes by its code.")
            }
            return nil
        }
        return (
            OrderedTest(code: coding.code, text: concept.string("text") ?? coding.display),
            FHIRSystem.designator(coding.system)
        )
    }

    private func specimen(_ request: FHIRElement, _ notes: inout IntakeNotes) -> OrderedSpecimen? {
        guard let specimen = resources.resolve(request.list("specimen").first) else { return nil }
        let collection = specimen.element("collection")
        var collected = collection?.string("collectedDateTime")
        if let text = collected, let problem = FieldRule.moment(text) {
            notes.note("\(specimen.path).collection.collectedDateTime", problem)
            collected = nil
        }
        return OrderedSpecimen(type: specimen.element("type")?.words, collected: collected)
    }
}

/// The numbers of an order.
struct FHIROrderNumbers {
    private let identifiers: [FHIRElement]
    private let specimen: FHIRElement?
    private let facility: Facility

    init(_ request: FHIRElement, _ resources: FHIRResources, _ facility: Facility) {
        identifiers = request.list("identifier").filter { $0.string("use") != "old" }
        specimen = resources.resolve(request.list("specimen").first)
        self.facility = facility
    }

    /// Laboratory: the specimen's number, else type ACSN or the facility's system of accessions, else the filler's, else
    /// the placer's; imaging: ACSN, else the filler's.
    func accession(_ kind: OrderKind) -> String? {
        let own =
            typed("ACSN") ?? identifiers.first { $0.string("system") == facility.accessionSystem }?.string("value")
        switch kind {
        case .imaging: return own ?? typed("FILL")
        case .laboratory:
            return specimen?.element("accessionIdentifier")?.string("value") ?? own ?? typed("FILL") ?? placer
        }
    }

    /// Type PLAC, else the one identifier that is nothing else.
    var placer: String? {
        if let placer = typed("PLAC") { return placer }
        let others = identifiers.filter {
            $0.identifierTypes.isEmpty && $0.string("system") != facility.accessionSystem
                && $0.string("system") != FHIRSystem.dicomUID
        }
        return others.count == 1 ? others[0].string("value") : nil
    }

    private func typed(_ type: String) -> String? {
        identifiers.first { $0.identifierTypes.contains(type) }?.string("value")
    }
}
