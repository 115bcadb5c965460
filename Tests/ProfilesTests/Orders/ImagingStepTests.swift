import Core
import HL7
import Profiles
import Testing

/// The one imaging request that a message places.
private func request(_ segments: String...) throws -> ImagingRequest {
    let message = try HL7Message.parse(Array((segments.joined(separator: "\r") + "\r").utf8))
    let changes = try HL7Orders(facility: orderFacility).changes(in: message)
    #expect(changes.count == 1)
    guard case .place(let order)? = changes.first else { throw OrderMistake(what: "the message places no order") }
    #expect(order.kind == .imaging)
    return try #require(order.imaging)
}

@Suite("Several steps in one message")
struct ImagingStepTests {
    @Test("OMI^O23: each IPC is a step; a timing for each belongs to its own")
    func severalSteps() throws {
        let request = try request(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P|A1", "TQ1|1||||||202611221000", "TQ1|2||||||202611221130",
            "OBR|1|P|A1|PETCT^PET-CT whole body",
            "IPC|R26-1|RP-1|1.2.3|SPS-1|CT|CTWB^CT for PET^99X|CT ONE|ROOM 1|CT01~CT02",
            "IPC|R26-1|RP-1|1.2.3|SPS-2|PT|||ROOM 2|PET01")
        #expect(request.steps.map(\.id) == ["SPS-1", "SPS-2"])
        #expect(request.steps.map(\.modality) == ["CT", "PT"])
        #expect(request.steps.map(\.stationAEs) == [["CT01", "CT02"], ["PET01"]])
        #expect(request.steps.map(\.location) == ["ROOM 1", "ROOM 2"])
        #expect(request.steps.map(\.stationName) == ["CT ONE", nil])
        #expect(request.steps.map(\.scheduled) == ["2026-11-22T10:00:00+05:30", "2026-11-22T11:30:00+05:30"])
        #expect(
            request.steps.map(\.protocolCode) == [
                WorklistCode(value: "CTWB", scheme: "99X", meaning: "CT for PET"), nil,
            ])
        #expect(request.studyUID == "1.2.3" && request.requestedProcedureID == "RP-1")
    }

    @Test("one timing is for all steps of its order")
    func oneTiming() throws {
        let request = try request(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P|A1", "TQ1|1||||||202611221000", "OBR|1|P|A1|X",
            "IPC|R1||1.2|S1|CT", "IPC|R1||1.2|S2|CT")
        #expect(request.steps.map(\.scheduled) == ["2026-11-22T10:00:00+05:30", "2026-11-22T10:00:00+05:30"])
    }

    @Test("order groups of one accession: of one requested procedure by its ID, whatever the codes say")
    func groupsOfOneProcedure() throws {
        let request = try request(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P1|A1", "OBR|1|P1|A1|CTABD", "IPC|R1|RP|1.2|S1|CT",
            "ORC|NW|P2|A1", "OBR|2|P2|A1|CTABDCM||||||||||||||||||||||||||WHLC", "IPC|R1|RP|1.2|S2|CT")
        #expect(request.steps.map(\.id) == ["S1", "S2"])
        #expect(request.steps.map(\.placer) == ["P1", "P2"])
        #expect(request.steps.allSatisfy { $0.requestedProcedure == nil })
        #expect(request.details[.transport] == nil && request.steps[1].details == [.transport: "WHLC"])
    }

    @Test("order groups of one accession and several requested procedures: none is lost, each has its own study")
    func groupsOfSeveralProcedures() throws {
        let request = try request(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P1|A1", "OBR|1|P1|A1|CTHEAD", "IPC|R1|RP-1|1.2.1|S1|CT",
            "ORC|NW|P2|A1", "OBR|2|P2|A1|XRCHEST^Chest^L", "IPC|R1|RP-2|1.2.2|S2|DX")
        #expect(request.procedure.code == "CTHEAD" && request.requestedProcedureID == "RP-1")
        #expect(request.steps[0].requestedProcedure == nil)
        #expect(
            request.steps[1].requestedProcedure
                == RequestedProcedure(
                    id: "RP-2", procedure: OrderedTest(code: "XRCHEST", text: "Chest"), studyUID: "1.2.2"))
    }

    @Test("ORM^O01 by IHE: OBR-18 to OBR-20, OBR-44 and one ZDS at the end for all")
    func ihe() throws {
        let middle = String(repeating: "|", count: 14)
        func obr(_ number: Int, _ step: String) -> String {
            "OBR|\(number)|P|F|CTH^CT head^99RIS^CTHCM^CT head with contrast^99RIS\(middle)ACC|RP-7|\(step)||||CT"
                + String(repeating: "|", count: 20) + "CTHEAD^Head CT^LN"
        }
        let request = try request(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|F||||^^^202611221000", obr(1, "S-1"), "ORC|NW|P|F",
            obr(2, "S-2"),
            "ZDS|1.2.9^APP^Application^DICOM")
        #expect(request.steps.map(\.id) == ["S-1", "S-2"])
        #expect(request.procedure == OrderedTest(code: "CTHEAD", text: "Head CT") && request.procedureScheme == "LN")
        #expect(request.requestedProcedureID == "RP-7" && request.studyUID == "1.2.9")
        #expect(request.steps.map(\.protocolCode?.value) == ["CTHCM", "CTHCM"])
        #expect(request.steps.map(\.protocolCode?.scheme) == ["99RIS", "99RIS"])
    }

    @Test("of two ORM groups the more urgent priority counts, and the patient's place stays said")
    func urgent() throws {
        let message = [
            orderHeader("ORM^O01"), orderPatient, "PV1|1|E|ER^12^A", "ORC|NW|P1|A1||||^^^^^R",
            "OBR|1|P1|A1|X||||||||||||||||||||CT", "ORC|NW|P2|A1||||^^^^^S", "OBR|2|P2|A1|X||||||||||||||||||||CT",
        ].joined(separator: "\r")
        let changes = try HL7Orders(facility: orderFacility).changes(in: try HL7Message.parse(Array(message.utf8)))
        #expect(changes.count == 1 && changes.first?.order?.priority == .stat)
        #expect(changes.first?.order?.imaging?.steps.count == 2)
        #expect(changes.first?.order?.imaging?.details[.currentLocation] == "ER 12 A")
    }

    @Test("Bahmni's order: ZDS and OBR-18, no modality, no time")
    func bahmni() throws {
        let request = try request(
            "MSH|^~\\&||BahmniEMR|||20261122091500||ORM^O01|C1|P|2.5", "PID|||GAN200001||Rao^Asha||1981-04-02|F",
            "ORC|NW|ORD-312|ORD-312||SC||^^^^^S",
            "OBR||||XRCHEST^Chest X-ray^99B^XRCHEST^Chest X-ray^99B||||||||||||^Mehta^Priya||ORD-312",
            "ZDS|1.2.826.0.1.3680043.9.5")
        #expect(request.steps.count == 1 && request.steps[0].modality == "" && request.steps[0].scheduled == nil)
        #expect(request.steps[0].protocolCode == nil, "the alternate code is the same once more")
        #expect(request.procedureScheme == "99B" && request.requestedBy == "Mehta^Priya")
    }
}

