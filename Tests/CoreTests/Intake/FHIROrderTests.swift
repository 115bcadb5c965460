import Testing

@testable import Core

private let facility = Facility(
    mrnSystem: "https://hms.example.in/mrn", accessionSystem: "https://hms.example.in/accession")

@Suite("Orders in FHIR")
struct FHIROrderTests {
    /// The parts of a good imaging request; a part given replaces one, nil leaves it out.
    private static func request(_ changes: [String: String?] = [:], patient: String? = nil) -> String {
        var parts: [String: String] = [
            "resourceType": #""ServiceRequest""#, "status": #""active""#, "intent": #""order""#,
            "identifier":
                #"[{"type":{"coding":[{"code":"ACSN"}]},"value":"R26-1"},{"type":{"coding":[{"code":"PLAC"}]},"value":"P-1"}]"#,
            "category": #"[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}]"#,
            "code": #"{"coding":[{"system":"http://loinc.org","code":"30799-1","display":"CT head"}]}"#,
            "orderDetail": ##"[{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"CT"}]}]"##,
            "subject": ##"{"reference":"#p"}"##, "occurrenceDateTime": #""2026-11-22T10:00:00+05:30""#,
            "contained": "[\(patient ?? Self.patient)]",
        ]
        for (key, value) in changes { parts[key] = value }
        return "{" + parts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private static let patient =
        #"{"resourceType":"Patient","id":"p","identifier":[{"system":"https://hms.example.in/mrn","value":"M1"}],"name":[{"use":"official","family":"RAO","given":["ASHA","K"],"prefix":["Dr"]}],"birthDate":"1981-04-02","gender":"female"}"#

    private func changes(_ json: String) throws(IntakeRefusal) -> [OrderChange] {
        try fhirOrderChanges(Array(json.utf8), facility: facility)
    }

    private func mistakes(_ json: String) -> [IntakeMistake] {
        do {
            _ = try changes(json)
            return []
        } catch {
            return error.mistakes
        }
    }

    @Test("a number or a name that is told to be old is not the patient's")
    func oldNumbers() throws {
        let patient =
            #"{"resourceType":"Patient","id":"p","identifier":[{"use":"old","system":"https://hms.example.in/mrn","value":"M0"},{"system":"https://hms.example.in/mrn","value":"M1"}],"name":[{"use":"old","family":"SEN"},{"family":"RAO"}]}"#
        let order = try #require(try changes(Self.request(patient: patient)).first?.order)
        #expect(order.patient.mrn == "M1" && order.patient.family == "RAO")
        let onlyOld =
            #"{"resourceType":"Patient","id":"p","identifier":[{"use":"old","system":"https://hms.example.in/mrn","value":"M0"}]}"#
        #expect(!mistakes(Self.request(patient: onlyOld)).isEmpty)
    }

    @Test("an imaging order, from its elements")
    func imaging() throws {
        let json = Self.request([
            "priority": #""stat""#, "locationCode": #"[{"text":"ER"}]"#, "requester": #"{"display":"DR IYER"}"#,
            "performer": #"[{"type":"Device","identifier":{"value":"CT01"}},{"display":"SEN"}]"#,
            "reasonCode": #"[{"text":"Headache"},{"coding":[{"code":"R55","display":"Syncope"}]}]"#,
            "note": #"[{"text":"fasting"}]"#, "encounter": #"{"identifier":{"value":"V-1"}}"#,
        ])
        guard case .place(let order)? = try changes(json).first else {
            Issue.record("not placed")
            return
        }
        #expect([order.accession, order.placer, order.patient.mrn] == ["R26-1", "P-1", "M1"])
        #expect(order.kind == .imaging && order.priority == .stat && !order.keepsPriority)
        #expect([order.patient.family, order.patient.given, order.patient.prefix] == ["RAO", "ASHA K", "Dr"])
        #expect(order.patient.birthDate == "1981-04-02" && order.patient.sex == .female)
        let imaging = try #require(order.imaging)
        #expect(imaging.procedure == OrderedTest(code: "30799-1", text: "CT head") && imaging.procedureScheme == "LN")
        #expect(imaging.modality == "CT" && imaging.stationAE == "CT01")
        #expect(imaging.scheduled == "2026-11-22T10:00:00+05:30" && imaging.steps[0].location == "ER")
        #expect(imaging.requestedBy == "DR IYER" && imaging.steps[0].performingPhysician == "SEN")
        #expect(
            imaging.details == [.reason: "Headache, Syncope", .procedureComments: "fasting", .admissionID: "V-1"])
    }

    @Test("a laboratory order goes by its specimen's number")
    func laboratory() throws {
        let contained =
            Self.patient
            + #",{"resourceType":"Specimen","id":"s","accessionIdentifier":{"value":"L26-1"},"type":{"text":"EDTA blood"},"collection":{"collectedDateTime":"2026-11-22T09:00:00+05:30"}}"#
        let json = Self.request(
            [
                "category": #"[{"coding":[{"system":"http://snomed.info/sct","code":"108252007"}]}]"#,
                "orderDetail": nil, "specimen": ##"[{"reference":"#s"}]"##,
                "code": #"{"coding":[{"code":"CBC"}],"text":"Blood count"}"#,
            ], patient: contained)
        let order = try #require(try changes(json).first?.order)
        #expect(order.kind == .laboratory && order.accession == "L26-1" && order.imaging == nil)
        #expect(order.tests == [OrderedTest(code: "CBC", text: "Blood count")])
        #expect(order.specimen == OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:00:00+05:30"))
    }

