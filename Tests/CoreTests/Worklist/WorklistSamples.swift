@testable import Core

/// Made-up entries for the matching tests.
enum Sample {
    static func entry(
        _ accession: String = "R24-0001", family: String = "RAO", given: String = "ASHA", id: String = "MRN0001",
        modality: String = "CT", stations: [String] = ["CT01"], date: String = "20261122", time: String = "100000",
        change: (inout WorklistEntry) -> Void = { _ in }
    ) -> WorklistEntry {
        var entry = WorklistEntry(
            accession: accession, patientName: WorklistPersonName(family: family, given: given), patientID: id,
            modality: modality, stationAETitles: stations, startDate: date, startTime: time,
            stepDescription: "CT head", stepID: "SPS1", requestedProcedureID: "RP1",
            requestedProcedureDescription: "CT head", studyInstanceUID: "1.2.3.4")
        change(&entry)
        return entry
    }

    static func matches(_ keys: [WorklistAttribute: String], _ entry: WorklistEntry) throws -> Bool {
        WorklistMatching.matches(try WorklistQuery(keys), entry)
    }
}
