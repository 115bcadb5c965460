import Core

extension JSONWriter {
    /// The Specimen entry (https://hl7.org/fhir/R4/specimen.html).
    mutating func specimen(_ report: DeliverableReport, _ common: Fragments) {
        raw(#"{"fullUrl":""#)
        raw(common.specimenURL)
        raw(#"","resource":{"resourceType":"Specimen","identifier":[{"system":"urn:labrador:specimen","value":"#)
        string(common.specimenID)
        raw(#"}],"accessionIdentifier":"#)
        raw(common.accession)
        if let type = report.order.specimen?.type, !type.isEmpty {
            raw(#","type":{"text":"#)
            string(type)
            raw("}")
        }
        raw(",")
        raw(common.subject)
        raw(#","request":"#)
        raw(common.orders)
        if let collected = report.order.specimen?.collected, isFHIRDateTime(collected) {
            raw(#","collection":{"collectedDateTime":"#)
            string(collected)
            raw("}")
        }
        raw("},")
        conditionalUpdate("Specimen?identifier=urn%3Alabrador%3Aspecimen", common.specimenID)
        raw("}")
    }
}
