import Core

/// A FHIR R4 transaction Bundle (https://hl7.org/fhir/R4/http.html#transaction) ready to be posted.
public struct Transaction: Hashable, Sendable, HoldsPatientData {
    /// The Bundle as JSON.
    public let bytes: [UInt8]
    /// How many entries it has.
    public let entries: Int

    /// Writes a report: its Specimen, an Observation a result, and a DiagnosticReport that lists them.
    ///
    /// Each entry is a conditional update, `PUT Observation?identifier=urn:labrador:result|ID`
    /// (https://hl7.org/fhir/R4/http.html#cond-update), not a conditional create: sending the same report again changes
    /// nothing, and a correction of a result, which keeps the result's id, replaces what was sent before. A conditional
    /// create would leave the old value standing.
    ///
    /// No address in the Bundle holds patient data, because servers log addresses: the Specimen goes by a digest of
    /// accession and MRN instead of by the accession. The same report always gives the same bytes.
    public init(_ report: DeliverableReport, facility: Facility) {
        let results = Self.lastOfEach(report.results)
        let common = Fragments(report, facility: facility)
        var json = JSONWriter(capacity: 2_048 + results.count * 1_536)
        json.raw(#"{"resourceType":"Bundle","type":"transaction","entry":["#)
        json.specimen(report, common)
        for result in results {
            json.raw(",")
            json.observation(result, common)
        }
        json.raw(",")
        json.diagnosticReport(report, results: results, common)
        json.raw("]}")
        bytes = json.bytes
        entries = results.count + 2
    }

    /// Two entries of one identity in a Bundle are refused by some servers and silently dropped by others; the later
    /// one is the correction.
    private static func lastOfEach(_ results: [LabResult]) -> [LabResult] {
        guard Set(results.map(\.id)).count < results.count else { return results }
        var seen: Set<ResultID> = []
        return results.reversed().filter { seen.insert($0.id).inserted }.reversed()
    }
}
