/// Whether a specimen's results belong to an order.
public enum Match: Hashable, Sendable, HoldsPatientData {
    /// To exactly this one.
    case order(Order)
    /// To none for now; the hold says why.
    case held(HoldReason, String)
}

/// Finds the order of a specimen, never the wrong patient (architecture, rule 3).
///
/// The specimen id must equal, as a string, the accession of exactly one open laboratory order; an empty one matches
/// nothing. A patient id in the message must equal that order's MRN in the same system; where it is absent, the
/// accession decides. Names never decide.
public func match(
    specimen: String, problem: String?, claim: PatientClaim?, orders: [Order], facility: Facility
) -> Match {
    if let problem { return .held(.specimenID, problem) }
    guard !specimen.isEmpty else {
        return .held(.specimenID, "The device sent no specimen id. Assign the results to an order by hand.")
    }
    let candidates = orders.filter { $0.kind == .laboratory && $0.accession == specimen }
    let open = candidates.filter { $0.state == .open }
    guard let order = open.first else { return withoutOpenOrder(candidates) }
    if open.count > 1 {
        return .held(
            .ambiguousOrder,
            "\(open.count) open orders of different patients carry this accession. Cancel the wrong ones in the HMS: the "
                + "results then post by themselves.")
    }
    if let claim {
        let system = facility.system(ofAuthority: claim.authority)
        guard claim.value == order.patient.mrn, system == order.patient.mrnSystem else {
            return .held(
                .patientMismatch,
                "The device names another patient than the order with this accession. Check the tube's label: "
                    + "nothing was posted.")
        }
    }
    return .order(order)
}

private func withoutOpenOrder(_ candidates: [Order]) -> Match {
    if candidates.contains(where: { $0.state == .cancelled }) {
        return .held(.orderCancelled, "The order with this accession was cancelled by the HMS.")
    }
    if !candidates.isEmpty {
        return .held(.noOrder, "The order with this accession is already completed in the HMS. Reopen it there.")
    }
    return .held(
        .noOrder, "No order with this accession has arrived. It posts by itself when the order does.")
}
