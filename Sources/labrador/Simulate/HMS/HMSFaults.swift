/// Which of the configured faults meets a request.
struct HMSFaults: Sendable {
    /// What becomes of a request.
    enum Verdict: String, Sendable {
        /// It is carried out.
        case ok
        /// 503, nothing is carried out.
        case unavailable
        /// 422, nothing is carried out.
        case rejected
        /// It is carried out, and the sender is never told.
        case dropped
    }

    private let configuration: HMSConfiguration
    private let start = ContinuousClock.now

    init(_ configuration: HMSConfiguration) { self.configuration = configuration }

    /// The verdict now; `chance` is a random number of 0 ..< 1.
    func verdict(chance: Double = .random(in: 0..<1)) -> Verdict {
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        if configuration.outages.contains(where: { $0.start <= elapsed && elapsed < $0.start + $0.seconds }) {
            return .unavailable
        }
        var chance = chance
        for (verdict, rate) in [
            (Verdict.unavailable, configuration.failRate), (.rejected, configuration.rejectRate),
            (.dropped, configuration.dropRate),
        ] {
            if chance < rate { return verdict }
            chance -= rate
        }
        return .ok
    }
}
