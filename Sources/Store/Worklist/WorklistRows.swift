import Core
import GRDB

/// Scheduled steps as worklist entries.
enum WorklistRows {
    /// What an entry is made of, of `step t`, `orders o` and `mrn_system s`.
    static let select = "SELECT \(StoredOrder.columns), \(StoredStep.columns)"

    static func entry(_ row: Columns) throws -> WorklistEntry {
        WorklistEntry(try StoredOrder(row).order, try StoredStep(row, from: StoredOrder.columnCount))
    }

    /// Hands steps that are still to be performed and satisfy a preselection to `body` until it says false.
    static func each(
        _ database: Database, _ preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool
    ) throws {
        if let name = preselection.name, preselection.isLookedUpByName {
            return try eachNamed(database, name, preselection, body)
        }
        let (sql, values) = statement(preselection)
        let name = preselection.name
        try Query(database, sql).eachWhile(values) { row in
            // Looked at before anything of the row is decoded.
            if let name, !row.withUTF8(foldedColumn, { name.matches(folded: $0) }) { return true }
            return try body(entry(row))
        }
    }

    private static let foldedColumn = StoredOrder.columnCount + 23

    /// Where the name alone restricts much, the index of folded names is gone over first, which holds nothing else.
    private static func eachNamed(
        _ database: Database, _ name: WorklistNameKey, _ preselection: WorklistPreselection,
        _ body: (WorklistEntry) throws -> Bool
    ) throws {
        var found: [Int64] = []
        try Query(
            database,
            "SELECT id, name_folded FROM orders INDEXED BY orders_name "
                + "WHERE kind = \(OrderKind.imaging.code) AND state = \(OrderState.open.code)"
        ).each { row in if row.withUTF8(1, { name.matches(folded: $0) }) { found.append(row.int(0)) } }
        var (sql, values) = statement(preselection, byOrder: true)
        sql += " AND t.order_id = ?"
        let query = try Query(database, sql)
        var goesOn = true
        for id in found where goesOn {
            try query.eachWhile(values + [.int(id)]) { row in
                goesOn = try body(entry(row))
                return goesOn
            }
        }
    }

    /// `state <= 2` and `kind = 2 AND state = 0` stand there for the partial indexes.
    ///
    /// The index is named, because SQLite knows nothing of how many steps a station has: `byOrder` for a statement that
    /// goes from an order to its steps.
    static func statement(
        _ preselection: WorklistPreselection, byOrder: Bool = false
    ) -> (sql: String, values: [SQLValue]) {
        var conditions = Conditions()
        if !preselection.includesEveryState {
            conditions.add("t.state <= 2")
            if !preselection.includesStarted { conditions.add("t.state = \(StepState.scheduled.code)") }
            conditions.add("o.state = \(OrderState.open.code)")
        }
        conditions.add("o.kind = \(OrderKind.imaging.code)")
        if let day = preselection.earliestDate, day == preselection.latestDate {
            // One value leaves the rest of the index to look up by.
            conditions.add("t.start_date = ?", .text(day))
        } else {
            if let earliest = preselection.earliestDate { conditions.add("t.start_date >= ?", .text(earliest)) }
            if let latest = preselection.latestDate { conditions.add("t.start_date <= ?", .text(latest)) }
        }
        // A step without a modality may be given one by a rule.
        if let modality = preselection.modality?.trimmingBlanks() {
            conditions.add("t.modality IN (?, '')", .text(modality))
        }
        if let station = preselection.stationAETitle?.trimmingBlanks() {
            conditions.add("t.station IN (?, '', '\(StepStation.several)')", .text(station))
        }
        conditions.add("o.accession", equals: preselection.accession)
        conditions.add("o.mrn", equals: preselection.patientID)
        let sql =
            "\(select), o.name_folded FROM step t\(byOrder ? "" : preselection.index) JOIN orders o ON o.id = t.order_id "
            + "JOIN mrn_system s ON s.id = o.mrn_system\(conditions.sql)"
        return (sql, conditions.values)
    }
}

extension WorklistPreselection {
    /// ` INDEXED BY` what restricts most of the steps that may be shown; empty where the order restricts more.
    fileprivate var index: String {
        guard !includesEveryState, accession == nil, patientID == nil else { return "" }
        if stationAETitle != nil { return " INDEXED BY step_station" }
        if modality != nil { return " INDEXED BY step_modality" }
        return earliestDate != nil || latestDate != nil ? " INDEXED BY step_date" : ""
    }

    /// Whether nothing restricts it more than the name does.
    fileprivate var isLookedUpByName: Bool {
        stationAETitle == nil && accession == nil && patientID == nil && !includesEveryState
            && (earliestDate == nil || latestDate == nil)
    }
}

extension WorklistPersonName {
    init(_ patient: Patient) {
        self.init(
            family: patient.family ?? "", given: patient.given ?? "", prefix: patient.prefix ?? "",
            suffix: patient.suffix ?? "")
        ideographic = patient.ideographic ?? ""
        phonetic = patient.phonetic ?? ""
    }
}

extension WorklistEntry {
    /// A scheduled step of an imaging order.
    init(_ order: Order, _ stored: StoredStep) {
        let imaging = order.imaging
        let step = stored.step
        let own = step.requestedProcedure
        let procedure = own?.procedure ?? imaging?.procedure
        let scheme = own.map { $0.scheme } ?? imaging?.procedureScheme
        let description = procedure?.text ?? procedure?.code ?? ""
        self.init(
            accession: order.accession, patientName: WorklistPersonName(order.patient), patientID: order.patient.mrn,
            modality: step.modality, stationAETitles: step.stationAEs, startDate: stored.date,
            startTime: stored.time, stepDescription: step.description ?? step.protocolCode?.meaning ?? description,
            stepID: step.id,
            requestedProcedureID: own?.id ?? imaging?.requestedProcedureID ?? order.accession,
            requestedProcedureDescription: description,
            studyInstanceUID: own?.studyUID ?? imaging?.studyUID ?? "")
        // A date less than whole is no DICOM date (PS3.5 table 6.2-1).
        let digits = (order.patient.birthDate ?? "").filter { $0 != "-" }
        birthDate = DICOMDate(digits)?.text ?? ""
        switch order.patient.sex {
        case .male: sex = "M"
        case .female: sex = "F"
        case .other: sex = "O"
        case .unknown, nil: sex = ""
        }
        if let procedure, !procedure.code.isEmpty {
            procedureCode = WorklistCode(
                value: procedure.code, scheme: scheme ?? WorklistCode.localScheme, meaning: description)
        }
        protocolCode = step.protocolCode ?? procedureCode
        switch order.priority {
        case .stat: priority = "STAT"
        case .urgent: priority = "HIGH"
        case .routine: priority = "ROUTINE"
        }
        location = step.location ?? ""
        performingPhysician = step.performingPhysician.map { WorklistPersonName(components: $0) }
        requestingPhysician = imaging?.requestedBy.map { WorklistPersonName(components: $0) }
        referringPhysician = imaging?.referringPhysician.map { WorklistPersonName(components: $0) }
        stepNumber = stored.number
        // A step goes the way of its order.
        switch order.state {
        case .open: state = step.state
        case .cancelled: state = .cancelled
        case .completed: state = step.state == .discontinued ? .discontinued : .completed
        }
        details = (imaging?.details ?? [:]).merging(step.details) { $1 }
        details[.stationName] = step.stationName
        details[.placerOrderNumber] = step.placer ?? order.placer
    }
}
