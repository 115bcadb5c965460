import Core

extension Transaction {
    /// Writes what a modality did as a Procedure (https://hl7.org/fhir/R4/procedure.html).
    ///
    /// It goes by the UID of its performed procedure step, `PUT Procedure?identifier=urn:dicom:uid|urn:oid:UID`: the same
    /// step again changes nothing, its end replaces its beginning. The patient is the orders', not the modality's words.
    public init(_ step: DeliverableStep, facility: Facility) {
        var json = JSONWriter(capacity: 2_048)
        json.raw(#"{"resourceType":"Bundle","type":"transaction","entry":["#)
        json.procedure(step, facility)
        json.raw("]}")
        self.init(bytes: json.bytes, entries: 1)
    }
}

extension ProcedureStep {
    /// The code of https://hl7.org/fhir/R4/valueset-event-status.html: what was given up before anything was made was
    /// not done. Of a step that nothing was heard of any more nobody knows: the images may be made.
    var procedureStatus: StaticString {
        switch state {
        case .inProgress: "in-progress"
        case .completed: "completed"
        case .discontinued: wasGivenUp ? "unknown" : series.isEmpty ? "not-done" : "stopped"
        }
    }
}

extension DeliverableStep {
    /// An end before the beginning makes no period (https://hl7.org/fhir/R4/datatypes.html#Period): it is left out.
    var period: (start: String?, end: String?) {
        let start = started.flatMap { isFHIRDateTime($0) ? $0 : nil }
        let end = ended.flatMap { isFHIRDateTime($0) ? $0 : nil }
        // Both have the same offset, so that they compare as texts.
        if let start, let end, end < start { return (start, nil) }
        return (start, end)
    }
}

extension JSONWriter {
    mutating func procedure(_ performed: DeliverableStep, _ facility: Facility) {
        let step = performed.step
        raw(#"{"fullUrl":""#)
        uuid(stableID(["procedure", step.uid]))
        raw(#"","resource":{"resourceType":"Procedure","identifier":[{"system":"urn:dicom:uid","value":"#)
        string("urn:oid:\(step.uid)")
        raw(#"}],"basedOn":["#)
        for (index, order) in performed.orders.enumerated() {
            if index > 0 { raw(",") }
            raw(#"{"type":"ServiceRequest","identifier":"#)
            identifier(type: "ACSN", system: facility.accessionSystem, value: order.accession)
            if let placer = order.placer, !placer.isEmpty {
                raw(#"},{"type":"ServiceRequest","identifier":"#)
                identifier(type: "PLAC", system: nil, value: placer)
            }
            raw("}")
        }
        raw(#"],"status":""#)
        raw(step.procedureStatus)
        raw(#"","#)
        if step.state == .discontinued { statusReason(step) }
        raw(#""category":{"coding":[{"system":"http://snomed.info/sct","code":"363679005","display":"Imaging"}]},"#)
        code(step, performed.orders)
        if let order = performed.orders.first {
            raw(#""subject":{"type":"Patient","identifier":"#)
            identifier(type: "MR", system: order.patient.mrnSystem, value: order.patient.mrn)
            raw("},")
        }
        period(performed)
        raw(#""performer":[{"actor":{"type":"Device","identifier":{"system":"urn:labrador:device","value":"#)
        string(performed.device.text)
        raw(#"},"display":"#)
        string(step.stationName.isEmpty ? performed.device.text : step.stationName)
        raw("}}]")
        if !step.location.isEmpty {
            raw(#","location":{"display":"#)
            string(step.location)
            raw("}")
        }
        notes(step)
        raw("},")
        conditionalUpdate("Procedure?identifier=urn%3Adicom%3Auid", "urn:oid:\(step.uid)")
        raw("}")
    }

    private mutating func statusReason(_ step: ProcedureStep) {
        if let reason = step.discontinuationReason {
            raw(#""statusReason":{"#)
            coding(reason)
            raw(#""text":"#)
            string(reason.meaning.isEmpty ? reason.value : reason.meaning)
            raw("},")
        } else if step.wasGivenUp {
            raw(#""statusReason":{"text":"The modality never told of the end"},"#)
        }
    }

    /// What was done; where the modality gave no code, what was ordered.
    private mutating func code(_ step: ProcedureStep, _ orders: [Order]) {
        let ordered = orders.first?.imaging?.procedure
        raw(#""code":{"#)
        if let procedure = step.procedure { coding(procedure) }
        let texts = [step.description, step.procedure?.meaning ?? "", ordered?.text ?? "", ordered?.code ?? ""]
        raw(#""text":"#)
        string(texts.first { !$0.isEmpty } ?? "\(step.modality) examination")
        raw("},")
    }

    /// DICOM's own designators have a system (PS3.16 section 8); a local one has none that others know.
    private mutating func coding(_ code: WorklistCode) {
        guard !code.value.isEmpty else { return }
        raw(#""coding":[{"#)
        switch code.scheme {
        case "DCM": raw(#""system":"http://dicom.nema.org/resources/ontology/DCM","#)
        case "SCT": raw(#""system":"http://snomed.info/sct","#)
        case "LN": raw(#""system":"http://loinc.org","#)
        default: break
        }
        raw(#""code":"#)
        string(code.value)
        if !code.meaning.isEmpty {
            raw(#","display":"#)
            string(code.meaning)
        }
        raw("}],")
    }

    private mutating func period(_ performed: DeliverableStep) {
        let (start, end) = performed.period
        guard start != nil || end != nil else { return }
        raw(#""performedPeriod":{"#)
        if let start {
            raw(#""start":"#)
            string(start)
            if end != nil { raw(",") }
        }
        if let end {
            raw(#""end":"#)
            string(end)
        }
        raw("},")
    }

    private mutating func notes(_ step: ProcedureStep) {
        var texts: [String] = []
        if !step.series.isEmpty {
            let instances = step.series.reduce(0) { $0 + $1.instances }
            texts.append("Series: \(step.series.count); images and other objects: \(instances)")
        }
        let studies = Set(step.scheduled.map(\.studyUID).filter { !$0.isEmpty }).sorted()
        texts += studies.map { "Study Instance UID: \($0)" }
        for (index, text) in texts.enumerated() {
            raw(index == 0 ? #","note":[{"text":"# : #",{"text":"#)
            string(text)
            raw("}")
        }
        if !texts.isEmpty { raw("]") }
    }
}
