import Core
import Foundation
import GRDB

/// A performed step with its row number.
struct StoredPerformedStep {
    let id: Int64
    let device: DeviceID
    let began: Timestamp
    let changed: Timestamp
    let step: ProcedureStep
    let attributes: [UInt8]

    private static let select = """
        SELECT p.id, d.name, p.began, p.changed, p.content, p.attributes
        FROM performed_step p JOIN device d ON d.id = p.device
        """

    private init(_ row: Columns) throws {
        id = row.int(0)
        device = DeviceID(row.text(1))
        began = Timestamp(microseconds: row.int(2))
        changed = Timestamp(microseconds: row.int(3))
        guard let step = try? JSONDecoder().decode(ProcedureStep.self, from: Data(row.text(4).utf8)) else {
            throw UnreadableRow(what: "performed_step.content of row \(id)")
        }
        self.step = step
        attributes = row.blob(5)
    }

    static func read(_ database: Database, uid: String) throws -> StoredPerformedStep? {
        try Query(database, select + " WHERE p.uid = ?").first([.text(uid)]) { try StoredPerformedStep($0) }
    }

    static func read(_ database: Database, _ id: Int64) throws -> StoredPerformedStep? {
        try Query(database, select + " WHERE p.id = ?").first([.int(id)]) { try StoredPerformedStep($0) }
    }

    static func content(_ step: ProcedureStep) throws -> SQLValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return .text(String(decoding: try encoder.encode(step), as: UTF8.self))
    }
}