    @Test("a transaction: requests point to the Patient's entry, by full URL or by type and id")
    func bundle() throws {
        let patient = Self.patient
        func entry(_ reference: String, _ accession: String) -> String {
            let request = Self.request([
                "contained": nil, "subject": #"{"reference":"\#(reference)"}"#,
                "identifier": #"[{"system":"https://hms.example.in/accession","value":"\#(accession)"}]"#,
            ])
            return #"{"resource":\#(request),"request":{"method":"POST","url":"ServiceRequest"}}"#
        }
        let json = """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"fullUrl":"urn:uuid:1","resource":\(patient),"request":{"method":"PUT","url":"Patient/p"}},
             \(entry("urn:uuid:1", "R1")),\(entry("Patient/p", "R2"))]}
            """
        #expect(try changes(json).map { $0.order?.accession } == ["R1", "R2"])
        #expect(try changes(json).map { $0.order?.patient.mrn } == ["M1", "M1"])
        let batch = json.replacing(#""transaction""#, with: #""batch""#)
        #expect(mistakes(batch).map(\.key) == ["Bundle.type"])
        let delete = json.replacing(#""method":"POST""#, with: #""method":"DELETE""#)
        #expect(mistakes(delete).map(\.key).contains("Bundle.entry[1].request.method"))
        let astray = json.replacing("Patient/p\"}", with: "Patient/q\"}")
        #expect(mistakes(astray).map(\.key) == ["Bundle.entry[2].resource.subject"])
    }

    @Test(
        "status: what becomes of the order",
        arguments: [
            ("active", "place open"), ("completed", "place completed"), ("revoked", "cancel"),
            ("entered-in-error", "cancel"),
        ])
    func status(status: String, expected: String) throws {
        switch try changes(Self.request(["status": "\"\(status)\""])).first {
        case .place(let order)?: #expect("place \(order.state.rawValue)" == expected)
        case .cancel?: #expect(expected == "cancel")
        default: Issue.record("neither")
        }
    }

    @Test(
        "whose MRN it is: the facility's system, else the identifier typed MR in its own",
        arguments: [
            (#"{"system":"https://hms.example.in/mrn","value":"M1"}"#, "https://hms.example.in/mrn M1"),
            (#"{"value":"M1"}"#, "https://hms.example.in/mrn M1"),
            (
                #"{"type":{"coding":[{"code":"MR"}]},"system":"urn:x","value":"X1"},{"system":"https://hms.example.in/mrn","value":"M1"}"#,
                "https://hms.example.in/mrn M1"
            ), (#"{"type":{"coding":[{"code":"MR"}]},"system":"urn:x","value":"X1"}"#, "urn:x X1"),
            (#"{"type":{"coding":[{"code":"NI"}]},"value":"N1"}"#, ""),
            (#"{"system":"urn:a","value":"A"},{"system":"urn:b","value":"B"}"#, ""),
        ])
    func identity(identifiers: String, expected: String) throws {
        let patient = #"{"resourceType":"Patient","id":"p","identifier":[\#(identifiers)]}"#
        let json = Self.request(patient: patient)
        if expected.isEmpty {
            #expect(mistakes(json).map(\.key) == ["ServiceRequest.contained[0].identifier"])
        } else {
            let found = try #require(try changes(json).first?.order?.patient)
            #expect("\(found.mrnSystem) \(found.mrn)" == expected)
        }
    }

    @Test(
        "what is not understood is refused, with the element's path",
        arguments: [
            ("status", nil, "status"), ("status", #""on-hold""#, "status"), ("status", #""draft""#, "status"),
            ("intent", nil, "intent"), ("intent", #""proposal""#, "intent"), ("doNotPerform", "true", "doNotPerform"),
            ("modifierExtension", #"[{"url":"urn:x"}]"#, "modifierExtension"), ("identifier", nil, "identifier"),
            ("identifier", #"[{"value":"P-1"}]"#, "identifier"), ("code", nil, "code"),
            ("code", #"{"text":"CT"}"#, "code"),
            ("orderDetail", nil, "orderDetail"), ("orderDetail", #"[{"coding":[{"code":"CT"}]}]"#, "orderDetail"),
            ("subject", nil, "subject"), ("subject", #"{"reference":"Patient/9"}"#, "subject"),
            ("occurrenceDateTime", #""tomorrow""#, "occurrenceDateTime"),
            ("occurrenceDateTime", #""2026-11-22T10:00:00""#, "occurrenceDateTime"),
            ("occurrenceTiming", "{}", "occurrenceTiming"), ("priority", #""soon""#, "priority"),
        ] as [(String, String?, String)])
    func refused(key: String, value: String?, path: String) {
        #expect(mistakes(Self.request([key: value])).map(\.key) == ["ServiceRequest.\(path)"])
    }

    @Test("neither kind can be told without category and modality")
    func kindUnknown() {
        let found = mistakes(Self.request(["category": nil, "orderDetail": nil]))
        #expect(found.map(\.key) == ["ServiceRequest.category"])
    }

    @Test(
        "no ServiceRequest at all",
        arguments: [("{", ""), ("[]", ""), ("{}", "resourceType"), (#"{"resourceType":"Patient"}"#, "resourceType")])
    func nothing(json: String, key: String) { #expect(mistakes(json).map(\.key) == [key]) }

    @Test("a name in another script comes as its component group")
    func scripts() throws {
        let extension_ =
            #""extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}]"#
        let patient =
            #"{"resourceType":"Patient","id":"p","identifier":[{"value":"M1"}],"name":[{"family":"山田","given":["太郎"],\#(extension_)},{"family":"Yamada","given":["Tarou"]}]}"#
        let found = try #require(try changes(Self.request(patient: patient)).first?.order?.patient)
        #expect(found.family == "Yamada" && found.ideographic == "山田^太郎" && found.phonetic == "")
    }
}
