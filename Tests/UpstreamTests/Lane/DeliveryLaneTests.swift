import Core
import Logging
import NIOConcurrencyHelpers
import Testing
import Upstream

/// A whole lane: queue in memory, server on a socket.
@Suite(.timeLimit(.minutes(1))) struct DeliveryLaneTests {
    /// Runs a lane against a server until the condition holds, and gives the server's requests.
    private func run(
        _ deliveries: [Delivery], _ queue: MemoryQueue = MemoryQueue(), concurrency: Int = 4,
        logger: Logger? = nil, timeout: Duration = .seconds(20),
        script: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply,
        until condition: @escaping @Sendable ([DeliveryID: MemoryQueue.Row]) -> Bool = {
            $0.values.allSatisfy { $0.state == .delivered }
        }
    ) async throws -> [ScriptedServer.Request] {
        let server = try await ScriptedServer(script)
        queue.add(deliveries)
        let destination = try FHIRDestination.test(server.url, timeout: timeout)
        let lane = DeliveryLane.test(
            destination, queue, concurrency: concurrency,
            logger: logger ?? Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await lane.running { await queue.wait(until: condition) }
        try await server.stop()
        return server.requests
    }

    private func numbers(_ requests: [ScriptedServer.Request]) -> [String] {
        requests.map { $0.headers["x-request-id"] ?? $0.method }
    }

    @Test func everythingArrivesOnce() async throws {
        let requests = try await run((1...200).map { Sample.delivery($0) }, script: { _, _ in .done() })
        #expect(requests.count == 200)
        #expect(Set(numbers(requests)).count == 200)
    }

    @Test func oneKeyGoesInOrder() async throws {
        let deliveries = (1...60).map { Sample.delivery($0, key: "K\($0 % 3)") }
        let requests = try await run(deliveries, script: { _, _ in .done() })
        for key in 0..<3 {
            let sent = numbers(requests).filter { Int($0.dropFirst()).map { $0 % 3 } == key }
            #expect(sent == deliveries.filter { $0.key == "K\(key)" }.map(\.id.description))
        }
    }

    @Test func anOutageDrainsInOrderAfterwards() async throws {
        let deliveries = (1...40).map { Sample.delivery($0, key: "K\($0 % 4)") }
        let queue = MemoryQueue()
        let log = RecordedLog()
        let requests = try await run(
            deliveries, queue, logger: Logger(label: "test", factory: { _ in log }),
            script: { _, before in
                before < 30 ? .outcome(503, "transient", "RAO is away", headers: ["Retry-After": "0"]) : .done()
            })
        let passed = numbers(Array(requests.dropFirst(30)))
        #expect(passed.count == 40)
        for key in 0..<4 {
            let sent = passed.filter { Int($0.dropFirst()).map { $0 % 4 } == key }
            #expect(sent == deliveries.filter { $0.key == "K\(key)" }.map(\.id.description))
        }
        #expect(queue.rows.values.allSatisfy { $0.delivery.attempts == 0 })
        // Once when it went, once when it came back, without the server's words.
        let lines = log.lines.withLockedValue { $0 }
        #expect(lines.count == 2, "\(lines)")
        #expect(
            lines.first
                == "warning: destination hms is away: answered 503. Deliveries wait for it and go out when it is back.")
        #expect(lines.last == "notice: destination hms is back")
    }

    @Test func aRefusalIsDeadWithTheServersWordsAndBlocksItsKeyAlone() async throws {
        let queue = MemoryQueue()
        let requests = try await run(
            [Sample.delivery(1, key: "A"), Sample.delivery(2, key: "A"), Sample.delivery(3, key: "B")], queue,
            script: { request, _ in
                request.headers["x-request-id"] == "D1" ? .outcome(422, "code-invalid", "unknown unit 'foo'") : .done()
            },
            until: { $0[DeliveryID(1)]?.state == .dead && $0[DeliveryID(3)]?.state == .delivered })
        #expect(queue.rows[DeliveryID(1)]?.answer == "answered 422: code-invalid: unknown unit 'foo'")
        #expect(queue.rows[DeliveryID(2)]?.state == .ready)
        #expect(Set(numbers(requests)) == ["D1", "D3"])
    }

    @Test func aDroppedAnswerIsAskedForAndNotSentAgain() async throws {
        let report = Sample.delivery(1).report
        let requests = try await run(
            [Sample.delivery(1)],
            script: { request, before in
                if before == 0 { return .drop }
                return .searchset([
                    #"{"resourceType":"Observation","identifier":[{"system":"urn:labrador:result","value":"\#(report.results[0].id)"}],"status":"final","valueQuantity":{"value":5.10}}"#
                ])
            })
        #expect(requests.map(\.method) == ["POST", "GET"])
    }

    @Test func aDroppedAnswerOfAServerWithoutSearchIsSentAgain() async throws {
        let requests = try await run(
            [Sample.delivery(1)],
            script: { request, before in
                if before == 0 { return .drop }
                return request.method == "GET" ? .outcome(404, "not-found", "x") : .done()
            })
        #expect(requests.map(\.method) == ["POST", "GET", "POST"])
        #expect(requests[0].body == requests[2].body)
    }

    @Test func aSlowServerIsAskedForToo() async throws {
        let queue = MemoryQueue()
        let requests = try await run(
            [Sample.delivery(1)], queue, timeout: .seconds(2),
            script: { request, before in
                if before == 0 { return .hang }
                return request.method == "GET" ? .searchset([]) : .done()
            })
        #expect(requests.map(\.method) == ["POST", "GET", "POST"])
    }

    @Test func aLoginPageStopsTheLaneWithoutCounting() async throws {
        let queue = MemoryQueue()
        let log = RecordedLog()
        _ = try await run(
            (1...20).map { Sample.delivery($0) }, queue, logger: Logger(label: "test", factory: { _ in log }),
            script: { _, before in before < 6 ? .answer(200, "<html>", type: "text/html") : .done() })
        #expect(queue.rows.values.allSatisfy { $0.delivery.attempts == 0 })
        let lines = log.lines.withLockedValue { $0 }
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.hasPrefix("error: destination hms refuses Labrador: answered 200 with text/html") == true)
    }

    @Test func aDeliveryThatAlwaysFailsIsSetAsideAndOthersFlow() async throws {
        let queue = MemoryQueue()
        let deliveries = (1...400).map { Sample.delivery($0) }
        _ = try await run(
            deliveries, queue, concurrency: 2,
            script: { request, _ in request.headers["x-request-id"] == "D5" ? .answer(500, "", type: "") : .done() },
            until: { rows in rows.values.allSatisfy { $0.state == .delivered || $0.delivery.id == DeliveryID(5) } })
        #expect([.ready, .parked].contains(queue.rows[DeliveryID(5)]?.state))
        #expect((queue.rows[DeliveryID(5)]?.delivery.attempts ?? 0) > 0)
    }

    @Test func aNudgeIsEnough() async throws {
        let server = try await ScriptedServer { _, _ in .done() }
        let queue = MemoryQueue()
        let destination = try FHIRDestination.test(server.url)
        let lane = DeliveryLane(
            destination: destination, queue: queue, configuration: LaneConfiguration(poll: .seconds(3_600)),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            group: destinationGroup, now: wallClock)
        try await lane.running {
            for number in Int64(1)...20 {
                // Nothing but the nudge tells the lane of what comes now.
                await queue.waitUntilIdle()
                queue.add([Sample.delivery(number)])
                for _ in 0..<5 { lane.nudge() }
                await queue.waitUntilAllDelivered()
            }
        }
        #expect(server.requests.count == 20)
        try await server.stop()
    }

    @Test func endingSettlesWhatIsUnderWayAndGivesBackTheRest() async throws {
        let server = try await ScriptedServer { _, _ in .hang }
        let queue = MemoryQueue()
        queue.add((1...10).map { Sample.delivery($0) })
        let lane = DeliveryLane.test(
            try FHIRDestination.test(server.url), queue, concurrency: 3, drain: .milliseconds(50))
        try await lane.running {
            while server.requests.count < 3 {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        let states = queue.rows.values.map(\.state)
        #expect(states.count { $0 == .ambiguous } == 3)
        #expect(states.count { $0 == .ready } == 7)
        #expect(lane.status.state == .stopping)
        try await server.stop()
    }

    @Test func aFailedDiskEndsTheLane() async throws {
        let server = try await ScriptedServer { _, _ in .done() }
        let queue = MemoryQueue()
        queue.refuse([.storageFailed("I/O error")])
        let lane = DeliveryLane.test(try FHIRDestination.test(server.url), queue)
        await #expect(throws: StoreError.storageFailed("I/O error")) { try await lane.run() }
        try await server.stop()
    }

    @Test func aFullDiskIsWaitedFor() async throws {
        let queue = MemoryQueue()
        queue.refuse([.full("no room"), .full("no room"), .refused("locked")])
        let requests = try await run((1...5).map { Sample.delivery($0) }, queue, script: { _, _ in .done() })
        #expect(requests.count == 5)
    }
}
