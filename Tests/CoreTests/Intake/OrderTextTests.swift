import Testing

@testable import Core

private let facility = Facility(mrnSystem: "https://hms.example.in/mrn")

private func changes(_ json: String, limits: IntakeLimits = IntakeLimits()) throws(IntakeRefusal) -> [OrderChange] {
    try orderChanges(json: Array(json.utf8), facility: facility, limits: limits)
}

private func sentences(_ json: String, limits: IntakeLimits = IntakeLimits()) -> [String] {
    do {
        _ = try changes(json, limits: limits)
        return []
    } catch {
        return error.mistakes.map(\.sentence)
    }
}

@Suite struct OrderTextTests {
    @Test func aLaboratoryOrder() throws {
        let taken = try changes(
            """
            {"accession":"L24-000123","placer":"HMS-778","mrn":"MRN0001","kind":"laboratory","priority":"routine",
             "patient":{"family":"RAO","given":"ASHA","birth_date":"1981-04-02","sex":"F","abha":"91-1234-5678-9012"},
             "tests":[{"code":"CBC","text":"Complete blood count"}],
             "specimen":{"type":"EDTA blood","collected":"2026-11-22T09:10:00+05:30"}}
            """)
        let patient = Patient(
            mrn: "MRN0001", mrnSystem: "https://hms.example.in/mrn", family: "RAO", given: "ASHA",
            birthDate: "1981-04-02", sex: .female, abha: "91-1234-5678-9012")
        let order = Order(
            accession: "L24-000123", placer: "HMS-778", patient: patient, kind: .laboratory,
            tests: [OrderedTest(code: "CBC", text: "Complete blood count")],
            specimen: OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:10:00+05:30"))
        #expect(taken == [.place(order)])
    }

    @Test func anImagingOrder() throws {
        let taken = try changes(
            """
            {"accession":"R24-7","mrn":"MRN0001","kind":"imaging","priority":"stat",
             "procedure":{"code":"CTHEAD","text":"CT head"},"modality":"CT","station_ae":"CT01",
             "scheduled":"2026-11-22T10:00:00+05:30","study_uid":"1.2.826.0.1.3680043.10.1","requested_by":"DR IYER"}
            """)
        let order = Order(
            accession: "R24-7", patient: Patient(mrn: "MRN0001", mrnSystem: "https://hms.example.in/mrn"),
            kind: .imaging,
            priority: .stat,
            imaging: ImagingRequest(
                procedure: OrderedTest(code: "CTHEAD", text: "CT head"), modality: "CT", stationAE: "CT01",
                scheduled: "2026-11-22T10:00:00+05:30", studyUID: "1.2.826.0.1.3680043.10.1", requestedBy: "DR IYER"))
        #expect(taken == [.place(order)])
    }

    @Test func aCancellationNeedsNoMoreThanTheIdentity() throws {
        let patient = Patient(mrn: "M1", mrnSystem: "https://hms.example.in/mrn")
        for kind in [OrderKind.laboratory, .imaging] {
            let json = #"{"accession":"A1","mrn":"M1","kind":"\#(kind.rawValue)","status":"cancelled"}"#
            #expect(
                try changes(json) == [.cancel(Order(accession: "A1", patient: patient, kind: kind, state: .cancelled))])
        }
    }

    @Test func identifiersAreTrimmedAndOtherwiseUntouched() throws {
        let taken = try changes(
            #"[{"accession":" 000123 ","mrn":"00 7\t","kind":"laboratory","placer":" "}]"#
                .replacing(#"\t"#, with: " "))
        guard case .place(let order) = taken.first else { throw Missing() }
        #expect(order.accession == "000123")
        #expect(order.patient.mrn == "00 7")
        #expect(order.placer == nil)
    }

    @Test func nullMeansAbsent() throws {
        let json =
            #"{"accession":"A","mrn":"M","kind":"laboratory","patient":null,"tests":null,"specimen":{"type":null}}"#
        #expect(try changes(json).count == 1)
        #expect(
            sentences(#"{"accession":null,"mrn":"M","kind":"laboratory"}"#).first?.hasPrefix("accession: is missing")
                == true)
    }

    @Test func anEmptyListHoldsNothing() throws { #expect(try changes("[]") == []) }

    @Test func placesNameTheOrder() {
        let good = #"{"accession":"A","mrn":"M","kind":"laboratory"}"#
        let bad = #"{"accession":"","mrn":"M","kind":"laboratory","patient":{"birth_date":"1981-13-02"}}"#
        #expect(
            sentences("[\(good),\(good),\(good),\(bad)]") == [
                "orders[3].accession: is empty. Every order needs it: results are matched by it.",
                "orders[3].patient.birth_date: \"1981-13-02\" is not a date. Write YYYY-MM-DD, such as 1981-04-02.",
            ])
    }

    @Test func whatIsNoJSONAndNoOrder() {
        #expect(
            sentences("{\"accession\": L1}") == [
                "This is not JSON: line 1, column 15: a value is expected here: text in double quotes, a number, true, "
                    + "false, null, { or [."
            ])
        #expect(sentences("7") == ["An order is a JSON object, { … }; this is a number."])
        #expect(sentences("[[]]") == ["orders[0]: An order is a JSON object, { … }; this is a list."])
    }

    @Test func limitsAreKept() {
        var limits = IntakeLimits()
        limits.ordersPerRequest = 1
        limits.mistakes = 2
        limits.textBytes = 10
        limits.testsPerOrder = 1
        #expect(sentences("[{},{}]", limits: limits).first?.hasPrefix("2 orders in one request; at most 1") == true)
        #expect(
            sentences(#"{"accession":"12345678901","mrn":"M","kind":"laboratory"}"#, limits: limits).first
                == "accession: is 11 bytes long; at most 10 are taken.")
        #expect(
            sentences(
                #"{"accession":"1","mrn":"M","kind":"laboratory","tests":[{"code":"A"},{"code":"B"}]}"#, limits: limits
            )
            .contains("tests: 2 tests; at most 1 are taken."))
        let error = #expect(throws: IntakeRefusal.self) { try changes("{}", limits: limits) }
        #expect(error?.mistakes.count == 2)
        #expect(error?.further == 1)
    }

    @Test func mistakesPrintRedacted() {
        #expect("\(IntakeMistake(key: "mrn", what: "MRN0001"))" == "IntakeMistake(redacted)")
    }
}

private struct Missing: Error {}
