import Core

/// A FHIR R4 transaction Bundle (https://hl7.org/fhir/R4/http.html#transaction) ready to be posted.
public struct Transaction: Hashable, Sendable, HoldsPatientData {
    /// The Bundle as JSON.
    public let bytes: [UInt8]
    /// How many entries it has.
    public let entries: Int

    init(bytes: [UInt8], entries: Int) {
        self.bytes = bytes
        self.entries = entries
    }

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
        let earlier = Self.standing(report.earlier ?? [], besides: results)
        let common = Fragments(report, facility: facility)
        let count = earlier.reduce(results.count) { $0 + $1.results.count }
        var json = JSONWriter(capacity: 2_048 + count * 1_536)
        json.raw(#"{"resourceType":"Bundle","type":"transaction","entry":["#)
        json.specimen(report, common)
        // A report that grows lists all its results so far, and a reference must find its entry in the same Bundle: what
        // went out before goes again as it was, which changes nothing.
        for part in earlier {
            var before = report
            before.received = part.received
            let common = Fragments(before, facility: facility)
            for result in part.results {
                json.raw(",")
                json.observation(result, common)
            }
        }
        for result in results {
            json.raw(",")
            json.observation(result, common)
        }
        json.raw(",")
        json.diagnosticReport(report, results: earlier.flatMap(\.results) + results, common)
        json.raw("]}")
        bytes = json.bytes
        entries = count + 2
    }

    /// Of earlier parts what no later one has again: a correction keeps its result's identity.
    private static func standing(_ parts: [EarlierResults], besides results: [LabResult]) -> [EarlierResults] {
        var seen = Set(results.map(\.id))
        return parts.reversed().map { part in
            EarlierResults(
                received: part.received, results: lastOfEach(part.results).filter { seen.insert($0.id).inserted })
        }.reversed()
    }

    /// Two entries of one identity in a Bundle are refused by some servers and silently dropped by others; the later
    /// one is the correction.
    private static func lastOfEach(_ results: [LabResult]) -> [LabResult] {
        guard Set(results.map(\.id)).count < results.count else { return results }
        var seen: Set<ResultID> = []
        return results.reversed().filter { seen.insert($0.id).inserted }.reversed()
    }
}