@Suite("What an imaging order says besides")
struct ImagingDetailTests {
    @Test("patient, visit and procedure, each from its field")
    func details() throws {
        let request = try request(
            orderHeader("OMI^O23"), "PID|1||MRN1^^^HOSP^MR||RAO^ASHA||19810402|F",
            "PV1|1|I|ICU^7^B^HOSP|||||77^SHAH^RAVI^M^JR^DR^MD|||||||B6~A2|VIP|||V-123",
            "AL1|1|DA|PEN^Penicillin", "AL1|2|DA|^Iodine\\E\\contrast",
            "ORC|NW|P1|F1|||||||||88^SEN^MIRA|||||RAD^Radiology desk",
            "OBR|1|P1|F1|CTHEAD^CT head||||||||INF^Infectious|claustrophobic|||^MEHTA^PRIYA^^^Dr||||||||||||^BOSE^ANIL||WHLC|R51^Headache~^Fall|||9&NAIR&LEENA&&&Ms",
            "NTE|1||bring former films", "NTE|2||fasting", "OBX|1|NM|29463-7^Body weight^LN||72.5|kg",
            "OBX|2|NM|8302-2^Body height^LN||171|cm",
            "IPC|R1|RP|1.2|S1|CT")
        #expect(request.requestedBy == "MEHTA^PRIYA^^Dr")
        #expect(request.referringPhysician == "SHAH^RAVI^M^DR^JR MD")
        #expect(request.steps.map(\.performingPhysician) == ["NAIR^LEENA^^Ms"])
        #expect(
            request.details == [
                .currentLocation: "ICU 7 B", .admissionID: "V-123", .confidentiality: "VIP", .pregnancyStatus: "3",
                .specialNeeds: "wheelchair or stretcher", .allergies: "Penicillin\\Iodine/contrast",
                .patientState: "Infectious", .medicalAlerts: "claustrophobic", .transport: "WHLC",
                .reason: "Headache, Fall", .requestingService: "Radiology desk", .fillerOrderNumber: "F1",
                .intendedRecipients: "BOSE^ANIL", .procedureComments: "bring former films\nfasting",
                .patientWeight: "72.5", .patientSize: "1.71",
            ])
    }

    @Test(
        "weight and size in the units DICOM wants, exactly, and nothing guessed",
        arguments: [
            ("29463-7^x^LN", "72.5", "kg", "72.5", nil), ("29463-7^x^LN", "3250", "g", "3.25", nil),
            ("29463-7^x^LN", "150", "[lb_av]", "68.039", nil), ("^Body weight", "70", "", "70", nil),
            ("WEIGHT", "70", "stone", nil, nil), ("29463-7^x^LN", ">70", "kg", nil, nil),
            ("29463-7^x^LN", "1e2", "kg", nil, nil), ("8302-2^x^LN", "1.71", "m", nil, "1.71"),
            ("8302-2^x^LN", "171", "", nil, nil), ("8302-2^x^LN", "67", "in", nil, "1.702"),
            ("2345-7^Glucose^LN", "5", "kg", nil, nil), ("29463-7^x^LN", "\"\"", "kg", "", nil),
        ] as [(String, String, String, String?, String?)])
    func measures(code: String, value: String, unit: String, weight: String?, size: String?) throws {
        let request = try request(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P|F", "OBR|1|P|F|X", "OBX|1|NM|\(code)||\(value)|\(unit)",
            "IPC|R1||1.2|S1|CT")
        #expect(request.details[.patientWeight] == weight)
        #expect(request.details[.patientSize] == size)
    }

    @Test("empty says nothing, two quotation marks clear")
    func clearing() throws {
        let silent = try request(orderHeader("OMI^O23"), orderPatient, "ORC|XO|P|F", "OBR|1|P|F|", "IPC|R1")
        #expect(silent.details == [.fillerOrderNumber: "F"])
        #expect(silent.procedure.code == "" && silent.requestedBy == nil && silent.steps[0].scheduled == nil)
        let q = "\"\""
        let clearing = try request(
            orderHeader("OMI^O23"), orderPatient, "PV1|1||\(q)|||||\(q)|||||||\(q)|\(q)|||\(q)", "ORC|XO|P|F",
            "TQ1|1||||||\(q)",
            "OBR|1|P|F|||||||||\(q)|\(q)|||\(q)||||||||||||||\(q)|\(q)|||\(q)", "IPC|R1||||||\(q)|\(q)|\(q)")
        #expect(clearing.requestedBy == "" && clearing.referringPhysician == "")
        for attribute in [
            WorklistAttribute.currentLocation, .admissionID, .confidentiality, .pregnancyStatus, .specialNeeds,
            .patientState,
            .medicalAlerts, .transport, .reason,
        ] {
            #expect(clearing.details[attribute] == "", "\(attribute)")
        }
        let step = try #require(clearing.steps.first)
        #expect(step.scheduled == "" && step.location == "" && step.stationName == "" && step.stationAEs == [""])
        #expect(step.performingPhysician == "")
    }

    @Test("names in other scripts come as their component groups; the legal name goes first")
    func names() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"),
            "PID|1||M1||Taro^Y^^^^^A~Yamada^Tarou^^Jr^Dr^MD^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P", "ORC|NW|P|L1",
            "OBR|1|P|L1|CBC")
        #expect(order.patient.family == "Yamada" && order.patient.given == "Tarou")
        #expect(order.patient.prefix == "Dr" && order.patient.suffix == "Jr MD")
        #expect(order.patient.ideographic == "山田^太郎" && order.patient.phonetic == "やまだ^たろう")
    }
}
