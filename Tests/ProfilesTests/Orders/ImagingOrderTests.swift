import Core
import HL7
import Profiles
import Testing

@Suite("Imaging orders in HL7")
struct ImagingOrderTests {
    @Test("OMI^O23: everything a worklist needs, from IPC")
    func imagingOrder() throws {
        let order = try placedOrder(
            orderHeader("OMI^O23^OMI_O23", version: "2.5.1"), orderPatient, "ORC|NW|HMS-9^HMS|F-9",
            "TQ1|1||||||20261122100000+0530||S", "OBR|1|HMS-9|F-9|CTHEAD^CT head plain^L||||||||||||^MEHTA^PRIYA",
            "IPC|R26-1^RIS|RP-1|1.2.826.0.1.3680043.9.1^RIS|SPS-1|CT^Computed tomography^DCM|||ROOM 1|CT01")
        #expect(order.kind == .imaging)
        #expect(order.accession == "R26-1")
        #expect(order.placer == "HMS-9")
        #expect(order.priority == .stat)
        #expect(order.tests == [])
        #expect(order.specimen == nil)
        var step = ScheduledStep(
            id: "SPS-1", modality: "CT", stationAEs: ["CT01"], scheduled: "2026-11-22T10:00:00+05:30")
        step.location = "ROOM 1"
        step.placer = "HMS-9"
        var expected = ImagingRequest(
            procedure: OrderedTest(code: "CTHEAD", text: "CT head plain"), steps: [step],
            studyUID: "1.2.826.0.1.3680043.9.1", requestedBy: "MEHTA^PRIYA")
        expected.requestedProcedureID = "RP-1"
        expected.details = [.fillerOrderNumber: "F-9"]
        #expect(order.imaging == expected)
    }

    @Test("ORM^O01 with ZDS: the study's uid, the modality from OBR-24, the time from ORC-7")
    func studyInZDS() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|R26-2|R26-2||||^^^202611221000^^S",
            "OBR|1|R26-2|R26-2|XRCHEST^Chest X-ray||||||||||||||||||||DX",
            "ZDS|1.2.826.0.1.3680043.9.2^100^Application^DICOM")
        #expect(order.kind == .imaging)
        #expect(order.accession == "R26-2")
        #expect(order.imaging?.studyUID == "1.2.826.0.1.3680043.9.2")
        #expect(order.imaging?.modality == "DX")
        #expect(order.imaging?.scheduled == "2026-11-22T10:00:00+05:30")
        #expect(order.priority == .stat)
    }

    @Test(
        "OBR-24 tells imaging from laboratory in ORM^O01",
        arguments: [
            ("CT", OrderKind.imaging), ("US", .imaging), ("HM", .laboratory), ("OT", .laboratory), ("", .laboratory),
        ])
    func kind(section: String, expected: OrderKind) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|A1", "OBR|1|P|A1|X||||||||||||||||||||\(section)")
        #expect(order.kind == expected)
    }

    /// TQ1-7, ORC-7.4, OBR-27.4, OBR-36.
    @Test(
        "scheduled: TQ1-7, else ORC-7.4, else OBR-27.4, else OBR-36",
        arguments: [
            ("202611221001", "202611221002", "202611221003", "202611221004", "10:01"),
            ("", "202611221002", "202611221003", "202611221004", "10:02"),
            ("", "", "202611221003", "202611221004", "10:03"), ("", "", "", "202611221004", "10:04"),
        ])
    func scheduled(tq1: String, orc: String, obr27: String, obr36: String, expected: String) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|A1||||^^^\(orc)", "TQ1|1||||||\(tq1)",
            "OBR|1|P|A1|X||||||||||||||||||||CT|||^^^\(obr27)|||||||||\(obr36)")
        #expect(order.imaging?.scheduled == "2026-11-22T\(expected):00+05:30")
    }

    @Test("an imaging order without a modality is refused in words")
    func noModality() throws {
        let mistake = try orderMistake(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P|A1", "OBR|1|P|A1|CTHEAD", "IPC|A1|RP|1.2.3|SPS")
        #expect(mistake?.what == "An imaging order needs a modality in OBR-24 (or IPC-5).")
        #expect(mistake?.location == ["OBR", "1", "24"])
    }

    @Test("a cancellation needs no more than the accession")
    func cancelled() throws {
        let changes = try orderChanges(
            orderHeader("OMI^O23"), orderPatient, "ORC|CA|P|A1", "OBR|1|P|A1|CTHEAD", "IPC|A1")
        guard changes.count == 1, case .cancel(let order)? = changes.first else {
            Issue.record("not a cancellation")
            return
        }
        #expect(order.kind == .imaging)
        #expect(order.accession == "A1")
    }
}

@Suite("Messages that are no orders")
struct OrderMistakeWordTests {
    @Test(
        "the type is named, and where such messages go",
        arguments: [("ORU^R01", "ORU"), ("MDM^T02", "MDM"), ("", "empty")])
    func type(type: String, word: String) throws {
        let mistake = try orderMistake(orderHeader(type), orderPatient, "OBR|1|P|A1|CBC")
        #expect(mistake?.what.hasPrefix("MSH-9 is \(word): this port takes orders") == true)
        #expect(mistake?.location == ["MSH", "1", "9"])
    }

    @Test("no PID")
    func noPatient() throws {
        let mistake = try orderMistake(orderHeader("ORM^O01"), "ORC|NW|P|A1", "OBR|1|P|A1|CBC")
        #expect(mistake?.what == "The message has no PID segment: an order needs a patient.")
    }

    @Test("no MRN", arguments: ["", "^^^HOSP^MR", "  ", "\"\""])
    func noRecordNumber(field: String) throws {
        let mistake = try orderMistake(orderHeader("ORM^O01"), "PID|1||\(field)||RAO", "ORC|NW|P|A1", "OBR|1|P|A1|CBC")
        #expect(mistake?.what == "PID-3 is empty: an order needs an MRN.")
        #expect(mistake?.location == ["PID", "1", "3"])
    }

    @Test("no accession: the second order of the message is named, and none is taken")
    func noAccession() throws {
        let mistake = try orderMistake(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|A1", "OBR|1|P|A1|CBC", "ORC|NW", "OBR|2|||GLU")
        #expect(mistake?.what == "No accession: SPM-2, OBR-3, ORC-3 and OBR-2 are all empty.")
        #expect(mistake?.location == ["OBR", "2", "3"])
    }

    @Test("nothing ordered")
    func nothing() throws {
        let mistake = try orderMistake(orderHeader("ORM^O01"), orderPatient, "NTE|1||none")
        #expect(mistake?.what == "The message holds no ORC or OBR segment, so it orders nothing.")
    }

    @Test("the words hold no patient data")
    func redacted() throws {
        let mistake = try orderMistake(orderHeader("ORM^O01"), "PID|1||^^^HOSP^MR||SECRET^NAME", "ORC|NW|P|A1")
        #expect(mistake?.what.contains("SECRET") == false)
    }
}
