import Core
import Dispatch
import Foundation
import Logging
import Testing

@testable import Store

@Suite("Group commit")
struct GroupCommitTests {
    @Test("what 64 callers ask while one commit is under way shares the next")
    func gathers() async throws {
        let house = try House()
        let before = house.store.statistics.commits
        let gate = Gate(house.store)
        let outcomes = Box<[Result<MessageID, StoreError>]>([])
        let group = DispatchGroup()
        for _ in 0..<64 { group.enter() }
        DispatchQueue.concurrentPerform(iterations: 64) { caller in
            house.store.append(.message("caller \(caller)")) { outcome in
                outcomes.change { $0.append(outcome) }
                group.leave()
            }
        }
        #expect(outcomes.value.isEmpty, "nothing is told before COMMIT")
        gate.open()
        await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
        #expect(Set(outcomes.value.compactMap { try? $0.get() }).count == 64)
        #expect(house.store.statistics.commits == before + 2)
        #expect(try house.store.unprocessedMessages(limit: 100).count == 64)
    }

    @Test("an idle writer commits each at once")
    func idle() async throws {
        let house = try House()
        let before = house.store.statistics.commits
        for _ in 0..<5 { _ = try await house.append(.message()) }
        #expect(house.store.statistics.commits == before + 5)
    }

    @Test("success is told only after the commit, failure of one job is its own")
    func apart() async throws {
        let house = try House()
        let gate = Gate(house.store)
        let order = Box<[String]>([])
        let group = DispatchGroup()
        func note(_ name: String) -> @Sendable (Result<Void, StoreError>) -> Void {
            group.enter()
            return { outcome in
                let ended = if case .success = outcome { "done" } else { "failed" }
                order.change { $0.append("\(name) \(ended)") }
                group.leave()
            }
        }
        let commits = house.store.statistics.commits
        for (name, fails, guarded) in [("a", false, true), ("b", true, true), ("c", false, false), ("d", true, false)] {
            house.store.writer.submit(
                Job(
                    guarded: guarded,
                    { session in
                        _ = try session.number(of: DeviceID(name))
                        if fails { try session.query("INSERT INTO device (name) VALUES ('a')").run() }
                    }, done: note(name)), lane: .urgent)
        }
        gate.open()
        await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
        #expect(order.value.sorted() == ["a done", "b failed", "c done", "d failed"])
        #expect(house.store.statistics.commits == commits + 2)
        let names = try house.store.readers.readNow {
            try Query($0, "SELECT name FROM device ORDER BY name").all { $0.text(0) }
        }
        #expect(names == ["a", "c"], "nothing stays of a job that failed")
        _ = try await house.append(.message(from: "d"))
        #expect(try house.store.unprocessedMessages(limit: 9).map(\.device) == ["d"], "its cached name went with it")
    }

    @Test("background work is cut into slices between the urgent")
    func slices() async throws {
        var configuration = StoreConfiguration()
        configuration.recordSlice = 2
        let house = try House(configuration: configuration)
        for specimen in 0..<7 {
            _ = try await house.append(.message("\(specimen)"))
        }
        let jobs = house.store.statistics.jobs
        let summary = try await house.understand(.of("S1", .of("WBC", "5.10")))
        #expect(house.store.statistics.jobs == jobs + 4)
        #expect(summary.held == 1)
        #expect(summary.duplicates == 6)
    }

    @Test("too much waiting is refused at once", arguments: [Lane.urgent, .background])
    func bounded(lane: Lane) async throws {
        var configuration = StoreConfiguration()
        configuration.urgentJobs = 3
        configuration.backgroundJobs = 3
        let house = try House(configuration: configuration)
        let gate = Gate(house.store)
        let refused = Box(0)
        for _ in 0..<5 {
            house.store.writer.submit(
                Job(guarded: false, { _ in }) { outcome in
                    if case .failure(.full) = outcome { refused.change { $0 += 1 } }
                }, lane: lane)
        }
        #expect(refused.value == 2)
        gate.open()
    }

    @Test("payload is bounded in bytes as well")
    func boundedBytes() async throws {
        var configuration = StoreConfiguration()
        configuration.waitingBytes = 100
        configuration.partBytes = 90
        let house = try House(configuration: configuration)
        let gate = Gate(house.store)
        let refusals = Box<[StoreError]>([])
        for size in [60, 60, 91] {
            house.store.append(.message(String(repeating: "x", count: size))) { outcome in
                if case .failure(let refusal) = outcome { refusals.change { $0.append(refusal) } }
            }
        }
        gate.open()
        #expect(refusals.value.count == 2)
        guard case .full = refusals.value.first, case .refused = refusals.value.last else {
            Issue.record("unexpected refusals \(refusals.value)")
            return
        }
    }

    @Test("jobs leave a queue in order, within both bounds, one at least")
    func queue() {
        var queue = JobQueue()
        for bytes in [10, 20, 100, 5] {
            queue.append(Job(bytes: bytes, guarded: false, { _ in }, done: { _ in }))
        }
        #expect(queue.take(jobs: 9, bytes: 30).map(\.bytes) == [10, 20])
        #expect(queue.take(jobs: 9, bytes: 30).map(\.bytes) == [100])
        #expect(queue.take(jobs: 0, bytes: 30).isEmpty)
        #expect(queue.bytes == 5)
        #expect(queue.next()?.bytes == 5)
        #expect(queue.next()?.bytes == nil)
        #expect(queue.count == 0)
    }

    @Test("closing writes what waits and refuses the rest")
    func closes() async throws {
        let house = try House()
        let gate = Gate(house.store)
        let told = Box<[String]>([])
        house.store.append(.message()) { _ in told.change { $0.append("waited") } }
        gate.open()
        house.store.close()
        house.store.append(.message()) { outcome in
            if case .failure(.refused) = outcome { told.change { $0.append("refused") } }
        }
        #expect(told.value == ["waited", "refused"])
    }

    @Test("the last owner may let go in a completion")
    func letsGo() async throws {
        let folder = House.newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let owner = Box<Store?>(
            try Store.open(
                folder: folder, facility: Facility(), destinations: [],
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), fatal: { _ in }))
        await withCheckedContinuation { continuation in
            owner.value?.append(.message()) { _ in
                owner.change { $0 = nil }
                continuation.resume()
            }
        }
        #expect(owner.value === nil)
    }
}
