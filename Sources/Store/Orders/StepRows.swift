import Core
import GRDB

/// A scheduled step with its row number.
struct StoredStep {
    let id: Int64
    let number: Int
    let step: ScheduledStep
    /// `YYYYMMDD` and `HHMMSS` in the facility's own time, empty when not known.
    let date: String
    let time: String

    /// The columns that `init(_:from:)` reads, of `step t`.
    static let columns = """
        t.id, t.number, t.step_id, t.state, t.modality, t.station_ae, t.station_name, t.location, t.scheduled, \
        t.start_date, t.start_time, t.performing_physician, t.description, t.protocol_code, t.protocol_scheme, \
        t.protocol_meaning, t.placer, t.details, t.rp_id, t.rp_code, t.rp_text, t.rp_scheme, t.rp_study_uid
        """

    /// From the columns that begin at `first`.
    init(_ row: Columns, from first: Int32 = 0) throws {
        id = row.int(first)
        number = Int(row.int(first + 1))
        date = row.text(first + 9)
        time = row.text(first + 10)
        var step = ScheduledStep(
            id: row.text(first + 2), modality: row.text(first + 4),
            stationAEs: TextList.items(row.textOrNil(first + 5)), scheduled: row.textOrNil(first + 8),
            state: try row.code(first + 3))
        step.stationName = row.textOrNil(first + 6)
        step.location = row.textOrNil(first + 7)
        step.performingPhysician = row.textOrNil(first + 11)
        step.description = row.textOrNil(first + 12)
        if let code = row.textOrNil(first + 13) {
            step.protocolCode = WorklistCode(
                value: code, scheme: row.text(first + 14), meaning: row.text(first + 15))
        }
        step.placer = row.textOrNil(first + 16)
        step.details = OrderDetails.details(row.textOrNil(first + 17))
        if let id = row.textOrNil(first + 18) {
            step.requestedProcedure = RequestedProcedure(
                id: id, procedure: OrderedTest(code: row.text(first + 19), text: row.textOrNil(first + 20)),
                scheme: row.textOrNil(first + 21), studyUID: row.textOrNil(first + 22))
        }
        self.step = step
    }

    /// The steps of an order, by number.
    static func all(_ database: Database, order: Int64) throws -> [StoredStep] {
        try Query(database, "SELECT \(columns) FROM step t WHERE t.order_id = ? ORDER BY t.number")
            .all([.int(order)]) { try StoredStep($0) }
    }
}

/// What else an order says, in one column: names of attributes and values in turn.
enum OrderDetails {
    static func column(_ details: [WorklistAttribute: String]) -> SQLValue {
        // In one order, so that the same details are the same text.
        TextList.column(details.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { [$0.key.rawValue, $0.value] })
    }

    static func details(_ column: String?) -> [WorklistAttribute: String] {
        let items = TextList.items(column)
        var details: [WorklistAttribute: String] = [:]
        for index in stride(from: 0, to: items.count - items.count % 2, by: 2) {
            if let attribute = WorklistAttribute(rawValue: items[index]) { details[attribute] = items[index + 1] }
        }
        return details
    }
}

extension WriteSession {
    /// Writes the steps that differ from the former ones; a step's place in the list is its number.
    func write(_ steps: [ScheduledStep], former: [ScheduledStep] = [], order: Int64, received: Timestamp) throws {
        for (index, step) in steps.enumerated() where index >= former.count || former[index] != step {
            try write(step, number: index + 1, order: order, received)
        }
    }

    /// Modality and station are codes that DICOM compares without their padding (PS3.5 table 6.2-1): they are looked up
    /// by index.
    private func write(_ step: ScheduledStep, number: Int, order: Int64, _ received: Timestamp) throws {
        let stations = step.stationAEs.map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        let due = step.scheduled ?? (settings.limits.startsWhenReceived ? received.iso8601 : nil)
        let start = due.flatMap { FacilityTime(timeZone: settings.facility.timeZone).start(of: $0) }
        let procedure = step.requestedProcedure
        try query(
            """
            INSERT INTO step (order_id, number, step_id, state, modality, station, station_ae, station_name, location,
                scheduled, start_date, start_time, performing_physician, description, protocol_code, protocol_scheme,
                protocol_meaning, placer, details, rp_id, rp_code, rp_text, rp_scheme, rp_study_uid)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (order_id, number) DO UPDATE SET step_id = excluded.step_id, state = excluded.state,
                modality = excluded.modality, station = excluded.station, station_ae = excluded.station_ae,
                station_name = excluded.station_name, location = excluded.location, scheduled = excluded.scheduled,
                start_date = excluded.start_date, start_time = excluded.start_time,
                performing_physician = excluded.performing_physician, description = excluded.description,
                protocol_code = excluded.protocol_code, protocol_scheme = excluded.protocol_scheme,
                protocol_meaning = excluded.protocol_meaning, placer = excluded.placer, details = excluded.details,
                rp_id = excluded.rp_id, rp_code = excluded.rp_code, rp_text = excluded.rp_text,
                rp_scheme = excluded.rp_scheme, rp_study_uid = excluded.rp_study_uid
            """
        ).run([
            .int(order), .int(Int64(number)), .text(step.id), .code(step.state),
            .text(step.modality.trimmingBlanks()), .text(StepStation.key(stations)), TextList.column(stations),
            .text(orNull: step.stationName), .text(orNull: step.location), .text(orNull: step.scheduled),
            .text(orNull: start?.date), .text(orNull: start?.time), .text(orNull: step.performingPhysician),
            .text(orNull: step.description), .text(orNull: step.protocolCode?.value),
            .text(orNull: step.protocolCode?.scheme), .text(orNull: step.protocolCode?.meaning),
            .text(orNull: step.placer), OrderDetails.column(step.details), .text(orNull: procedure?.id),
            .text(orNull: procedure?.procedure.code), .text(orNull: procedure?.procedure.text),
            .text(orNull: procedure?.scheme), .text(orNull: procedure?.studyUID),
        ])
    }
}

/// The column that a step is looked up by for its station.
enum StepStation {
    /// No AE title: it is not among its characters that one would choose, and a step of several is found for any.
    static let several = "*"

    static func key(_ stations: [String]) -> String { stations.count > 1 ? several : stations.first ?? "" }
}
