import Core
import Testing

@testable import Store

@Suite("How the worklist is looked up")
struct WorklistPlanTests {
    private func preselection(_ keys: [String: String]) -> WorklistPreselection {
        var preselection = WorklistPreselection()
        preselection.earliestDate = keys["from"]
        preselection.latestDate = keys["through"]
        preselection.modality = keys["modality"]
        preselection.stationAETitle = keys["station"]
        preselection.accession = keys["accession"]
        preselection.patientID = keys["patient"]
        return preselection
    }

    private let day = ["from": "20261122", "through": "20261122"]

    @Test("each over the index that leaves least, and no table is gone through")
    func plans() throws {
        let house = try House()
        for (keys, index) in [
            (
                day.merging(["modality": "CT", "station": "CT01"]) { $1 },
                "step_station (station=? AND start_date=? AND modality=?)"
            ),
            (day.merging(["station": "CT01"]) { $1 }, "step_station (station=? AND start_date=?)"),
            (["station": "CT01", "from": "20261122"], "step_station (station=? AND start_date>?)"),
            (day.merging(["modality": "CT"]) { $1 }, "step_modality (modality=? AND start_date=?)"),
            (day, "step_date (start_date=?)"), (["patient": "MRN1"], "orders_mrn (mrn=?)"),
            (["accession": "R1", "station": "CT01"], "orders_identity (accession=? AND kind=?)"),
        ] {
            let (sql, values) = WorklistRows.statement(preselection(keys))
            let plan = try house.store.readers.readNow { database in
                try Query(database, "EXPLAIN QUERY PLAN " + sql).all(values) { $0.text(3) }
            }
            #expect(plan.contains { $0.contains(index) }, "\(keys): \(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN t") || $0.hasPrefix("SCAN o") }, "\(keys): \(plan)")
        }
    }

    @Test("today's steps of one station among many thousand are found without looking at the others")
    func many() async throws {
        let house = try House()
        for part in 0..<5 {
            try await house.apply(
                (0..<4_000).map { number in
                    let all = part * 4_000 + number
                    return .place(
                        .imaging(
                            "R\(all)", modality: all % 2 == 0 ? "CT" : "MR", station: "AE\(all % 40)",
                            scheduled: "2026-11-\(10 + all % 19)T10:00:00+05:30"))
                })
        }
        let keys = preselection(day.merging(["modality": "CT", "station": "AE8"]) { $1 })
        var found = 0
        let start = ContinuousClock.now
        try house.store.candidates(for: keys) { _ in
            found += 1
            return true
        }
        let took = ContinuousClock.now - start
        #expect(found == (0..<20_000).count { $0 % 40 == 8 && $0 % 19 == 12 })
        #expect(took < .seconds(1), "\(took)")
    }
}
