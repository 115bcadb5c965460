import Core
import Foundation
import Testing

@testable import Store

@Suite("Worklist")
struct WorklistTests {
    private func entries(
        _ source: any WorklistSource, _ preselection: WorklistPreselection = WorklistPreselection()
    ) throws -> [WorklistEntry] {
        var found: [WorklistEntry] = []
        try source.candidates(for: preselection) {
            found.append($0)
            return true
        }
        return found
    }

    @Test("an order is an entry a modality can use, a moment after it was committed, in another process's reader")
    func entry() async throws {
        let house = try House()
        let reader = try WorklistReader.open(folder: house.folder)
        #expect(try entries(reader).isEmpty)
        var order = Order.imaging("R1", station: " CT01 ", scheduled: "2026-11-22T23:30:00Z")
        order.patient.birthDate = "1981-04-02"
        order.patient.sex = .female
        order.priority = .urgent
        try await house.apply(.place(order), .place(.laboratory("A1")))
        let entries = try self.entries(reader)
        #expect(entries == (try self.entries(house.store)))
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(entry.missingAttributes.isEmpty)
        #expect(entry.accession == "R1")
        #expect(entry.patientName.components == "RAO^ASHA")
        #expect([entry.startDate, entry.startTime] == ["20261123", "050000"], "the facility's own time")
        #expect([entry.birthDate, entry.sex, entry.priority] == ["19810402", "F", "HIGH"])
        #expect(entry.studyInstanceUID.hasPrefix("2.25."))
    }

    @Test(
        "a preselection keeps what may match, and only open orders",
        arguments: [
            ([:], ["R1", "R2", "R3"]), (["from": "20261123"], ["R2"]), (["through": "20261122"], ["R1", "R3"]),
            (["from": "20261122", "through": "20261122"], ["R1", "R3"]), (["modality": "MR"], ["R3"]),
            (["station": "CT02"], ["R2"]), (["accession": "R1"], ["R1"]), (["patient": "MRN2"], ["R3"]),
            (["patient": "MRN2", "modality": "CT"], []),
        ] as [([String: String], [String])])
    func preselection(keys: [String: String], expected: [String]) async throws {
        let house = try House()
        try await house.apply(
            .place(.imaging("R1")), .place(.imaging("R2", station: "CT02", scheduled: "2026-11-23T10:00:00+05:30")),
            .place(.imaging("R3", mrn: "MRN2", modality: "MR", station: "MR01")), .cancel(.imaging("R4")))
        var preselection = WorklistPreselection()
        preselection.earliestDate = keys["from"]
        preselection.latestDate = keys["through"]
        preselection.modality = keys["modality"]
        preselection.stationAETitle = keys["station"]
        preselection.accession = keys["accession"]
        preselection.patientID = keys["patient"]
        #expect(try entries(house.store, preselection).map(\.accession).sorted() == expected)
    }

    @Test("a query looks at every open order, however many there are, and stops when told")
    func everyOrder() async throws {
        let house = try House()
        for part in 0..<3 {
            let orders = (0..<4_000).map { OrderChange.place(.imaging("R\(part * 4_000 + $0)")) }
            try await house.apply(orders)
        }
        #expect(try entries(house.store).count == 12_000)
        var looked = 0
        try house.store.candidates(for: WorklistPreselection()) { _ in
            looked += 1
            return looked < 5
        }
        #expect(looked == 5)
    }

    @Test("an order that names no station may be any station's")
    func noStation() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("R1", station: nil)), .place(.imaging("R2", station: "CT02")))
        var preselection = WorklistPreselection()
        preselection.stationAETitle = "CT01"
        #expect(try entries(house.store, preselection).map(\.accession) == ["R1"])
    }

    @Test("the listing and the story say in words why no modality sees an order")
    func why() async throws {
        let ct = WorklistCaller(aeTitle: "CT01", modality: "CT")
        let house = try House(stations: WorklistStations([ct]))
        try await house.apply(
            .place(.imaging("R1", station: nil)), .place(.imaging("R2", scheduled: nil)),
            .place(.imaging("R3-00000000000017")), .place(.imaging("R4", modality: "MR", station: nil)))
        let rows = try await house.store.worklist(ListingFilter())
        func row(_ accession: String) throws -> WorklistRow { try #require(rows.first { $0.accession == accession }) }
        #expect(try row("R1").state == "scheduled" && row("R1").what == "")
        #expect(try row("R2").state == "parked")
        #expect(try row("R2").what == "No modality sees it: the scheduled start is missing.")
        #expect(
            try row("R3-00000000000017").what
                == "No modality sees it: the accession has 17 characters and DICOM allows 16.")
        #expect(try row("R4").what.contains("no modality is configured for MR"))
        let story = try #require(try await house.store.explain("R2"))
        #expect(story.steps.contains { $0.what.contains("the scheduled start is missing") })
    }

    @Test("the listing says what is parked for want of an attribute, by scheduled time")
    func listing() async throws {
        let house = try House()
        try await house.apply(
            .place(.imaging("R2", scheduled: "2026-11-23T10:00:00+05:30")), .place(.imaging("R1")),
            .place(.imaging("R3", station: nil)), .cancel(.imaging("R4", scheduled: "2026-11-24T10:00:00+05:30")))
        func rows(_ state: String?) async throws -> [String] {
            try await house.store.worklist(ListingFilter(state: state)).map { "\($0.accession) \($0.state)" }
        }
        #expect(try await rows(nil) == ["R1 scheduled", "R3 parked", "R2 scheduled", "R4 cancelled"])
        #expect(try await rows("parked") == ["R3 parked"])
        #expect(try await rows("scheduled") == ["R1 scheduled", "R2 scheduled"])
        #expect(try await rows("nonsense") == [])
    }

    @Test("a reader can write nothing, and needs a store")
    func readOnly() async throws {
        #expect(throws: StoreError.self) { try WorklistReader.open(folder: House.newFolder()) }
        let house = try House()
        let reader = try ReaderPool(
            StoreFolder(url: house.folder).database, connections: 1, StoreConfiguration())
        #expect(throws: StoreError.self) {
            try reader.readNow { try Query($0, "INSERT INTO device (name) VALUES ('x')").run() }
        }
    }

    @Test(
        "scheduled starts in the facility's time",
        arguments: [
            ("2026-11-22T10:00:00+05:30", "20261122 100000"), ("2026-11-22T10:00+05:30", "20261122 100000"),
            ("2026-11-22T20:00:00Z", "20261123 013000"), ("2026-12-31T23:00:00.250-0500", "20270101 093000"),
            ("2026-11-22T10:00:00", "20261122 100000"), ("2026-11-22", "20261122 "), ("soon", "-"), ("", "-"),
            ("2026-11-22T10:00:00+nonsense", "20261122 100000"),
        ])
    func starts(scheduled: String, expected: String) {
        let start = FacilityTime(timeZone: "Asia/Kolkata").start(of: scheduled)
        #expect((start.map { "\($0.date) \($0.time ?? "")" } ?? "-") == expected)
    }
}
