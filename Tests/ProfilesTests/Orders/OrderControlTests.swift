import Core
import HL7
import Profiles
import Testing

@Suite("What an order control code does")
struct OrderControlTests {
    /// What becomes of an imaging order by ORC-1 and ORC-5.
    @Test(
        "table 0119 with table 0038",
        arguments: [
            ("NW", "", "place open"), ("", "", "place open"), ("PA", "", "place open"), ("CH", "", "place open"),
            ("XO", "", "place open"), ("XX", "SC", "place open"), ("RP", "", "place open"), ("RU", "", "cancel"),
            ("RQ", "", "cancel"),
            ("SN", "", "place open"), ("CA", "", "cancel"), ("CA", "CA", "cancel"), ("DC", "", "cancel"),
            ("OC", "", "cancel"), ("OD", "", "cancel"), ("CR", "", "cancel"), ("DR", "", "cancel"),
            ("SC", "IP", "place open"), ("SC", "SC", "place open"), ("SC", "CM", "place completed"),
            ("SC", "CA", "cancel"), ("SC", "DC", "cancel"), ("SC", "", "place open"), ("SR", "CM", "place completed"),
            ("UC", "", "nothing"), ("UA", "", "nothing"), ("SS", "", "nothing"), ("NW", "CM", "place open"),
            ("HD", "", "refused"), ("SC", "HD", "refused"), ("ZZ", "", "refused"),
        ])
    func table(control: String, status: String, expected: String) throws {
        let message = [
            orderHeader("OMI^O23"), orderPatient, "ORC|\(control)|P|A1||\(status)", "OBR|1|P|A1|CTHEAD",
            "IPC|A1|RP|1.2|SPS|CT",
        ].joined(separator: "\r")
        let parsed = try HL7Message.parse(Array(message.utf8))
        let found: String
        do {
            let changes = try HL7Orders(facility: orderFacility).changes(in: parsed)
            switch changes.first {
            case .place(let order)?: found = "place \(order.state.rawValue)"
            case .cancel?: found = "cancel"
            case .demographics?, .merge?: found = "patient"
            case nil: found = "nothing"
            }
        } catch {
            #expect(error.location == ["ORC", "1", "1"])
            found = "refused"
        }
        #expect(found == expected)
    }

    @Test("a cancellation names the steps that it withdraws")
    func steps() throws {
        let changes = try orderChanges(
            orderHeader("OMI^O23"), orderPatient, "ORC|CA|P|A1", "OBR|1|P|A1|CTHEAD", "IPC|A1|RP|1.2|SPS-2|CT")
        #expect(changes.first?.order?.imaging?.steps.map(\.id) == ["SPS-2"])
    }

    @Test("a change leaves open what it does not say: the kind, too, where OBR-24 is empty")
    func openKind() throws {
        let changes = try orderChanges(
            orderHeader("ORM^O01"), orderPatient, "ORC|XO|P|A1||||^^^202611231000", "OBR|1|P|A1|")
        let order = try #require(changes.first?.order)
        #expect(order.kind == .laboratory && order.tests.isEmpty && order.keepsPriority)
        #expect(order.imaging?.scheduled == "2026-11-23T10:00:00+05:30")
        let new = try placedOrder(orderHeader("ORM^O01"), orderPatient, "ORC|NW|P|A1", "OBR|1|P|A1|CBC")
        #expect(new.imaging == nil && new.keepsPriority == false)
    }

    @Test("RP beside RO is the order that was replaced; alone it is a change, which brings back nothing withdrawn")
    func replacement() throws {
        let pair = try orderChanges(
            orderHeader("OMI^O23"), orderPatient, "ORC|RP|P1|A1", "OBR|1|P1|A1|X", "IPC|A1|RP|1.2|S1|CT",
            "ORC|RO|P2|A2",
            "OBR|2|P2|A2|X", "IPC|A2|RP|1.3|S2|CT")
        guard case .cancel(let former)? = pair.first, case .place(let new)? = pair.last else {
            Issue.record("\(pair.count) changes")
            return
        }
        #expect([former.accession, new.accession] == ["A1", "A2"])
        #expect(!new.keepsState)
        let alone = try placedOrder(
            orderHeader("OMI^O23"), orderPatient, "ORC|RP|P1|A1", "OBR|1|P1|A1|X", "IPC|A1|RP|1.2|S1|CT")
        #expect(alone.keepsState)
    }

