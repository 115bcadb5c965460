import Core
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Two writers of one store")
struct TwoWritersTests {
    @Test("the daemon under load and the book of steps write beside each other: nothing is refused, nothing lost")
    func besideEachOther() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        let writes = 200
        let stop = Box(false)
        let (store, clock) = (house.house.store, house.house.clock)
        // Journalling without a pause, many at a time, as analysers and orders never do in a hospital.
        let load = Task {
            var count = 0
            while !stop.value {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<32 {
                        group.addTask {
                            _ = try await withCheckedContinuation { continuation in
                                store.append(.message(at: clock.tick())) { continuation.resume(returning: $0) }
                            }.get()
                        }
                    }
                    try await group.waitForAll()
                }
                count += 32
            }
            return count
        }
        let waits = try await withCheckedThrowingContinuation { (done: CheckedContinuation<[Duration], any Error>) in
            Thread {
                done.resume(
                    with: Result {
                        try (0..<writes).map { number in
                            let start = ContinuousClock.now
                            try house.create("1.2.\(number)", for: [.to("R26-1")], bytes: "create \(number)")
                            return ContinuousClock.now - start
                        }
                    })
            }.start()
        }
        stop.change { $0 = true }
        let journalled = try await load.value
        #expect(try house.house.count("SELECT count(*) FROM performed_step") == Int64(writes))
        #expect(try house.house.count("SELECT count(*) FROM message") == Int64(writes + journalled))
        #expect(house.house.fatal.value.isEmpty)
        #expect(house.fatal.value.isEmpty)
        let longest = waits.max() ?? .zero
        print("\(writes) steps beside \(journalled) messages: \(waits.sorted()[writes / 2]) median, \(longest) longest")
        #expect(longest < StoreConfiguration().busyTimeout)
    }

    @Test("while the daemon keeps the lock a step is not stored, says so, and nothing of it is there")
    func lockHeld() async throws {
        var configuration = StoreConfiguration()
        configuration.busyTimeout = .milliseconds(200)
        let house = try StepHouse(configuration: configuration)
        let (held, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let store = house.house.store
        let holder = Task {
            try await store.write { _ in
                held.signal()
                release.wait()
            }
        }
        let outcome: Result<Void, any Error> = await withCheckedContinuation { continuation in
            Thread {
                held.wait()
                continuation.resume(returning: Result { _ = try house.create(for: []) })
                release.signal()
            }.start()
        }
        try await holder.value
        guard case .failure(let error as StoreError) = outcome, case .refused = error else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try house.book.step("1.2.3") == nil)
        #expect(house.fatal.value.isEmpty)
        // The next one is stored.
        try house.create(for: [])
        #expect(try house.book.step("1.2.3") != nil)
    }

    @Test("a store without room refuses a step and keeps nothing of it")
    func full() async throws {
        let house = try StepHouse()
        try await house.order("R26-1")
        try house.book.limitPages()
        #expect(throws: StoreError.self) {
            try house.create(for: [.to("R26-1")], bytes: String(repeating: "x", count: 4 << 20))
        }
        #expect(try house.book.step("1.2.3") == nil)
        #expect(try house.states("R26-1") == [.scheduled])
        #expect(try house.house.count("SELECT count(*) FROM message") == 0)
    }

    @Test("a ruling runs inside the transaction: what it rules on is what it is stored over")
    func oneAfterTheOther() async throws {
        let house = try StepHouse()
        let taken = Box(0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let request = house.request(.create, "1.2.3", "create \(number)")
                    try? house.book.record(request) { known in
                        guard known == nil else { return ProcedureStepRuling(result: nil, status: 0x0111) }
                        taken.change { $0 += 1 }
                        return ProcedureStepRuling(
                            result: .init(step: ProcedureStep(uid: "1.2.3", state: .inProgress), attributes: []),
                            status: 0)
                    }
                }
            }
        }
        #expect(taken.value == 1)
        #expect(try house.house.count("SELECT count(*) FROM performed_step_event WHERE status = 273") == 7)
    }
}

extension ProcedureStepBook {
    /// Lets the file grow no further, as a full disk would.
    fileprivate func limitPages() throws {
        try connection.writeWithoutTransaction { database in
            let pages = try Query(database, "PRAGMA page_count").first { $0.int(0) } ?? 0
            _ = try Query(database, "PRAGMA max_page_count = \(pages)").first { $0.int(0) }
        }
    }
}
