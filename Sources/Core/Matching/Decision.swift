/// A result that the store already knows under the same identity.
public struct KnownResult: Hashable, Sendable, HoldsPatientData {
    /// What was measured then.
    public var observation: Observation
    /// Where it stands.
    public var state: ResultState

    /// A known result.
    public init(observation: Observation, state: ResultState) {
        self.observation = observation
        self.state = state
    }
}

/// What becomes of one specimen's report: the store writes exactly this, in one transaction.
public struct Decision: Hashable, Sendable, HoldsPatientData {
    /// Results seen for the first time, or corrected, each with its new state.
    public var results: [LabResult] = []
    /// How many observations were already known and were dropped: a resend.
    public var duplicates = 0
    /// Holds to open.
    public var holds: [Hold] = []
    /// The order it belongs to, once matched.
    public var order: Order?
    /// Whether a delivery to every destination is to be queued.
    public var delivers = false

    /// An empty decision.
    public init() {}
}

/// Decides on one specimen's report. Pure: what is known is handed in, what is to be written comes out.
///
/// - Parameters:
///   - known: The results already stored under the identities of this report's observations.
///   - match: The outcome of `match(specimen:…)`.
///   - hasDestinations: False when the daemon has nowhere to post: results are `stored`.
public func decide(
    device: DeviceID, report: SpecimenReport, known: [ResultID: KnownResult], match: Match, hasDestinations: Bool
) -> Decision {
    var decision = Decision()
    var fresh: [LabResult] = []
    for observation in report.observations {
        let id = ResultID(device: device, specimen: report.specimen, observation: observation)
        switch known[id].map({ relation(of: observation, to: $0) }) ?? .new {
        case .new, .correction:
            fresh.append(LabResult(id: id, observation: observation, state: .received))
        case .same:
            decision.duplicates += 1
        case .conflict:
            decision.holds.append(conflict(observation, specimen: report.specimen, id: id))
        }
    }
    place(fresh, of: report, match: match, hasDestinations: hasDestinations, into: &decision)
    for problem in report.problems {
        guard let reason = problem.held,
            !report.observations.contains(where: { $0.held != nil && problem.isAbout($0.at) })
        else { continue }
        decision.holds.append(
            Hold(reason: reason, accession: report.specimen, what: "\(problem.at): \(problem.what)"))
    }
    return decision
}

/// Decides again on results that were held, because an order arrived or changed, or a person assigned them.
///
/// - Parameter held: The report's results in state `held`; its other results are not touched.
public func reexamine(
    report: SpecimenReport, held: [LabResult], match: Match, hasDestinations: Bool
) -> Decision {
    var decision = Decision()
    place(held, of: report, match: match, hasDestinations: hasDestinations, into: &decision)
    return decision
}

private enum Relation { case new, same, correction, conflict }

/// How an observation relates to the stored one of the same identity.
private func relation(of observation: Observation, to known: KnownResult) -> Relation {
    let stored = known.observation
    let sameValue = stored.value == observation.value && stored.deviceUnit == observation.deviceUnit
    if sameValue && stored.status == observation.status { return .same }
    // A preliminary result that becomes final, or one the device itself calls corrected, replaces what was sent.
    switch (stored.status, observation.status) {
    case (_, .corrected), (_, .cancelled), (_, .enteredInError): return .correction
    case (.preliminary, .final), (.registered, .preliminary), (.registered, .final): return .correction
    case (.preliminary, .preliminary): return .correction
    // A late copy of an earlier stage of the same value adds nothing.
    case (.final, .preliminary), (.corrected, .final), (.corrected, .preliminary): return sameValue ? .same : .conflict
    default: return .conflict
    }
}

private func conflict(_ observation: Observation, specimen: String, id: ResultID) -> Hold {
    Hold(
        reason: .duplicateConflict, accession: specimen,
        what: "\(observation.at): the device sent \(observation.code) again for the same run with another value. "
            + "The first one stands; compare both on the analyser.",
        results: [])
}

private func place(
    _ fresh: [LabResult], of report: SpecimenReport, match: Match, hasDestinations: Bool, into decision: inout Decision
) {
    guard report.kind.concernsPatient else {
        decision.results = fresh.map { LabResult(id: $0.id, observation: $0.observation, state: .control) }
        return
    }
    switch match {
    case .held(let reason, let what):
        decision.results = fresh.map { LabResult(id: $0.id, observation: $0.observation, state: .held) }
        if !fresh.isEmpty {
            decision.holds.append(
                Hold(reason: reason, accession: report.specimen, what: what, results: fresh.map(\.id)))
        }
    case .order(let order):
        decision.order = order
        for result in fresh {
            var placed = result
            if let reason = result.observation.held {
                placed.state = .held
                let problem = report.problems.first { $0.held == reason && $0.isAbout(result.observation.at) }
                let what = problem?.what ?? "\(result.observation.code) needs a person's decision."
                decision.holds.append(
                    Hold(
                        reason: reason, accession: report.specimen, what: "\(result.observation.at): \(what)",
                        results: [result.id]))
            } else {
                placed.state = hasDestinations ? .posted : .stored
            }
            decision.results.append(placed)
        }
        decision.delivers = hasDestinations && decision.results.contains { $0.state == .posted }
    }
}
