import Core
import HL7
import Profiles
import Testing

@Suite("Which number is the accession")
struct AccessionRuleTests {
    /// SPM-2.1, OBR-3.1, ORC-3.1, OBR-2.1 as filled or not, and what is taken.
    @Test(
        "laboratory: SPM-2.1, else OBR-3.1, else ORC-3.1, else OBR-2.1",
        arguments: [
            ("S", "F", "C", "P", "S"), ("", "F", "C", "P", "F"), ("", "", "C", "P", "C"), ("", "", "", "P", "P"),
            ("S", "", "", "", "S"), (" ", "F", "", "", "F"), ("^X", "F", "", "", "F"), ("\"\"", "F", "", "", "F"),
            ("0012", "12", "", "", "0012"),
        ])
    func laboratory(spm: String, obr3: String, orc3: String, obr2: String, expected: String) throws {
        let order = try placedOrder(
            orderHeader("OML^O21"), orderPatient, "ORC|NW|P0|\(orc3)", "OBR|1|\(obr2)|\(obr3)|GLU", "SPM|1|\(spm)")
        #expect(order.accession == expected)
    }

    /// IPC-1, OBR-18, OBR-3.1, ORC-3.1 as filled or not, and what is taken.
    @Test(
        "imaging: IPC-1, else OBR-18, else OBR-3.1, else ORC-3.1",
        arguments: [
            ("I", "E", "F", "C", "I"), ("", "E", "F", "C", "E"), ("", "", "F", "C", "F"), ("", "", "", "C", "C"),
            ("I^RIS", "", "", "", "I"),
        ])
    func imaging(ipc: String, obr18: String, obr3: String, orc3: String, expected: String) throws {
        let order = try placedOrder(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P0|\(orc3)",
            "OBR|1|P0|\(obr3)|CTHEAD||||||||||||||\(obr18)||||||CT", "IPC|\(ipc)|RP1|1.2.3|SPS1|CT")
        #expect(order.accession == expected)
    }

    @Test("the placer's number is never the accession of an imaging order")
    func imagingPlacer() throws {
        let mistake = try orderMistake(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P0", "OBR|1|P0||CTHEAD", "IPC||RP1|1.2.3|SPS1|CT")
        #expect(mistake?.what == "No accession: IPC-1, OBR-18, OBR-3 and ORC-3 are all empty.")
        #expect(mistake?.location == ["OBR", "1", "3"])
    }
}

@Suite("Whom an order is for")
struct OrderPatientTests {
    @Test(
        "the MRN is the repetition of PID-3 typed MR, else the first that is filled",
        arguments: [
            ("A1^^^HOSP^MR", "A1"), ("N9^^^GOV^NI~A1^^^HOSP^MR~B2^^^HOSP^PI", "A1"), ("A1~B2^^^^PI", "A1"),
            ("^^^HOSP^MR~B2^^^^PI", "B2"), (" A1 ", "A1"), ("007^^^HOSP^MR", "007"),
        ])
    func repetitions(field: String, expected: String) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), "PID|1||\(field)||RAO^ASHA", "ORC|NW|P|L1", "OBR|1|P|L1|CBC")
        #expect(order.patient.mrn == expected)
    }

    @Test(
        "the authority names the system; an absent or unlisted one is the facility's",
        arguments: [
            ("A1^^^HOSP^MR", "urn:example:mrn"), ("A1^^^OTHER^MR", "urn:example:other"),
            ("A1^^^OTHER&1.2.3&ISO^MR", "urn:example:other"), ("A1^^^UNLISTED^MR", "urn:example:mrn"),
            ("A1", "urn:example:mrn"), ("X^^^HOSP^PI~A1^^^OTHER^MR", "urn:example:other"),
        ])
    func authority(field: String, expected: String) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), "PID|1||\(field)||RAO^ASHA", "ORC|NW|P|L1", "OBR|1|P|L1|CBC")
        #expect(order.patient.mrnSystem == expected)
    }

    @Test(
        "what is no date or sex of the standard is left out, never guessed",
        arguments: [
            ("19810402", "F", "1981-04-02", Sex.female), ("19810402101500", "m", "1981-04-02", .male),
            ("198104", "O", "1981-04", .other), ("1981", "U", "1981", .unknown), ("19811302", "X", nil, nil),
            ("19810230", "", nil, nil), ("02-04-1981", "FEMALE", nil, nil), ("", "", nil, nil),
            ("1981-04-02T00:00:00.000+0530", "F", "1981-04-02", .female),
            ("1981-02-30", "", nil, nil), ("\"\"", "\"\"", "", .unknown),
        ] as [(String, String, String?, Sex?)])
    func demographics(birth: String, sex: String, date: String?, read: Sex?) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), "PID|1||A1||RAO||\(birth)|\(sex)", "ORC|NW|P|L1", "OBR|1|P|L1|CBC")
        #expect(order.patient.birthDate == date)
        #expect(order.patient.sex == read)
        #expect(order.patient.given == "", "the name was said without it")
    }

    @Test("names in other scripts and escaped delimiters arrive as they are")
    func names() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), "PID|1||A1||मेहता^प्रिया\\T\\को", "ORC|NW|P|L1", "OBR|1|P|L1|CBC")
        #expect(order.patient.family == "मेहता")
        #expect(order.patient.given == "प्रिया&को")
    }
}

