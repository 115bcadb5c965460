import Core
import HL7

/// What an order group says of imaging (IHE RAD-4 and RAD-13: IPC of OMI^O23; OBR-18 to OBR-20 and ZDS of ORM^O01).
extension OrderGroup {
    /// The request; nil parts of it say nothing, empty texts clear.
    func imagingRequest(_ circumstances: PatientCircumstances, timeZone: String) -> ImagingRequest {
        var request = ImagingRequest(
            procedure: requestedProcedure ?? OrderedTest(code: ""), steps: scheduledSteps(timeZone: timeZone),
            studyUID: studyUID, requestedBy: firstSaid(obr?.person(16), orc?.person(12)))
        request.procedureScheme = requestedProcedure == nil ? nil : procedureScheme
        request.requestedProcedureID = firstSaid(ipc?.said(2), isIHE ? obr?.said(19) : nil)
        request.referringPhysician = circumstances.referringPhysician
        request.details = circumstances.details.merging(details) { $1 }
        return request
    }

    /// IPC-3.1, else ZDS-1.1 (IHE and Bahmni).
    var studyUID: String? { first(ipc?.text(field: 3, component: 1), zds?.text(field: 1, component: 1)) }

    /// Where OBR-18 holds the accession, OBR-19 and OBR-20 are requested procedure and scheduled step (IHE RAD-4);
    /// elsewhere they are anybody's.
    private var isIHE: Bool { first(obr?.text(field: 18, component: 1)) != nil }

    /// OBR-44 where it says something, since OBR-4 is the protocol then; else OBR-4.
    private var requestedProcedure: OrderedTest? {
        if let code = first(obr?.text(field: 44, component: 1)) {
            return OrderedTest(code: code, text: first(obr?.text(field: 44, component: 2)))
        }
        return test
    }

    /// The coding system; `L` and `99zzz` mean the HMS's own, HL7's names become those of PS3.16 table 8-1.
    private var procedureScheme: String? {
        let field = first(obr?.text(field: 44, component: 1)) == nil ? 4 : 44
        return obr.flatMap { Self.scheme($0.said(field, 3)) }
    }

    /// A Coding Scheme Designator (VR SH) for a name of HL7 table 0396; nil for the HMS's own.
    static func scheme(_ name: String?) -> String? {
        guard let name, !name.isEmpty, name != "L" else { return nil }
        switch name.uppercased() {
        case "SNM", "SCT", "SNOMED", "SNOMED-CT", "SNOMEDCT": return "SCT"
        case "LN", "LOINC": return "LN"
        case "C4", "CPT", "CPT4", "CPT-4": return "C4"
        case "DCM": return "DCM"
        default: return name.unicodeScalars.count <= 16 ? name : nil
        }
    }

    private func scheduledSteps(timeZone: String) -> [ScheduledStep] {
        guard !ipcs.isEmpty else { return [step(nil, tq1: tq1, timeZone: timeZone)] }
        let isPaired = tq1s.count == ipcs.count
        return ipcs.enumerated().map { index, ipc in
            step(ipc, tq1: isPaired ? tq1s[index] : tq1, timeZone: timeZone)
        }
    }

    private func step(_ ipc: HL7Segment?, tq1: HL7Segment?, timeZone: String) -> ScheduledStep {
        var step = ScheduledStep(
            id: first(ipc?.text(field: 4, component: 1)) ?? (isIHE ? first(obr?.text(field: 20, component: 1)) : nil)
                ?? "",
            modality: first(ipc?.text(field: 5, component: 1)) ?? modality ?? "", stationAEs: stations(ipc),
            scheduled: scheduled(tq1: tq1, timeZone: timeZone))
        step.stationName = ipc?.said(7)
        step.location = ipc.flatMap { firstSaid($0.said(8, 1), $0.said(8, 2)) }
        step.performingPhysician = obr?.clinician(34)
        step.protocolCode = protocolCode(ipc)
        step.description = step.protocolCode.map(\.meaning)
        step.placer = placer
        return step
    }

