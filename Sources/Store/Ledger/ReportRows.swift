import Core
import GRDB

/// A stored report without its results.
struct StoredReport {
    let id: ReportID
    let message: MessageID
    let device: DeviceID
    let deviceNumber: Int64
    let received: Timestamp
    let recorded: Timestamp
    let kind: ReportKind
    let specimen: String
    /// The run time of all results; nil when they differ.
    let performed: String?
    let duplicates: Int64
    let rounds: Int64
    let isAssigned: Bool
    let order: Int64?
    let problem: String?
    let claim: PatientClaim?
    /// The message's digest where nothing else identifies the results, else empty.
    let scope: String
    /// Whether it is a part of one report of its specimen that grows.
    let grows: Bool

    /// The columns that `init(_:)` reads, of `report r` joined with `device d`.
    static let columns = """
        r.id, r.message, d.name, r.device, r.received, r.recorded, r.kind, r.specimen, r.performed, r.duplicates, \
        r.rounds, r.assigned, r.order_id, r.problem, r.claim, r.authority, r.scope, r.grows
        """

    init(_ row: Columns) throws {
        id = ReportID(row.int(0))
        message = MessageID(row.int(1))
        device = DeviceID(row.text(2))
        deviceNumber = row.int(3)
        received = Timestamp(microseconds: row.int(4))
        recorded = Timestamp(microseconds: row.int(5))
        kind = try row.code(6)
        specimen = row.text(7)
        performed = row.textOrNil(8)
        duplicates = row.int(9)
        rounds = row.int(10)
        isAssigned = row.flag(11)
        order = row.intOrNil(12)
        problem = row.textOrNil(13)
        claim = PatientClaim(value: row.text(14), authority: row.textOrNil(15))
        scope = row.text(16)
        grows = row.flag(17)
    }

    static func read(_ database: Database, _ id: ReportID) throws -> StoredReport? {
        try Query(database, "SELECT \(columns) FROM report r JOIN device d ON d.id = r.device WHERE r.id = ?")
            .first([.int(id.number)]) { try StoredReport($0) }
    }
}

extension WriteSession {
    /// Writes a report's own row and its run times.
    func insert(
        _ report: SpecimenReport, of message: JournalledMessage, scope: String, device: Int64, results: [LabResult],
        duplicates: Int, order: Int64?
    ) throws -> ReportID {
        let runs = RunTimes(results.map(\.observation))
        try query(
            """
            INSERT INTO report (message, device, received, recorded, kind, specimen, scope, performed, results,
                duplicates, rounds, assigned, order_id, problem, claim, authority, grows)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)
            """
        ).run([
            .int(message.id.number), .int(device), .int(message.received.microseconds), .int(now.microseconds),
            .code(report.kind), .text(report.specimen), .text(scope), .text(orNull: runs.common),
            .int(Int64(results.count)),
            .int(Int64(duplicates)), .flag(results.contains { $0.state == .posted }), .int(orNull: order),
            .text(orNull: report.specimenProblem), .text(orNull: report.patient?.value),
            .text(orNull: report.patient?.authority), .flag(report.growsWithSpecimen),
        ])
        let id = ReportID(lastID)
        if runs.common == nil {
            let insert = try query(
                "INSERT INTO report_run (specimen, device, performed, scope, report) VALUES (?, ?, ?, ?, ?)")
            for time in runs.distinct {
                try insert.run([.text(report.specimen), .int(device), .text(time), .text(scope), .int(id.number)])
            }
        }
        return id
    }
}

/// The run times of some observations; one without counts as empty.
struct RunTimes {
    /// Each once.
    let distinct: [String]
    /// The one that all share.
    var common: String? { distinct.count == 1 ? distinct.first : distinct.isEmpty ? "" : nil }

    init(_ observations: [Observation]) {
        guard let first = observations.first else {
            distinct = []
            return
        }
        let time = first.performed ?? ""
        if observations.allSatisfy({ ($0.performed ?? "") == time }) {
            distinct = [time]
        } else {
            distinct = Set(observations.map { $0.performed ?? "" }).sorted()
        }
    }
}
