import Core

/// What people are shown of a query: a report for each specimen it names, or one that says what it asks.
func queryReports(
    _ specimens: AskedSpecimens, asksForAll: Bool, isCancel: Bool, remarks: [String], at: String,
    patient: PatientClaim? = nil
) -> [SpecimenReport] {
    var problems = remarks.map { Problem(at: at, what: $0) }
    if isCancel { problems.append(Problem(at: at, what: "the device gives up its query")) }
    if asksForAll { problems.append(Problem(at: at, what: "the device asks for all open orders")) }
    if specimens.beyondLimit > 0 {
        problems.append(
            Problem(
                at: at,
                what: "the query names \(specimens.beyondLimit) more specimens; at most "
                    + "\(DialogueLimits.specimensPerQuery) are answered"))
    }
    var reports = specimens.asked.map { asked in
        SpecimenReport(
            kind: .query, specimen: asked.accession ?? asked.sent,
            problems: asked.accession == nil
                ? [Problem(at: at, what: "this specimen id cannot be an accession; it is answered as not ordered")] : []
        )
    }
    if reports.isEmpty { reports = [SpecimenReport(kind: .query, specimen: "")] }
    reports[0].patient = patient
    reports[0].problems += problems
    return reports
}