    /// IPC-9; `""` says that none is scheduled any more.
    private func stations(_ ipc: HL7Segment?) -> [String] {
        guard let ipc, ipc.repeats(9) > 0 else { return [] }
        return (1...min(ipc.repeats(9), HL7Bounds.repetitions)).compactMap { ipc.said(9, repeat: $0) }
    }

    /// IPC-6; without IPC the alternate code of OBR-4, or OBR-4 itself beside OBR-44, where it is not the procedure's
    /// once more.
    private func protocolCode(_ ipc: HL7Segment?) -> WorklistCode? {
        if let ipc {
            return Self.code(ipc.said(6, 1), ipc.said(6, 2), ipc.said(6, 3))
        }
        guard let obr else { return nil }
        let alternate = Self.code(obr.said(4, 4), obr.said(4, 5), obr.said(4, 6))
        let own =
            first(obr.text(field: 44, component: 1)) == nil
            ? nil : Self.code(obr.said(4, 1), obr.said(4, 2), obr.said(4, 3))
        guard let code = alternate ?? own, code.value != requestedProcedure?.code else { return nil }
        return code
    }

    private static func code(_ value: String?, _ meaning: String?, _ system: String?) -> WorklistCode? {
        guard let value else { return nil }
        if value.isEmpty { return WorklistCode(value: "", scheme: "", meaning: "") }
        return WorklistCode(
            value: value, scheme: scheme(system) ?? WorklistCode.localScheme, meaning: meaning?.nonEmpty ?? value)
    }

    /// TQ1-7, else ORC-7.4, else OBR-27.4, else OBR-36, as ISO 8601.
    private func scheduled(tq1: HL7Segment?, timeZone: String) -> String? {
        let text = firstSaid(tq1?.said(7), orc?.said(7, 4), obr?.said(27, 4), obr?.said(36))
        return text.flatMap { $0.isEmpty ? "" : HL7Date.isoMoment($0, timeZone: timeZone) }
    }

    /// Of the procedure: IHE TF-2 appendix B names the fields.
    private var details: [WorklistAttribute: String] {
        var details: [WorklistAttribute: String] = [:]
        details[.patientState] = obr?.meaning(12)
        details[.medicalAlerts] = obr?.said(13, nil)
        details[.transport] = obr.flatMap { firstSaid($0.said(30, 1), $0.said(30, 2)) }
        let reasons = obr?.meanings(31) ?? []
        if !reasons.isEmpty { details[.reason] = reasons.filter { !$0.isEmpty }.joined(separator: ", ") }
        let recipients = obr?.person(28)
        if let recipients { details[.intendedRecipients] = recipients }
        details[.requestingService] = orc.flatMap { firstSaid($0.said(17, 2), $0.said(17, 1)) }
        details[.fillerOrderNumber] = firstSaid(obr?.said(3), orc?.said(3))
        let comments = notes.compactMap { $0.said(3, nil)?.nonEmpty }.joined(separator: "\n")
        if !comments.isEmpty { details[.procedureComments] = comments }
        details.merge(Measures.details(observations)) { $1 }
        return details
    }
}

extension ImagingRequest {
    /// This request with the steps of a further order group of the same accession.
    ///
    /// What that group asks for is the same requested procedure if its ID is, or if it has none and the code is the same.
    mutating func join(_ later: ImagingRequest, placer: String?) {
        let isSame =
            later.requestedProcedureID.map { $0 == requestedProcedureID }
            ?? (later.procedure.code.isEmpty || later.procedure.code == procedure.code)
        if isSame { studyUID = studyUID ?? later.studyUID }
        // One more than an order may have, so that too many are seen.
        for var step in later.steps.prefix(Order.mostSteps + 1 - steps.count) {
            if !isSame {
                step.requestedProcedure = RequestedProcedure(
                    id: later.requestedProcedureID ?? Self.short(placer) ?? "", procedure: later.procedure,
                    scheme: later.procedureScheme, studyUID: later.studyUID)
            }
            step.details = later.details.filter { details[$0.key] != $0.value }
            steps.append(step)
        }
    }

    /// What fits a Requested Procedure ID (VR SH).
    private static func short(_ text: String?) -> String? {
        text.flatMap { $0.unicodeScalars.count <= Order.stepIDCharacters ? $0 : nil }
    }
}
