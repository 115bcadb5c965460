import Core

extension JSONWriter {
    /// The DiagnosticReport entry (https://hl7.org/fhir/R4/diagnosticreport.html).
    mutating func diagnosticReport(_ report: DeliverableReport, results: [LabResult], _ common: Fragments) {
        let id = report.stableReportID
        raw(#"{"fullUrl":""#)
        uuid(id)
        raw(#"","resource":{"resourceType":"DiagnosticReport","identifier":[{"system":"urn:labrador:report","value":"#)
        string(id)
        raw(#"}],"basedOn":"#)
        raw(common.orders)
        raw(#","status":""#)
        raw(reportStatus(results.map(\.observation.status)))
        raw(#"","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB"}]}],"#)
        raw(#""code":{"coding":[{"system":"http://loinc.org","code":"11502-2","display":"Laboratory report"}],"text":"#)
        string(title(report.order.tests))
        raw("},")
        raw(common.subject)
        if let performed = results.lazy.compactMap(\.observation.performed).first(where: isFHIRDateTime) {
            raw(#","effectiveDateTime":"#)
            string(performed)
        }
        raw(#","issued":""#)
        verbatim(report.received.iso8601)
        raw(#"","specimen":[{"reference":""#)
        raw(common.specimenURL)
        raw(#""}],"result":["#)
        for (index, result) in results.enumerated() {
            raw(index == 0 ? #"{"reference":""# : #",{"reference":""#)
            uuid(result.id.text)
            raw(#""}"#)
        }
        raw("]},")
        conditionalUpdate("DiagnosticReport?identifier=urn%3Alabrador%3Areport", id)
        raw("}")
    }

    private func title(_ tests: [OrderedTest]) -> String {
        let names = tests.map { $0.text ?? $0.code }.filter { !$0.isEmpty }
        return names.isEmpty ? "Laboratory report" : names.joined(separator: ", ")
    }
}

/// The status of a report from those of its results (https://hl7.org/fhir/R4/valueset-diagnostic-report-status.html):
/// it is as unfinished as its least finished result, and corrected as soon as one is.
func reportStatus(_ statuses: [ObservationStatus]) -> StaticString {
    let standing = statuses.filter { $0 != .cancelled && $0 != .enteredInError }
    if standing.isEmpty { return statuses.contains(.cancelled) || statuses.isEmpty ? "cancelled" : "entered-in-error" }
    if standing.allSatisfy({ $0 == .registered }) { return "registered" }
    if standing.contains(where: { $0 == .registered || $0 == .preliminary }) {
        let some = standing.contains { $0 == .final || $0 == .corrected || $0 == .registered }
        return some ? "partial" : "preliminary"
    }
    return standing.contains(.corrected) ? "corrected" : "final"
}
