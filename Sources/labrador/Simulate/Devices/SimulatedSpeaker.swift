import Core
import Links

/// Sends and asks, one thing after another, and tries again what did not arrive.
struct SimulatedSpeaker {
    let station: SimulatedStation
    let words: SimulationWords
    /// How often each is tried.
    let tries: Int
    /// Whether a refusal is tried again: in ASTM it is the link's (NAK), not the application's.
    let retriesRefusals: Bool

    /// How long a lost line may take to be there again.
    private static let reconnectTime = Duration.seconds(10)

    /// Sends messages; how many were not accepted.
    func send(_ messages: [SimulatedMessage], rounds: Int, rate: Double?) async throws -> Int {
        var failures = 0
        var number = 0
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<rounds {
            for message in messages {
                if let rate { try await clock.sleep(until: start + .seconds(Double(number) / rate)) }
                number += 1
                let began = clock.now
                let outcome = await deliver(message)
                if outcome != .accepted { failures += 1 }
                words.message(number, outcome, took: clock.now - began)
            }
        }
        return failures
    }

    private func deliver(_ message: SimulatedMessage) async -> SimulationOutcome {
        var outcome = SimulationOutcome.lost("not connected")
        for attempt in 1...tries {
            if attempt > 1, await !station.connected(within: Self.reconnectTime) { return outcome }
            outcome = await station.send(message)
            switch outcome {
            case .accepted: return outcome
            case .refused: if !retriesRefusals { return outcome }
            case .lost: break
            }
        }
        return outcome
    }

    /// Asks for orders; how many queries brought none. The words of each are told.
    func ask(_ specimens: [String]) async -> Int {
        var failures = 0
        for specimen in specimens {
            let outcome = await ask(specimen)
            if case .orders = outcome {} else { failures += 1 }
            words.query(specimen, outcome)
        }
        return failures
    }

    private func ask(_ specimen: String) async -> QueryOutcome {
        var outcome = QueryOutcome.unanswered("not connected")
        for attempt in 1...tries {
            if attempt > 1, await !station.connected(within: Self.reconnectTime) { return outcome }
            outcome = await station.ask(specimen == "ALL" ? nil : specimen)
            switch outcome {
            case .orders, .nothingOrdered: return outcome
            case .refused: if !retriesRefusals { return outcome }
            case .unanswered: break
            }
        }
        return outcome
    }
}
