import Core
import Foundation
import Testing

@testable import Store

/// A house with a modality: the daemon's store and, beside it, the book of steps of another process.
final class StepHouse: Sendable {
    static let study = "1.2.826.0.1.3680043.9.7"

    let house: House
    let book: ProcedureStepBook
    let fatal = Box<[StoreError]>([])

    init(
        destinations: [DestinationID] = ["hms"], forwards: [DestinationID] = [],
        configuration: StoreConfiguration = StoreConfiguration()
    ) throws {
        house = try House(destinations: destinations, configuration: configuration)
        book = try Self.book(house, destinations: destinations, forwards: forwards, configuration, fatal)
    }

    static func book(
        _ house: House, destinations: [DestinationID] = ["hms"], forwards: [DestinationID] = [],
        _ configuration: StoreConfiguration = StoreConfiguration(), _ fatal: Box<[StoreError]> = Box([])
    ) throws -> ProcedureStepBook {
        try ProcedureStepBook.open(
            folder: house.folder, facility: Facility(), destinations: destinations, forwards: forwards,
            configuration: configuration, clock: { [clock = house.clock] in clock.tick() },
            fatal: { failure in fatal.change { $0.append(failure) } })
    }

    /// An order of one step, whose ID is the accession.
    func order(_ accession: String, mrn: String = "MRN1", study: String = StepHouse.study) async throws {
        try await house.apply(.place(.imaging(accession, mrn: mrn, studyUID: study)))
    }

    @discardableResult
    func create(
        _ uid: String = "1.2.3", patient: String = "MRN1", for references: [ScheduledReference],
        bytes: String = "create"
    ) throws -> KnownProcedureStep? {
        var step = ProcedureStep(uid: uid, state: .inProgress)
        step.patientID = patient
        step.scheduled = references
        step.startDate = "20261122"
        step.startTime = "101500"
        return try send(.create, step, bytes)
    }

    @discardableResult
    func end(
        _ uid: String = "1.2.3", _ state: PerformedState = .completed, bytes: String = "end"
    ) throws -> KnownProcedureStep? {
        var step = try #require(try book.step(uid)).step
        step.state = state
        return try send(.set, step, bytes)
    }

    /// Has the book take a step as if it had been decided so; gives back what was known before.
    @discardableResult
    func send(
        _ operation: ProcedureStepRequest.Operation, _ step: ProcedureStep, _ bytes: String, status: UInt16 = 0
    ) throws -> KnownProcedureStep? {
        var seen: KnownProcedureStep?
        try book.record(request(operation, step.uid, bytes)) { known in
            seen = known
            return ProcedureStepRuling(
                result: status == 0 ? .init(step: step, attributes: Array(bytes.utf8)) : nil, status: status)
        }
        return seen
    }

    func request(_ operation: ProcedureStepRequest.Operation, _ uid: String, _ bytes: String) -> ProcedureStepRequest {
        ProcedureStepRequest(
            operation: operation, uid: uid, device: "ct-1", bytes: Array(bytes.utf8),
            transferSyntax: "1.2.840.10008.1.2.1", received: house.clock.tick())
    }

    /// What the worklist says of an accession's steps.
    func states(_ accession: String) throws -> [StepState] {
        try house.store.readers.readNow { database in
            try Query(
                database,
                """
                SELECT t.state FROM step t JOIN orders o ON o.id = t.order_id WHERE o.accession = ?
                ORDER BY o.id, t.number
                """
            ).all([.text(accession)]) { try $0.code(0, as: StepState.self) }
        }
    }
}

extension ScheduledReference {
    /// One as a modality copies it from the worklist.
    static func to(_ accession: String, study: String = StepHouse.study) -> ScheduledReference {
        ScheduledReference(studyUID: study, accession: accession, stepID: accession, requestedProcedureID: accession)
    }
}
