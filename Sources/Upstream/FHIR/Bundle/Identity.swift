import Core

/// The identifier systems that are Labrador's own.
public enum FHIRSystem {
    /// Result ids (`Observation.identifier`).
    public static let result = "urn:labrador:result"
    /// Reports (`DiagnosticReport.identifier`).
    public static let report = "urn:labrador:report"
    /// Specimens (`Specimen.identifier`).
    public static let specimen = "urn:labrador:specimen"
    /// Devices by their configured name (`Observation.device.identifier`).
    public static let device = "urn:labrador:device"
}

extension DeliverableReport {
    /// The report's identity: the same results of the same device are the same report, so that a repetition replaces it
    /// and a later part of a resumed message, which holds other results, does not. One that grows is the report of its
    /// order by this device, whatever it holds so far.
    var stableReportID: String {
        guard earlier != nil else { return stableID(["report", device.text] + results.map(\.id.text)) }
        return stableID(["growing", device.text, order.accession, order.patient.mrnSystem, order.patient.mrn])
    }

    /// The specimen's identity; a digest, because it stands in an address.
    func stableSpecimenID(_ facility: Facility) -> String {
        stableID([
            "specimen", facility.accessionSystem, order.accession, order.patient.mrnSystem, order.patient.mrn,
        ])
    }
}

extension JSONWriter {
    /// `urn:uuid:…` (RFC 9562, version 8) made of 32 hex digits; of any other text's digest.
    mutating func uuid(_ id: String) {
        let isHex = id.utf8.count == 32 && id.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        raw("urn:uuid:")
        for (index, digit) in (isHex ? id : stableID([id])).utf8.enumerated() {
            switch index {
            case 8, 20: raw("-")
            case 12: raw("-8")
            case 16:
                // The variant's two bits.
                raw("-")
                raw(byte: digit & 1 == 0 ? UInt8(ascii: "8") : UInt8(ascii: "a"))
            default: break
            }
            if index != 12 && index != 16 { raw(byte: digit) }
        }
    }

    /// `"request":{"method":"PUT","url":"TYPE?identifier=SYSTEM%7CID"}`. The system is percent-encoded whole: a colon
    /// may stand in a query, but some servers split at it.
    mutating func conditionalUpdate(_ typeAndSystem: StaticString, _ id: String) {
        raw(#""request":{"method":"PUT","url":""#)
        raw(typeAndSystem)
        raw("%7C")
        percentEncoded(id)
        raw(#""}"#)
    }

    /// The text as part of a query (RFC 3986 section 2.3: all but unreserved characters are encoded).
    mutating func percentEncoded(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: raw(byte: byte)
            default:
                raw("%")
                for digit in [byte >> 4, byte & 15] { raw(byte: digit < 10 ? digit + 48 : digit + 55) }
            }
        }
    }
}
