import Foundation
import Testing

@testable import Core

@Suite("Imaging orders as JSON")
struct ImagingFormTests {
    private func change(_ json: String) throws -> OrderChange {
        try #require(try orderChanges(json: Array(json.utf8), facility: Facility()).first)
    }

    private func mistakes(_ json: String) -> [String] {
        do {
            _ = try orderChanges(json: Array(json.utf8), facility: Facility())
            return []
        } catch {
            return error.mistakes.map(\.sentence)
        }
    }

    private func order(_ members: String) -> String {
        #"{"accession":"R1","mrn":"M1","kind":"imaging","procedure":{"code":"PETCT"}\#(members)}"#
    }

    @Test("several steps: each says what it says otherwise than the order")
    func steps() throws {
        let change = try change(
            order(
                """
                ,"modality":"CT","scheduled":"2026-11-22T10:00:00+05:30","location":"NM",
                "steps":[{"id":"S1","station_ae":["CT01","CT02"],"protocol":{"code":"CTWB","text":"CT for PET","scheme":"99X"}},
                 {"id":"S2","modality":"PT","station_ae":"PET01","scheduled":"2026-11-22T11:00:00+05:30","description":"PET",
                  "performing_physician":"SEN^MIRA","station_name":"PET ONE","status":"cancelled"}]
                """))
        let steps = try #require(change.order?.imaging?.steps)
        #expect(steps.map(\.id) == ["S1", "S2"])
        #expect(steps.map(\.modality) == ["CT", "PT"])
        #expect(steps.map(\.stationAEs) == [["CT01", "CT02"], ["PET01"]])
        #expect(steps.map(\.scheduled) == ["2026-11-22T10:00:00+05:30", "2026-11-22T11:00:00+05:30"])
        #expect(steps.map(\.location) == ["NM", "NM"])
        #expect(steps[0].protocolCode == WorklistCode(value: "CTWB", scheme: "99X", meaning: "CT for PET"))
        #expect(steps.map { $0.description as String? } == ["CT for PET", "PET"])
        #expect(steps.map(\.performingPhysician) == [nil, "SEN^MIRA"] && steps[1].stationName == "PET ONE")
        #expect(steps.map(\.state) == [.scheduled, .cancelled])
    }

    @Test("what a modality is told besides")
    func details() throws {
        let change = try change(
            order(
                """
                ,"modality":"CT","requested_procedure_id":"RP1","referring_physician":"SHAH^RAVI","requested_by":"",
                "details":{"transport":"WHLC","weight_kg":"72.5","size_m":"1.71","pregnancy":"possible","reason":"fall",
                 "allergies":["Penicillin","Iodine\\\\contrast"],"alerts":"pacemaker","comments":""}
                """))
        let imaging = try #require(change.order?.imaging)
        #expect(
            imaging.details == [
                .transport: "WHLC", .patientWeight: "72.5", .patientSize: "1.71", .pregnancyStatus: "2",
                .reason: "fall",
                .allergies: "Penicillin\\Iodine/contrast", .medicalAlerts: "pacemaker", .procedureComments: "",
            ])
        #expect(imaging.requestedProcedureID == "RP1" && imaging.referringPhysician == "SHAH^RAVI")
        #expect(imaging.requestedBy == "", "clears")
    }

    @Test("every key of `details` has an attribute of its own, of those that an order may carry")
    func table() {
        #expect(Set(DetailKeys.names).count == DetailKeys.table.count)
        #expect(Set(DetailKeys.table.map(\.attribute)) == Set(WorklistAttribute.details))
    }

    @Test("docs/orders.md names every key")
    func documented() throws {
        var page = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { page.deleteLastPathComponent() }
        let text = try String(contentsOf: page.appendingPathComponent("docs/orders.md"), encoding: .utf8)
        for key in DetailKeys.names + OrderKeys.step + OrderKeys.imaging + OrderKeys.patient {
            #expect(text.firstRange(of: key) != nil, "\(key)")
        }
    }

    @Test("a cancellation of steps names them; one of the order names none")
    func cancelled() throws {
        let some = try change(
            #"{"accession":"R1","mrn":"M1","kind":"imaging","status":"cancelled","steps":[{"id":"S2"}]}"#)
        guard case .cancel(let order) = some else {
            Issue.record("no cancellation")
            return
        }
        #expect(order.imaging?.steps.map(\.id) == ["S2"])
        let all = try change(#"{"accession":"R1","mrn":"M1","kind":"imaging","status":"cancelled"}"#)
        #expect(all.order?.imaging == nil)
        let done = try change(
            #"{"accession":"R1","mrn":"M1","kind":"imaging","status":"completed","steps":[{"id":"S2"}]}"#)
        #expect(done.order?.state == .completed && done.order?.imaging?.steps.map(\.id) == ["S2"])
    }

    @Test(
        "mistakes are told with their place",
        arguments: [
            (#","modality":"CT","steps":[]"#, "steps: 0 steps"),
            (#","modality":"CT","steps":{}"#, "steps: is an object"),
            (#","steps":[{"id":"S1","modality":"CT"},{"id":"S2"}]"#, "modality: is missing"),
            (#","modality":"CT","steps":[{"id":"S1"},{"id":"S1"}]"#, "steps[1].id: \"S1\" names two steps"),
            (#","modality":"CT","steps":[{"id":"12345678901234567"}]"#, "steps[0].id: "),
            (#","modality":"CT","steps":[{"ident":"1"}]"#, "steps[0].ident: is not a key"),
            (#","modality":"CT","steps":[{"status":"started"}]"#, "steps[0].status: "),
            (#","modality":"CT","station_ae":["A",7]"#, "station_ae[1]: is a number"),
            (#","modality":"CT","details":{"weight_kg":"72 kg"}"#, "details.weight_kg: \"72 kg\" is no measure"),
            (#","modality":"CT","details":{"pregnancy":"perhaps"}"#, "details.pregnancy: "),
            (#","modality":"CT","details":{"colour":"red"}"#, "details.colour: is not a key"),
            (#","modality":"CT","protocol":{"text":"x"}"#, "protocol.code: is missing"),
        ])
    func wrong(members: String, sentence: String) {
        let found = mistakes(order(members))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(sentence) == true, "\(found)")
    }

    @Test("a CSV column for each plain key")
    func csv() throws {
        let file = """
            accession,mrn,kind,procedure.code,procedure.scheme,modality,location,details.weight_kg,details.transport,patient.prefix
            R1,M1,imaging,CTHEAD,LN,CT,ER,72.5,WHLC,Dr
            """
        var notes = IntakeNotes(limits: IntakeLimits())
        var reader = CSVReader(Array(file.utf8), maximumColumns: 20)
        let header = try #require(try reader.next())
        let columns = try #require(CSVColumns(header: header, notes: &notes))
        let row = try #require(try reader.next())
        let value = try #require(columns.order(row, notes: &notes))
        let order = try #require(orderChange(value, facility: Facility(), notes: &notes)?.order)
        #expect(notes.count == 0)
        #expect(order.imaging?.procedureScheme == "LN" && order.imaging?.steps[0].location == "ER")
        #expect(order.imaging?.details == [.patientWeight: "72.5", .transport: "WHLC"])
        #expect(order.patient.prefix == "Dr")
    }
}
