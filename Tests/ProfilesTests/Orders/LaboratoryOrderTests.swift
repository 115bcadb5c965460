import Core
import HL7
import Profiles
import Testing

@Suite("Laboratory orders in HL7")
struct LaboratoryOrderTests {
    @Test("ORM^O01: every part of the order")
    func general() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|HMS-778^HMS|L26-1^LAB||||^^^^^S",
            "OBR|1|HMS-778^HMS|L26-1^LAB|CBC^Complete blood count^L|||20261122091000||||||||EDTA blood&Blood^^|^MEHTA^PRIYA"
        )
        #expect(order.accession == "L26-1")
        #expect(order.placer == "HMS-778")
        #expect(order.kind == .laboratory)
        #expect(order.state == .open)
        #expect(order.priority == .stat)
        #expect(order.tests == [OrderedTest(code: "CBC", text: "Complete blood count")])
        #expect(order.specimen == OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:10:00+05:30"))
        #expect(order.imaging == nil)
        var patient = Patient(
            mrn: "MRN0001", mrnSystem: "urn:example:mrn", family: "RAO", given: "ASHA K", birthDate: "1981-04-02",
            sex: .female)
        // The whole name was said: what it lacks is cleared.
        (patient.prefix, patient.suffix, patient.ideographic, patient.phonetic) = ("", "", "", "")
        #expect(order.patient == patient)
    }

    @Test("several OBR of one accession are one order; each test once, in order")
    func joined() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|CBC^Blood count",
            "ORC|NW|HMS-1|L26-1", "OBR|2|HMS-1|L26-1|ESR^Sedimentation", "OBR|3|HMS-1|L26-1|CBC^Blood count",
            "OBR|4|HMS-1|L26-1|RET")
        #expect(order.tests.map(\.code) == ["CBC", "ESR", "RET"])
    }

    @Test("OBR of other accessions are other orders")
    func separate() throws {
        let changes = try orderChanges(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|CBC", "OBR|2|HMS-2|L26-2|GLU"
        )
        guard case .place(let first)? = changes.first, case .place(let second)? = changes.last else {
            Issue.record("\(changes.count) changes")
            return
        }
        #expect([first, second].map(\.accession) == ["L26-1", "L26-2"])
        #expect([first, second].map(\.placer) == ["HMS-1", "HMS-2"])
        #expect([first, second].map { $0.tests.map(\.code) } == [["CBC"], ["GLU"]])
    }

    @Test(
        "a cancellation is no order, by each code of table 0119", arguments: ["CA", "DC", "OC", "OD", "CR", "DR", "ca"])
    func cancelled(control: String) throws {
        let changes = try orderChanges(
            orderHeader("ORM^O01"), orderPatient, "ORC|\(control)|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|CBC")
        guard changes.count == 1, case .cancel(let order)? = changes.first else {
            Issue.record("\(control) does not cancel")
            return
        }
        #expect(order.accession == "L26-1")
        #expect(order.state == .cancelled)
    }

    @Test("other control codes place the order", arguments: ["NW", "XO", "SC", "RE", ""])
    func placed(control: String) throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|\(control)|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|CBC")
        #expect(order.state == .open)
    }

    @Test("a cancellation beside a new order of the same accession keeps both, in order")
    func cancelThenPlace() throws {
        let changes = try orderChanges(
            orderHeader("ORM^O01"), orderPatient, "ORC|CA|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|CBC", "ORC|NW|HMS-1|L26-1",
            "OBR|2|HMS-1|L26-1|GLU")
        #expect(changes.count == 2)
        guard case .cancel? = changes.first, case .place(let order)? = changes.last else {
            Issue.record("not a cancellation and then an order")
            return
        }
        #expect(order.tests.map(\.code) == ["GLU"])
    }

    @Test("OML^O21: the specimen's number goes before the order's")
    func specimenInOrder() throws {
        let order = try placedOrder(
            orderHeader("OML^O21^OML_O21", version: "2.5.1"), orderPatient, "ORC|NW|HMS-1|F-1",
            "TQ1|1||||||20261122093000||R", "OBR|1|HMS-1|F-1|GLU^Glucose|||20261122090000",
            "SPM|1|L26-7&HMS^LAB-7&LAB||SER^Serum^HL70487|||||||||||||20261122091500+0530")
        #expect(order.accession == "L26-7")
        #expect(order.specimen == OrderedSpecimen(type: "Serum", collected: "2026-11-22T09:15:00+05:30"))
        #expect(order.priority == .routine)
    }

    @Test("OML^O21: each order has its own specimen")
    func specimenEach() throws {
        let changes = try orderChanges(
            orderHeader("OML^O21"), orderPatient, "ORC|NW|HMS-1|F-1", "OBR|1|HMS-1|F-1|GLU", "SPM|1|L26-7",
            "ORC|NW|HMS-2|F-2", "OBR|2|HMS-2|F-2|CBC", "SPM|1|L26-8")
        #expect(accessions(changes) == ["L26-7", "L26-8"])
    }

    @Test("OML^O33 and O35: a specimen stands before its orders", arguments: ["O33", "O35"])
    func specimenFirst(event: String) throws {
        let changes = try orderChanges(
            orderHeader("OML^\(event)"), orderPatient, "SPM|1|L26-7||SER", "SAC|||C1", "ORC|NW|HMS-1",
            "OBR|1|HMS-1||GLU",
            "ORC|NW|HMS-2", "OBR|2|HMS-2||CREA", "SPM|2|L26-8||WB", "SAC|||C2", "ORC|NW|HMS-3", "OBR|3|HMS-3||CBC")
        #expect(accessions(changes) == ["L26-7", "L26-8"])
        guard case .place(let first)? = changes.first, case .place(let last)? = changes.last else { return }
        #expect(first.tests.map(\.code) == ["GLU", "CREA"])
        #expect(first.specimen?.type == "SER")
        #expect(last.tests.map(\.code) == ["CBC"])
        #expect(last.specimen?.type == "WB")
    }

    @Test("an order without a test still makes the accession known")
    func noTest() throws {
        let order = try placedOrder(orderHeader("ORM^O01"), orderPatient, "ORC|NW|HMS-1|L26-1", "OBR|1|HMS-1|L26-1")
        #expect(order.tests == [])
    }

    @Test("a local code stands in component 4 when component 1 is empty")
    func alternateCode() throws {
        let order = try placedOrder(
            orderHeader("ORM^O01"), orderPatient, "ORC|NW|HMS-1|L26-1", "OBR|1|HMS-1|L26-1|^^^CBC^Blood count")
        #expect(order.tests == [OrderedTest(code: "CBC", text: "Blood count")])
    }

    private func accessions(_ changes: [OrderChange]) -> [String?] { changes.map { $0.order?.accession } }
}