@Suite("When and how soon")
struct OrderTimeTests {
    @Test(
        "times become ISO 8601 with the offset they carry, else that of the facility",
        arguments: [
            ("20261122091000", "2026-11-22T09:10:00+05:30"), ("202611220910", "2026-11-22T09:10:00+05:30"),
            ("20261122091000.1234-0800", "2026-11-22T09:10:00-08:00"), ("20261122", "2026-11-22"),
            ("202611", "2026-11"), ("20261322091000", nil), ("20261122251000", nil), ("20261122091061", nil),
            ("20261122091000+5", nil), ("soon", nil), ("", nil),
        ] as [(String, String?)])
    func collected(text: String, expected: String?) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|L1", "OBR|1|P|L1|CBC|||\(text)")
        #expect(order.specimen?.collected == expected)
    }

    @Test("summer time is that of the day")
    func summerTime() throws {
        var facility = orderFacility
        facility.timeZone = "Europe/Berlin"
        for (text, expected) in [
            ("20260722091000", "2026-07-22T09:10:00+02:00"), ("20261122091000", "2026-11-22T09:10:00+01:00"),
        ] {
            let order = try placedOrder(
                orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|L1", "OBR|1|P|L1|CBC|||\(text)", facility: facility)
            #expect(order.specimen?.collected == expected)
        }
    }

    /// TQ1-9, ORC-7.6, OBR-27.6, OBR-5.
    @Test(
        "priority: TQ1-9, else ORC-7.6, else OBR-27.6, else OBR-5",
        arguments: [
            ("S", "R", "R", "R", OrderPriority.stat), ("", "A", "S", "S", .urgent), ("", "", "S", "R", .stat),
            ("", "", "", "stat", .stat), ("", "", "", "", .routine), ("", "", "", "T", .routine),
        ])
    func priority(tq1: String, orc: String, obr27: String, obr5: String, expected: OrderPriority) throws {
        let order = try placedOrder(
            orderHeader("OML^O21"), orderPatient, "ORC|NW|P|L1||||^^^^^\(orc)", "TQ1|1||||||||\(tq1)",
            "OBR|1|P|L1|CBC|\(obr5)||||||||||||||||||||||^^^^^\(obr27)")
        #expect(order.priority == expected)
    }
}

@Suite("Orders larger than anyone places")
struct OrderSizeTests {
    @Test("many identifiers and many tests cost no more than their length", .timeLimit(.minutes(1)))
    func linear() throws {
        let pid = "PID|1||" + String(repeating: "a~", count: 40_000) + "M1^^^^MR||RAO^ASHA"
        let tests = (0..<4_000).map { "OBR|\($0)|P|L1|T\($0 % 3_000)" }.joined(separator: "\r")
        let order = try placedOrder(orderHeader("ORM^O01"), pid, "ORC|NW|P|L1", tests)
        #expect(order.patient.mrn == "M1")
        #expect(order.tests.count == 3_000)
    }

    @Test("more orders than one message may hold are a mistake")
    func tooMany() throws {
        let many = (0...5_000).map { "OBR|\($0)|P|L\($0)|T" }.joined(separator: "\r")
        let mistake = try orderMistake(orderHeader("ORM^O01"), orderPatient, many)
        #expect(mistake?.what.hasPrefix("The message holds 5001 orders") == true)
    }
}
