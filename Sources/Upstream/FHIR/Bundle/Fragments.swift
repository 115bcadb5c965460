import Core

/// The parts that all entries of a Bundle share, written once and copied.
struct Fragments {
    /// `"subject":{…}`, the patient by MRN.
    let subject: [UInt8]
    /// `[{…},…]`, the order by accession and, where known, by the HMS's own number.
    let orders: [UInt8]
    /// All of an Observation that is the same in each: order, subject, when received, specimen, device.
    let observation: [UInt8]
    /// The Specimen's `urn:uuid:…`.
    let specimenURL: [UInt8]
    /// The Specimen's identifier.
    let specimenID: String
    /// `{"type":…,"system":…,"value":ACCESSION}`.
    let accession: [UInt8]
    /// The system of the laboratory's own test codes; nil when they have none.
    let testSystem: String?

    init(_ report: DeliverableReport, facility: Facility) {
        let order = report.order
        testSystem = facility.testSystem
        specimenID = report.stableSpecimenID(facility)
        subject = fragment {
            $0.raw(#""subject":{"type":"Patient","identifier":"#)
            $0.identifier(type: "MR", system: order.patient.mrnSystem, value: order.patient.mrn)
            $0.raw("}")
        }
        let accession = fragment {
            $0.identifier(type: "ACSN", system: facility.accessionSystem, value: order.accession)
        }
        self.accession = accession
        let orders = fragment {
            $0.raw(#"[{"type":"ServiceRequest","identifier":"#)
            $0.raw(accession)
            if let placer = order.placer, !placer.isEmpty {
                $0.raw(#"},{"type":"ServiceRequest","identifier":"#)
                $0.identifier(type: "PLAC", system: nil, value: placer)
            }
            $0.raw("}]")
        }
        self.orders = orders
        let url = fragment { [specimenID] in $0.uuid(specimenID) }
        specimenURL = url
        observation = fragment { [subject] in
            $0.raw(#""basedOn":"#)
            $0.raw(orders)
            $0.raw(",")
            $0.raw(subject)
            $0.raw(#","issued":""#)
            $0.verbatim(report.received.iso8601)
            $0.raw(#"","specimen":{"reference":""#)
            $0.raw(url)
            $0.raw(#""},"device":{"type":"Device","identifier":{"system":"urn:labrador:device","value":"#)
            $0.string(report.device.text)
            $0.raw(#"},"display":"#)
            $0.string(report.device.text)
            $0.raw("}")
        }
    }
}

private func fragment(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(capacity: 512)
    write(&json)
    return json.bytes
}

extension JSONWriter {
    /// An Identifier with a type of HL7 table 0203 (https://terminology.hl7.org/CodeSystem-v2-0203.html).
    mutating func identifier(type: StaticString, system: String?, value: String) {
        raw(#"{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":""#)
        raw(type)
        raw(#""}]},"#)
        if let system, !system.isEmpty {
            raw(#""system":"#)
            string(system)
            raw(",")
        }
        raw(#""value":"#)
        string(value)
        raw("}")
    }
}
