import Core
import Foundation
import Testing

@testable import Store

@Suite("The last worklist query of each modality")
struct WorklistQueriesTests {
    private func query(_ title: String, at: Int64, identifier: [UInt8]? = [1, 2], matches: Int = 3)
        -> WorklistQueryRecord
    {
        WorklistQueryRecord(
            aeTitle: title, at: Timestamp(microseconds: at), identifier: identifier,
            transferSyntax: "1.2.840.10008.1.2",
            status: 0xA900, matches: matches, replaced: 7)
    }

    /// Waits for the thread that writes.
    private func eventually(_ condition: () throws -> Bool) throws {
        let end = ContinuousClock.now + .seconds(10)
        while try !condition(), ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.002) }
        #expect(try condition())
    }

    @Test("the last one of each is kept, whole, and found by its title")
    func kept() throws {
        let house = try House()
        let queries = try WorklistQueries.open(folder: house.folder)
        #expect(try house.store.lastWorklistQuery("CT01") == nil)
        for number in 1...50 { queries.note(query("CT01", at: Int64(number), matches: number)) }
        queries.note(query("MR01", at: 9, identifier: nil))
        let last = query("CT01", at: 50, matches: 50)
        try eventually { try house.store.lastWorklistQuery("CT01") == last }
        try eventually { try house.store.lastWorklistQuery("MR01") == query("MR01", at: 9, identifier: nil) }
        #expect(try house.store.lastWorklistQuery("ct01") == nil)
    }

    @Test("a long identifier is not kept, and says so by its absence")
    func long() {
        let most = WorklistQueryRecord.identifierBytes
        #expect(query("X", at: 1, identifier: Array(repeating: 0, count: most)).identifier?.count == most)
        #expect(query("X", at: 1, identifier: Array(repeating: 0, count: most + 1)).identifier == nil)
    }

    @Test("the daemon's own writing goes on beside it")
    func beside() async throws {
        let house = try House()
        let queries = try WorklistQueries.open(folder: house.folder)
        for number in 1...20 {
            queries.note(query("CT01", at: Int64(number)))
            try await house.apply(.place(.imaging("R\(number)")))
        }
        let reader = try WorklistReader.open(folder: house.folder, atOnce: 2)
        var count = 0
        try reader.candidates(for: WorklistPreselection()) { _ in
            count += 1
            return true
        }
        #expect(count == 20)
    }
}

@Suite("Worklist entries by name, and those that are done")
struct WorklistLookupTests {
    private func found(
        _ source: any WorklistSource, _ keys: [WorklistAttribute: String],
        _ change: (inout WorklistPreselection) -> Void = { _ in }
    ) throws -> [String] {
        var wanted = WorklistPreselection(try WorklistQuery(keys), for: WorklistCaller(aeTitle: "X", scope: .all))
        change(&wanted)
        var accessions: [String] = []
        try source.candidates(for: wanted) {
            accessions.append($0.accession)
            return true
        }
        return accessions.sorted()
    }

    @Test("a name alone goes by the index, with a date by the dates; both find the same")
    func names() async throws {
        let house = try House()
        var second = Order.imaging("R2")
        second.patient.family = "Müller"
        second.patient.ideographic = "山田^太郎"
        try await house.apply(.place(.imaging("R1")), .place(second), .cancel(.imaging("R1", mrn: "MRN9")))
        for source in [house.store, try WorklistReader.open(folder: house.folder)] as [any WorklistSource] {
            for date in [nil, "20200101-20301231"] {
                var keys: [WorklistAttribute: String] = [:]
                keys[.startDate] = date
                for (name, expected) in [
                    ("mul*", ["R2"]), ("RAO", ["R1"]), ("山田", ["R2"]), ("*", ["R1", "R2"]), ("nobody", []),
                ] {
                    keys[.patientName] = name
                    #expect(try found(source, keys) == expected, "\(name) \(date ?? "")")
                }
            }
        }
    }

    @Test("who looks for one that is done gets it as such; a modality does not")
    func everyState() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("R1")), .place(.imaging("R2")), .cancel(.imaging("R2")))
        #expect(try found(house.store, [:]) == ["R1"])
        #expect(try found(house.store, [:]) { $0.includesEveryState = true } == ["R1", "R2"])
        var states: [StepState] = []
        var wanted = WorklistPreselection()
        wanted.includesEveryState = true
        wanted.accession = "R2"
        try house.store.candidates(for: wanted) {
            states.append($0.state)
            return true
        }
        #expect(states == [.cancelled])
    }

    @Test("more queries at a time than connections are answered all the same")
    func atOnce() async throws {
        let house = try House()
        try await house.apply(.place(.imaging("R1")))
        let reader = try WorklistReader.open(folder: house.folder, atOnce: 1)
        // One inside the other: the outer holds the only connection of its own.
        var inner: [String] = []
        try reader.candidates(for: WorklistPreselection()) { _ in
            inner = try found(reader, [:])
            return true
        }
        #expect(inner == ["R1"])
    }
}
