import Core
import GRDB

/// A stored result and where it stands.
struct StoredResult {
    let report: ReportID
    let position: Int64
    let result: LabResult
    let round: Int64
    let isReplaced: Bool
    let hold: HoldID?
    /// What the profile said of a result it holds back.
    let heldWhat: String?

    /// The columns that `init(_:performed:)` reads, of `result x`.
    static let columns = """
        x.report, x.position, x.id, x.state, x.round, x.replaced, x.hold, x.held_what, x.at, x.code, x.name, x.loinc, \
        x.kind, x.comparator, x.value, x.unit, x.device_unit, x.flags, x.device_flags, x.status, x.range, x.performed, \
        x.notes, x.occurrence, x.held, x.local
        """

    /// How many columns those are: the next one has this number.
    static let columnCount: Int32 = 26

    /// - Parameter common: `report.performed`.
    init(_ row: Columns, performed common: String?) throws {
        report = ReportID(row.int(0))
        position = row.int(1)
        round = row.int(4)
        isReplaced = row.flag(5)
        hold = row.intOrNil(6).map { HoldID($0) }
        heldWhat = row.textOrNil(7)
        let token = row.text(14)
        let value: ObservedValue
        switch try row.code(12, as: ValueKind.self) {
        case .quantity: value = .quantity(token, try row.intOrNil(13).map { try Comparator(code: $0) })
        case .text: value = .text(token)
        case .absent: value = .absent(token)
        }
        let time = common ?? row.textOrNil(21) ?? ""
        let observation = Observation(
            at: row.text(8), code: row.text(9), name: row.textOrNil(10), loinc: row.textOrNil(11),
            local: row.textOrNil(25),
            value: value,
            unit: row.textOrNil(15), deviceUnit: row.text(16), flags: TextList.items(row.textOrNil(17)),
            deviceFlags: TextList.items(row.textOrNil(18)), status: try row.code(19), range: row.textOrNil(20),
            performed: time.isEmpty ? nil : time, notes: TextList.items(row.textOrNil(22)),
            occurrence: Int(row.int(23)), held: try row.intOrNil(24).map { try HoldReason(code: $0) })
        result = LabResult(id: ResultID(hexadecimal(row.blob(2))), observation: observation, state: try row.code(3))
    }

    /// All results of a report, in the device's order.
    static func all(_ database: Database, _ report: ReportID) throws -> [StoredResult] {
        try Query(
            database,
            """
            SELECT \(columns), r.performed FROM report r JOIN result x ON x.report = r.id
            WHERE r.id = ? ORDER BY x.position
            """
        ).all([.int(report.number)]) { try StoredResult($0, performed: $0.textOrNil(columnCount)) }
    }
}

extension WriteSession {
    /// Writes the results of a new report.
    func insert(
        _ results: [LabResult], in id: ReportID, of report: SpecimenReport, holdOf: [ResultID: HoldID]
    ) throws {
        guard !results.isEmpty else { return }
        let share = RunTimes(results.map(\.observation)).common != nil
        let insert = try query(
            """
            INSERT INTO result (report, position, id, state, round, replaced, hold, held_what, at, code, name, loinc,
                kind, comparator, value, unit, device_unit, flags, device_flags, status, range, performed, notes,
                occurrence, held, local)
            VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        var position: Int64 = 0
        for result in results {
            let seen = result.observation
            let what = seen.held.flatMap { held in
                report.problems.first { $0.held == held && $0.isAbout(seen.at) }?.what
            }
            try insert.run([
                .int(id.number), .int(position), .blob(result.id.bytes), .code(result.state),
                .flag(result.state == .posted), .int(orNull: holdOf.isEmpty ? nil : holdOf[result.id]?.number),
                .text(orNull: what), .text(seen.at), .text(seen.code), .text(orNull: seen.name),
                .text(orNull: seen.loinc), .code(seen.value.kind), .int(orNull: seen.value.comparator?.code),
                .text(seen.value.token), .text(orNull: seen.unit), .text(seen.deviceUnit), TextList.column(seen.flags),
                TextList.column(seen.deviceFlags), .code(seen.status), .text(orNull: seen.range),
                .text(orNull: share ? nil : seen.performed), TextList.column(seen.notes), .int(Int64(seen.occurrence)),
                .int(orNull: seen.held?.code), .text(orNull: seen.local),
            ])
            position += 1
        }
    }
}

extension ObservedValue {
    /// The column that tells the three apart.
    var kind: ValueKind {
        switch self {
        case .quantity: .quantity
        case .text: .text
        case .absent: .absent
        }
    }
}

extension ResultID {
    /// The digest of its hex digits; empty when they are no such text.
    var bytes: [UInt8] {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for index in stride(from: 0, to: 32, by: 2) {
            guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else { return [] }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