    @Test(
        "a name of nothing but delimiters says nothing; one of two quotation marks clears it",
        arguments: ["^", "^^^^^^L"])
    func emptyName(text: String) throws {
        func family(_ name: String) throws -> String? {
            try placedOrder(
                orderHeader("OMI^O23"), "PID|1||MRN0001^^^HOSP^MR||\(name)", "ORC|NW|P|A1", "OBR|1|P|A1|X",
                "IPC|A1|RP|1.2|S|CT"
            ).patient.family
        }
        #expect(try family(text) == nil)
        #expect(try family("\"\"") == "")
        #expect(try family("RAO") == "RAO")
    }

    @Test("what was withdrawn and what is ordered in its place stay two changes, in order")
    func replaced() throws {
        let changes = try orderChanges(
            orderHeader("OMI^O23"), orderPatient, "ORC|NW|P0|A1", "OBR|1|P0|A1|X", "IPC|A1|RP|1.2|S0|CT",
            "ORC|CA|P1|A1",
            "OBR|2|P1|A1|X", "IPC|A1|RP|1.2|S1|CT", "ORC|NW|P2|A1", "OBR|3|P2|A1|X", "IPC|A1|RP|1.2|S2|CT")
        #expect(changes.map { $0.order?.imaging?.steps.map(\.id) } == [["S0"], ["S1"], ["S2"]])
    }
}

@Suite("ADT on the order port")
struct DemographicsTests {
    private static let pid = "PID|1||MRN1^^^HOSP^MR||RAO^ASHA^^^Dr||19810402|F"

    @Test("registrations and updates tell demographics", arguments: ["A01", "A02", "A04", "A05", "A08", "A28", "A31"])
    func updates(event: String) throws {
        let changes = try orderChanges(orderHeader("ADT^\(event)"), Self.pid, "PV1|1|I|ICU^7||||||||||||B6")
        guard changes.count == 1, case .demographics(let update)? = changes.first else {
            Issue.record("no update")
            return
        }
        #expect(update.patient.mrn == "MRN1" && update.patient.mrnSystem == "urn:example:mrn")
        #expect(update.patient.family == "RAO" && update.patient.prefix == "Dr" && update.patient.sex == .female)
        #expect(update.details == [.currentLocation: "ICU 7", .pregnancyStatus: "3"])
    }

    @Test("other events change nothing, and are no mistake", arguments: ["A03", "A11", "A13", "A12", "A38", "A60", ""])
    func others(event: String) throws {
        #expect(try orderChanges(orderHeader("ADT^\(event)"), Self.pid).isEmpty)
        #expect(try orderChanges(orderHeader("ADT^\(event)")).isEmpty)
    }

    @Test("a merge: MRG-1 is now PID-3, each in its system; the pair repeats")
    func merge() throws {
        let changes = try orderChanges(
            orderHeader("ADT^A40"), Self.pid, "MRG|OLD1^^^HOSP^MR", "PID|2||MRN2^^^OTHER^MR||SEN^MIRA",
            "MRG|OLD2^^^GOV^NI~OLD3^^^OTHER^MR")
        guard changes.count == 2, case .merge(let first, let firstSystem, let survivor)? = changes.first,
            case .merge(let second, let secondSystem, let other)? = changes.last
        else {
            Issue.record("\(changes.count) changes")
            return
        }
        #expect([first, firstSystem, survivor.mrn, survivor.family] == ["OLD1", "urn:example:mrn", "MRN1", "RAO"])
        #expect(
            [second, secondSystem, other.mrn, other.mrnSystem] == [
                "OLD3", "urn:example:other", "MRN2", "urn:example:other",
            ])
    }

    @Test(
        "a merge that cannot be is refused in words",
        arguments: [
            (["PID|1||MRN1^^^HOSP^MR||RAO"], "no MRG segment"),
            (["PID|1||MRN1^^^HOSP^MR||RAO", "MRG|MRN1^^^HOSP^MR"], "cannot be merged into itself"),
            (["PID|1||MRN1^^^HOSP^MR||RAO", "MRG|"], "MRG-1 is empty"),
            (["PID|1||||RAO", "MRG|OLD"], "PID-3 is empty"), (["MRG|OLD", "PID|1||MRN1||RAO"], "before any PID"),
        ])
    func impossible(segments: [String], words: String) throws {
        let message = ([orderHeader("ADT^A40")] + segments).joined(separator: "\r")
        #expect {
            try HL7Orders(facility: orderFacility).changes(in: try HL7Message.parse(Array(message.utf8)))
        } throws: { ($0 as? OrderMistake)?.what.contains(words) == true }
    }

    @Test("an update without an MRN is a mistake")
    func nobody() throws {
        let mistake = try orderMistake(orderHeader("ADT^A08"), "PID|1||||RAO")
        #expect(mistake?.location == ["PID", "1", "3"])
    }
}
