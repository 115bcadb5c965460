import Core
import Testing

@testable import Store

@Suite("Orders sent in answer to a query")
struct QueriedOrdersTests {
    @Test("each gets a number of its own that is never given again, also after a crash")
    func numbers() async throws {
        let house = try House()
        try await house.apply((1...3).map { .place(.laboratory("A\($0)")) })
        #expect(try await house.attempts([1, 3]) == [1: 1, 3: 1])
        #expect(try await house.attempts([1, 2]) == [1: 2, 2: 1])
        #expect(try await house.attempts([1], "chem-2") == [1: 1])
        let later = try house.afterCrash()
        #expect(try await later.attempts([1, 2, 3]) == [1: 3, 2: 2, 3: 2])
        #expect(try await later.attempts([]) == [:])
    }

    @Test("many are counted in slices, each once")
    func slices() async throws {
        var configuration = StoreConfiguration()
        configuration.noteSlice = 7
        let house = try House(configuration: configuration)
        try await house.apply((1...20).map { .place(.laboratory("A\($0)")) })
        let before = house.store.statistics.commits
        #expect(try await house.attempts(Array(1...20)) == Dictionary(uniqueKeysWithValues: (1...20).map { ($0, 1) }))
        #expect(house.store.statistics.commits == before + 3)
        try await house.noteAsked(Array(1...20))
        #expect(house.store.statistics.commits == before + 6)
        #expect(try house.count("SELECT count(*) FROM dispatch_step") == 20)
    }

    @Test("an order that does not exist is refused")
    func unknown() async throws {
        let house = try House()
        await #expect(throws: StoreError.refused("there is no order number 9")) { try await house.attempts([9]) }
        await #expect(throws: StoreError.refused("there is no order number 9")) { try await house.noteAsked([9]) }
        #expect(try house.count("SELECT count(*) FROM dispatch") == 0)
    }

    @Test("asking makes nothing due", arguments: [true, false])
    func nothingDue(counted: Bool) async throws {
        let house = try House(downloads: [.asking])
        try await house.apply(.place(.laboratory("A1")))
        if counted { _ = try await house.attempts([1]) }
        try await house.noteAsked([1])
        try await house.apply(.place(.laboratory("A1", tests: ["ESR"])))
        #expect(try await house.take("asks-1").isEmpty)
        #expect(try await house.store.orders(ListingFilter()).map(\.devices) == [["asks-1"]])
    }

    @Test("what was asked for is withdrawn when it is cancelled, where the device can do that")
    func withdrawn() async throws {
        let house = try House(downloads: [.asking])
        try await house.apply((1...3).map { .place(.laboratory("A\($0)")) })
        _ = try await house.attempts([1])
        _ = try await house.attempts([1])
        try await house.noteAsked([1, 2])
        try await house.noteAsked([2], "chem-9")
        try await house.apply((1...3).map { .cancel(.laboratory("A\($0)")) })
        let out = try await house.take("asks-1")
        #expect(
            out.map { "\($0.act) \($0.work.order.accession) #\($0.attempt)" } == ["withdraw A1 #3", "withdraw A2 #1"])
        #expect(out.map(\.placements) == [[1, 2], [0]])
        #expect(try await house.take("chem-9").isEmpty)
    }

    @Test("cancelled between the answer and its note, it is withdrawn all the same")
    func cancelledBetween() async throws {
        let house = try House(downloads: [.asking])
        try await house.apply(.place(.laboratory("A1")))
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(try await house.take("asks-1").isEmpty)
        try await house.noteAsked([1])
        #expect(try await house.told("asks-1") == ["withdraw A1 #1"])
    }

    @Test("opened again before the withdrawal was told, there is nothing to tell")
    func calledOff() async throws {
        let house = try House(downloads: [.asking])
        try await house.apply(.place(.laboratory("A1")))
        try await house.noteAsked([1])
        try await house.apply(.cancel(.laboratory("A1")))
        try await house.apply(.place(.laboratory("A1")))
        #expect(try await house.take("asks-1").isEmpty)
        try await house.apply(.cancel(.laboratory("A1")))
        #expect(try await house.told("asks-1") == ["withdraw A1 #1"])
    }

    @Test("a device that asks for the same again and again fills no table")
    func again() async throws {
        let house = try House()
        try await house.apply(.place(.laboratory("A1")))
        for _ in 0..<50 {
            _ = try await house.attempts([1])
            try await house.noteAsked([1])
        }
        #expect(try house.count("SELECT count(*) FROM dispatch_step") == 2)
        #expect(try house.count("SELECT length(placed) FROM dispatch") < 100)
        #expect(try await house.steps("A1") == ["order", "asked", "asked"])
    }
}
