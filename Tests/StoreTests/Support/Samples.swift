import Core
import Dispatch

@testable import Store

extension JournalEntry {
    static func message(
        _ text: String = "MSH|", from device: DeviceID = "haem-1", ending: MessageEnding = .complete,
        at moment: Timestamp = Timestamp(microseconds: 1_795_000_000_000_000)
    ) -> JournalEntry {
        JournalEntry(device: device, wire: .hl7, bytes: Array(text.utf8), ending: ending, received: moment)
    }

    static func part(
        _ number: Int, of message: MessageID?, _ text: String, _ ending: MessageEnding, from device: DeviceID = "chem-1"
    ) -> JournalEntry {
        JournalEntry(
            device: device, wire: .astm, message: message, part: number, bytes: Array(text.utf8), ending: ending,
            received: Timestamp(microseconds: 1_795_000_000_000_000))
    }
}

extension Order {
    static func laboratory(
        _ accession: String, mrn: String = "MRN1", state: OrderState = .open, tests: [String] = ["CBC"]
    ) -> Order {
        Order(
            accession: accession,
            patient: Patient(mrn: mrn, mrnSystem: Facility().mrnSystem, family: "RAO", given: "ASHA"),
            kind: .laboratory, state: state, tests: tests.map { OrderedTest(code: $0) })
    }

    static func imaging(
        _ accession: String, mrn: String = "MRN1", modality: String = "CT", station: String? = "CT01",
        scheduled: String? = "2026-11-22T10:00:00+05:30", studyUID: String? = nil
    ) -> Order {
        Order(
            accession: accession,
            patient: Patient(mrn: mrn, mrnSystem: Facility().mrnSystem, family: "RAO", given: "ASHA"),
            kind: .imaging,
            imaging: ImagingRequest(
                procedure: OrderedTest(code: "CTHEAD", text: "CT head"), modality: modality, stationAE: station,
                scheduled: scheduled, studyUID: studyUID))
    }
}

extension Observation {
    static func of(
        _ code: String, _ value: String, at line: Int = 1, status: ObservationStatus = .final,
        performed: String? = "2026-11-22T09:31:07+05:30", held: HoldReason? = nil
    ) -> Observation {
        Observation(
            at: "OBX|\(line)", code: code, value: .quantity(value, nil), unit: "10*3/uL", deviceUnit: "10^3/uL",
            status: status, performed: performed, held: held)
    }
}

extension SpecimenReport {
    static func of(
        _ specimen: String, _ observations: Observation..., patient: String? = nil, kind: ReportKind = .result,
        problems: [Problem] = []
    ) -> SpecimenReport {
        SpecimenReport(
            kind: kind, specimen: specimen, patient: patient.flatMap { PatientClaim(value: $0) },
            observations: observations, problems: problems)
    }
}

/// Keeps the writer's thread busy inside a transaction until it is opened.
struct Gate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// Returns when the writer stands in the gate.
    init(_ store: Store) {
        let (entered, opened) = (entered, opened)
        store.writer.submit(
            Job(guarded: true) { _ in
                entered.signal()
                opened.wait()
            } done: { _ in
            }, lane: .urgent)
        entered.wait()
    }

    func open() { opened.signal() }
}
