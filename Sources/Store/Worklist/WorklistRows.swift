import Core
import GRDB

/// Imaging orders as worklist entries.
enum WorklistRows {
    /// Hands open imaging orders that satisfy a preselection to `body` until it says false.
    static func each(
        _ database: Database, _ preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool
    ) throws {
        var conditions = Conditions()
        conditions.add("o.kind = \(OrderKind.imaging.code)")
        conditions.add("o.state = \(OrderState.open.code)")
        if let earliest = preselection.earliestDate { conditions.add("o.start_date >= ?", .text(earliest)) }
        if let latest = preselection.latestDate { conditions.add("o.start_date <= ?", .text(latest)) }
        conditions.add("o.modality", equals: preselection.modality?.trimmingBlanks())
        if let station = preselection.stationAETitle?.trimmingBlanks() {
            conditions.add("(o.station_ae = ? OR o.station_ae IS NULL OR o.station_ae = '')", .text(station))
        }
        conditions.add("o.accession", equals: preselection.accession)
        conditions.add("o.mrn", equals: preselection.patientID)
        try Query(
            database,
            "SELECT \(StoredOrder.columns), o.start_date, o.start_time FROM orders o "
                + "JOIN mrn_system s ON s.id = o.mrn_system\(conditions.sql)"
        ).eachWhile(conditions.values) { row in
            try body(WorklistEntry(try StoredOrder(row).order, date: row.text(25), time: row.text(26)))
        }
    }
}

extension WorklistEntry {
    /// One scheduled procedure step for an imaging order.
    ///
    /// Step and requested procedure go by the accession: the HMS orders one step at a time, and that number is the one
    /// its answer must carry.
    init(_ order: Order, date: String, time: String) {
        let imaging = order.imaging
        let procedure = imaging?.procedure
        let description = procedure?.text ?? procedure?.code ?? ""
        self.init(
            accession: order.accession,
            patientName: WorklistPersonName(family: order.patient.family ?? "", given: order.patient.given ?? ""),
            patientID: order.patient.mrn, modality: imaging?.modality ?? "",
            stationAETitles: imaging?.stationAE.map { [$0] } ?? [], startDate: date, startTime: time,
            stepDescription: description, stepID: order.accession, requestedProcedureID: order.accession,
            requestedProcedureDescription: description, studyInstanceUID: imaging?.studyUID ?? "")
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
            procedureCode = WorklistCode(value: procedure.code, scheme: Self.localScheme, meaning: description)
        }
        switch order.priority {
        case .stat: priority = "STAT"
        case .urgent: priority = "HIGH"
        case .routine: priority = "ROUTINE"
        }
        requestingPhysician = imaging?.requestedBy.map { WorklistPersonName(family: $0) }
    }

    /// The HMS's own procedure codes: a local scheme begins with `99` (PS3.16 section 8.2).
    private static let localScheme = "99HMS"
}
