/// A made-up laboratory order.
struct MadeUpOrder: Sendable {
    var accession: String
    var mrn: String
    var test = "CBC"

    /// The order as contract JSON.
    var json: String {
        #"{"accession":"\#(accession)","placer":"P-\#(accession)","mrn":"\#(mrn)","kind":"laboratory","#
            + #""patient":{"family":"TEST","given":"PERSON","birth_date":"1981-04-02","sex":"F"},"#
            + #""tests":[{"code":"\#(test)","text":"Complete blood count"}],"specimen":{"type":"EDTA blood"}}"#
    }

    /// ORM^O01.
    func general(control: String = "NW", id: String = "1") -> [UInt8] {
        hl7([
            "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|LAB|20261122091500||ORM^O01|\(id)|P|2.5",
            "PID|1||\(mrn)^^^HOSP^MR||TEST^PERSON||19810402|F", "ORC|\(control)|P-\(accession)|\(accession)",
            "OBR|1|P-\(accession)|\(accession)|CBC^Complete blood count",
        ])
    }

    /// OML^O21, its specimen in SPM.
    func laboratory(id: String = "1") -> [UInt8] {
        hl7([
            "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|LAB|20261122091500||OML^O21^OML_O21|\(id)|P|2.5.1",
            "PID|1||\(mrn)^^^HOSP^MR||TEST^PERSON||19810402|F", "ORC|NW|P-\(accession)|F-1",
            "OBR|1|P-\(accession)|F-1|CBC^Complete blood count", "SPM|1|\(accession)||WB^Whole blood",
        ])
    }
}

/// Segments as one message.
func hl7(_ segments: [String]) -> [UInt8] { Array((segments.joined(separator: "\r") + "\r").utf8) }

/// A made-up message of one specimen in the shape of a certain analyser.
enum MadeUp {
    /// Erba XL-1000: its own delimiters, the whole message in one frame.
    static func erba(
        _ specimen: String, code: String = "GLCC", value: String, unit: String = "mg/dl", flag: String = "A",
        time: String = "20261122093512"
    ) -> [[UInt8]] {
        let records = [
            "H|`^&||||||||||P|E 1394-97|\(time)", "P|1|||||||U||||||||0|0",
            "O|1|\(specimen)||^^^\(code)|||||||||||SERUM",
            "R|1|^^^\(code)|\(value)|\(unit)|^DEFAULT|\(flag)|N|F||||\(time)", "C|1|I|Instrument Flag \(flag)", "L|1|N",
        ]
        return ASTMLine.frames([records.joined(separator: "\r")])
    }

    /// Horiba Yumizen H500: a record a frame, an MRN in P.3 when one is given.
    static func yumizen(
        _ specimen: String, mrn: String = "", processing: String = "P",
        _ results: [(code: String, value: String, unit: String, flag: String)] = [
            ("WBC", "7.40", "10E3/uL", "N"), ("HGB", "9.1", "g/dL", "L"), ("RDW-CV", "---", "%", ""),
        ], time: String = "20261122093107"
    ) -> [[UInt8]] {
        var records = [
            "H|\\^&|||H500^000TEST0001^2.2.0.5|||||||\(processing)|LIS2-A2|\(time)", "P|1||\(mrn)",
            "O|1|\(specimen)||^^^DIF|R|20261122091000|||||||||BLOOD||||||||||F|||||",
        ]
        for (index, result) in results.enumerated() {
            records.append(
                "R|\(index + 1)|^^^\(result.code)|\(result.value)|\(result.unit)|1.0 - 20.0^REFERENCE_RANGE|\(result.flag)||F||"
                    + "LAB^^USER|\(time)||")
        }
        return ASTMLine.frames(records + ["L|1|N"])
    }

    /// Mindray BC series: ORU^R01 of HL7 2.3.1.
    static func mindray(
        _ specimen: String, mrn: String = "", id: String = "1",
        _ results: [(code: String, value: String, unit: String, flag: String)] = [
            ("6690-2^WBC^LN", "12.80", "10*9/L", "H"), ("718-7^HGB^LN", "131", "g/L", "N"),
        ], processing: String = "P", time: String = "20261122093930"
    ) -> [UInt8] {
        var segments = [
            "MSH|^~\\&|BC-5380|Mindray|||20261122094000||ORU^R01|\(id)|\(processing)|2.3.1||||||UNICODE",
            "PID|1||\(mrn)^^^^MR", "PV1|1", "OBR|1||\(specimen)|00001^Automated Count^99MRC||20261122093500|\(time)",
            "OBX|1|IS|08001^Take Mode^99MRC||O||||||F",
        ]
        for (index, result) in results.enumerated() {
            segments.append(
                "OBX|\(index + 2)|NM|\(result.code)||\(result.value)|\(result.unit)|1.0-200.0|\(result.flag)|||F")
        }
        return hl7(segments)
    }
}
