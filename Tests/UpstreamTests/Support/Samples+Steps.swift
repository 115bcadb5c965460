import Core

extension Sample {
    static func imagingOrder(_ accession: String = "R26-000001") -> Order {
        Order(
            accession: accession, placer: "HMS-\(accession)",
            patient: Patient(mrn: "MRN0001", mrnSystem: facility.mrnSystem, family: "RAO", given: "ASHA"),
            kind: .imaging,
            imaging: ImagingRequest(procedure: OrderedTest(code: "CTHEAD", text: "CT head"), modality: "CT"))
    }

    static func step(_ state: PerformedState, _ change: (inout DeliverableStep) -> Void = { _ in }) -> DeliverableStep {
        var step = ProcedureStep(uid: "1.2.826.0.1.3680043.9.77", state: state)
        step.patientID = "MRN0001"
        step.modality = "CT"
        step.stationName = "CT ROOM 1"
        step.location = "Radiology"
        step.description = "CT head \"plain\""
        step.procedure = WorklistCode(value: "CTHEAD", scheme: "99HMS", meaning: "CT head")
        step.scheduled = [
            ScheduledReference(studyUID: "1.2.826.0.1.3680043.9.7", accession: "R26-000001", stepID: "S1")
        ]
        if state.isFinal {
            step.series = [
                PerformedSeries(uid: "1.2.10", protocolName: "HEAD", instances: 40),
                PerformedSeries(uid: "1.2.11", protocolName: "HEAD", instances: 2),
            ]
        }
        if state == .discontinued {
            step.discontinuationReason = WorklistCode(
                value: "110514", scheme: "DCM", meaning: "Incorrect worklist entry selected")
        }
        var performed = DeliverableStep(
            step: step, device: "ct-1", orders: [imagingOrder()], started: "2026-11-22T10:15:00+05:30",
            ended: state.isFinal ? "2026-11-22T10:30:00+05:30" : nil,
            received: Timestamp(microseconds: 1_795_000_000_000_000))
        change(&performed)
        return performed
    }
}
