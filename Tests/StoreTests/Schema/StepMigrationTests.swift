import Core
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("A store of the time before scheduled steps")
struct StepMigrationTests {
    @Test("its imaging orders are carried over: each becomes one step, where it stood, and can be found by name")
    func carriedOver() async throws {
        let folder = House.newFolder()
        let files = StoreFolder(url: folder)
        try files.prepare()
        do {
            let queue = try Connection.writer(files.database, StoreConfiguration())
            try Migrations.all.migrate(queue, upTo: "0003")
            try await queue.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO mrn_system (uri) VALUES ('urn:labrador:mrn');
                        INSERT INTO orders (accession, kind, mrn_system, mrn, state, priority, family, given, received,
                            procedure_code, procedure_text, modality, station_ae, scheduled, start_date, start_time, study_uid)
                        VALUES ('R1', 2, 1, 'M1', 0, 1, 'RAO', 'ASHA', 5, 'CTHEAD', 'CT head', 'CT', 'CT01',
                                '2026-11-22T10:00:00+05:30', '20261122', '100000', '1.2.3'),
                            ('R2', 2, 1, 'M1', 1, 0, 'RAO', 'ASHA', 6, 'X', NULL, 'MR', NULL, NULL, NULL, NULL, '1.2.4'),
                            ('R3', 2, 1, 'M1', 1, 0, NULL, NULL, 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
                        INSERT INTO orders (accession, kind, mrn_system, mrn, state, priority, received)
                        VALUES ('L1', 1, 1, 'M1', 0, 0, 8);
                        """)
            }
            try queue.close()
        }
        let house = try House(in: folder)
        var entries: [WorklistEntry] = []
        var preselection = WorklistPreselection()
        preselection.name =
            WorklistPreselection(
                try WorklistQuery([.patientName: "rao*"]), for: WorklistCaller(aeTitle: "X", scope: .all)
            ).name
        try house.store.candidates(for: preselection) {
            entries.append($0)
            return true
        }
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect([entry.accession, entry.stepID, entry.requestedProcedureID] == ["R1", "R1", "R1"])
        #expect([entry.startDate, entry.startTime, entry.studyInstanceUID] == ["20261122", "100000", "1.2.3"])
        #expect(entry.stationAETitles == ["CT01"] && entry.priority == "HIGH" && entry.missingAttributes.isEmpty)
        let rows = try await house.store.worklist(ListingFilter())
        #expect(rows.map { "\($0.accession) \($0.state)" }.sorted() == ["R1 scheduled", "R2 cancelled"])
        #expect(try await house.store.orders(ListingFilter()).map(\.accession) == ["L1", "R3", "R2", "R1"])
        // A later change finds the step that was carried over.
        try await house.apply(.place(.imaging("R1", mrn: "M1", scheduled: "2026-11-23T11:00:00+05:30")))
        #expect(
            try await house.store.worklist(ListingFilter(accession: "R1")).map(\.scheduled) == [
                "2026-11-23T11:00:00+05:30"
            ])
    }
}
