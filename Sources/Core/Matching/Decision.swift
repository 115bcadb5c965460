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

    /// Adds a hold that keeps no result back, once.
    fileprivate mutating func note(_ hold: Hold) {
        if !holds.contains(hold) { holds.append(hold) }
    }
}

/// Decides on one specimen's report. Pure: what is known is handed in, what is to be written comes out.
///
/// - Parameters:
///   - known: All versions stored under the identities of this report's observations, oldest first.
///   - match: The outcome of `match(specimen:…)`.
///   - scope: A digest of the message where `report.isIdentifiedByMessage`, else empty.
///   - hasDestinations: False when the daemon has nowhere to post: results are `stored`.
public func decide(
    device: DeviceID, report: SpecimenReport, known: [ResultID: [KnownResult]], match: Match, scope: String = "",
    hasDestinations: Bool
) -> Decision {
    var decision = Decision()
    var fresh: [LabResult] = []
    var alternatives: [(result: LabResult, why: Repetition)] = []
    let identities = ResultIdentities(device: device, report: report, match: match, known: known, scope: scope)
    let values = KnownValues(known)
    for observation in report.observations {
        let id = identities.id(of: observation)
        let repetition = Repetition(of: observation, in: known[id] ?? [], match: match)
        switch repetition {
        case .new, .correction, .rematched:
            fresh.append(LabResult(id: id, observation: observation, state: .received))
        case .same:
            decision.duplicates += 1
        case .claimedByAnother:
            decision.duplicates += 1
            decision.note(claimedByAnother(report.specimen))
        case .conflict where !report.kind.concernsPatient:
            // Controls are kept and shown as they come.
            fresh.append(LabResult(id: id, observation: observation, state: .received))
        case .conflict where values.contains(observation):
            // A resumed message counts its replicates anew.
            decision.duplicates += 1
        case .conflict, .otherPatient:
            alternatives.append((LabResult(id: id, observation: observation, state: .held), repetition))
        }
    }
    let problems = ProblemsByLine(report.problems)
    place(fresh, of: report, problems, match: match, hasDestinations: hasDestinations, into: &decision)
    for (result, why) in alternatives {
        decision.results.append(result)
        decision.holds.append(alternative(result, specimen: report.specimen, why, problems))
    }
    guard report.problems.contains(where: { $0.held != nil }) else { return decision }
    let held = Set(report.observations.filter { $0.held != nil }.map(\.at))
    for problem in report.problems {
        guard let reason = problem.held, !problem.lines.contains(where: held.contains) else { continue }
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
    place(
        held, of: report, ProblemsByLine(report.problems), match: match, hasDestinations: hasDestinations,
        into: &decision)
    return decision
}

private func claimedByAnother(_ specimen: String) -> Hold {
    Hold(
        reason: .patientMismatch, accession: specimen,
        what: "The device sent results again that were posted, and now names another patient than the order. Nothing "
            + "was changed: check the tube's label.")
}

private func alternative(
    _ result: LabResult, specimen: String, _ why: Repetition, _ problems: ProblemsByLine
) -> Hold {
    let seen = result.observation
    var what =
        why == .otherPatient
        ? "\(seen.code) of this run was posted to another patient's order with this accession. Check whose tube it was: "
            + "release it to post it to the order that stands now, or reject it."
        : "the device sent \(seen.code) again for the same run with another value. The first one stands: compare both "
            + "on the analyser, then release this one in its place, or reject it."
    // Who releases it releases it from both.
    if let other = seen.held.flatMap({ problems.what($0, about: seen.at) }) { what += " Besides, \(other)" }
    return Hold(reason: .duplicateConflict, accession: specimen, what: "\(seen.at): \(what)", results: [result.id])
}

private func place(
    _ fresh: [LabResult], of report: SpecimenReport, _ problems: ProblemsByLine, match: Match, hasDestinations: Bool,
    into decision: inout Decision
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
                let what =
                    problems.what(reason, about: result.observation.at)
                    ?? "\(result.observation.code) needs a person's decision."
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
