import Core
import Testing

@Suite("Time")
struct TimestampTests {
    @Test(
        "ISO 8601 in UTC and at an offset",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (1_795_338_067_250_000, 0, "2026-11-22T09:01:07.250Z"),
            (1_795_338_067_250_000, 19_800, "2026-11-22T14:31:07.250+05:30"),
            (-1, 0, "1969-12-31T23:59:59.999Z"), (951_782_400_000_000, -12_600, "2000-02-28T20:30:00.000-03:30"),
        ] as [(Int64, Int, String)])
    func iso8601(microseconds: Int64, offset: Int, text: String) {
        #expect(Timestamp(microseconds: microseconds).iso8601(offsetSeconds: offset) == text)
    }

    @Test("the compact form of HL7 and LIS02")
    func compact() {
        #expect(Timestamp(microseconds: 1_795_338_067_250_000).compact() == "20261122090107")
    }

    @Test("adding a duration stops at the end of time instead of wrapping")
    func saturates() {
        #expect(Timestamp(microseconds: 10).advanced(by: .seconds(2)) == Timestamp(microseconds: 2_000_010))
        #expect(Timestamp(microseconds: .max).advanced(by: .seconds(1)) == Timestamp(microseconds: .max))
    }
}

@Suite("Patient data redacts itself")
struct RedactionTests {
    @Test("printing, interpolating, debugging and dumping show nothing")
    func redacted() {
        let patient = Patient(mrn: "MRN-SECRET", mrnSystem: "urn:mrn", family: "SECRETNAME")
        let order = Order(accession: "ACC-SECRET", patient: patient, kind: .laboratory)
        let claim = PatientClaim(value: "MRN-SECRET")
        let hold = Hold(reason: .noOrder, accession: "ACC-SECRET", what: "SECRET")
        let match = Match.order(order)
        var dumped = ""
        dump([order], to: &dumped)
        dump(claim, to: &dumped)
        dump(match, to: &dumped)
        let texts = [
            "\(patient)", String(reflecting: order), "\(String(describing: claim))", "\(hold)", "\(match)", dumped,
            "\([order])", "\(Result<Order, StoreError>.success(order))",
        ]
        for text in texts { #expect(!text.contains("SECRET"), "\(text)") }
    }

    @Test("a claim without an identifier is no claim", arguments: ["", " ", "\t\r\n"])
    func emptyClaim(value: String) {
        #expect(PatientClaim(value: value) == nil)
    }
}
