import Core
import Testing

private let facility = Facility(
    mrnSystem: "https://hms.example.in/mrn", authorities: ["OTHER": "https://other.example.in/mrn"])

private func order(
    _ accession: String, mrn: String = "MRN1", system: String = "https://hms.example.in/mrn",
    state: OrderState = .open, kind: OrderKind = .laboratory
) -> Order {
    Order(accession: accession, patient: Patient(mrn: mrn, mrnSystem: system), kind: kind, state: state)
}

private func reason(_ match: Match) -> HoldReason? {
    if case .held(let reason, _) = match { reason } else { nil }
}

@Suite("Never the wrong patient")
struct MatchingTests {
    @Test("accession alone decides when the device names no patient")
    func accessionAlone() {
        let wanted = order("L1")
        #expect(match(specimen: "L1", problem: nil, claim: nil, orders: [wanted], facility: facility) == .order(wanted))
    }

    @Test("accession and MRN must both fit", arguments: ["", "HOSPITAL", "LOCAL"])
    func bothFit(authority: String) {
        let wanted = order("L1")
        let claim = PatientClaim(value: "MRN1", authority: authority)
        #expect(
            match(specimen: "L1", problem: nil, claim: claim, orders: [wanted], facility: facility) == .order(wanted))
    }

    @Test(
        "another patient is never posted",
        arguments: [("MRN2", nil), ("mrn1", nil), ("MRN01", nil), ("MRN1", "OTHER")] as [(String, String?)])
    func otherPatient(mrn: String, authority: String?) {
        let claim = PatientClaim(value: mrn, authority: authority)
        let found = match(specimen: "L1", problem: nil, claim: claim, orders: [order("L1")], facility: facility)
        #expect(reason(found) == .patientMismatch)
    }

    @Test("an MRN of a mapped authority matches only in that system")
    func mappedAuthority() {
        let wanted = order("L1", system: "https://other.example.in/mrn")
        let mapped = PatientClaim(value: "MRN1", authority: "OTHER")
        let local = PatientClaim(value: "MRN1")
        #expect(
            match(specimen: "L1", problem: nil, claim: mapped, orders: [wanted], facility: facility) == .order(wanted))
        #expect(
            reason(match(specimen: "L1", problem: nil, claim: local, orders: [wanted], facility: facility))
                == .patientMismatch)
    }

    @Test(
        "identifiers are strings, not numbers",
        arguments: [("001", "1"), ("1", "01"), ("1e3", "1000"), ("L1 ", "L1"), ("l1", "L1"), ("1.0", "1")])
    func strings(specimen: String, accession: String) {
        let found = match(specimen: specimen, problem: nil, claim: nil, orders: [order(accession)], facility: facility)
        #expect(reason(found) == .noOrder)
    }

    @Test("an empty specimen id matches nothing, not even an empty accession")
    func empty() {
        let found = match(specimen: "", problem: nil, claim: nil, orders: [order("")], facility: facility)
        #expect(reason(found) == .specimenID)
    }

    @Test("a specimen id the profile refuses is held even when an order would fit")
    func refusedSpecimen() {
        let found = match(
            specimen: "AUTO_SID1", problem: "made up by the analyser", claim: nil, orders: [order("AUTO_SID1")],
            facility: facility)
        #expect(reason(found) == .specimenID)
    }

    @Test("two open orders of different patients are ambiguous, whatever the device claims")
    func ambiguous() {
        let orders = [order("L1", mrn: "MRN1"), order("L1", mrn: "MRN2")]
        for claim in [nil, PatientClaim(value: "MRN1")] {
            let found = match(specimen: "L1", problem: nil, claim: claim, orders: orders, facility: facility)
            #expect(reason(found) == .ambiguousOrder)
        }
    }

    @Test("cancelled, completed and imaging orders do not match")
    func notOpen() {
        func found(_ orders: [Order]) -> HoldReason? {
            reason(match(specimen: "L1", problem: nil, claim: nil, orders: orders, facility: facility))
        }
        #expect(found([order("L1", state: .cancelled)]) == .orderCancelled)
        #expect(found([order("L1", state: .completed)]) == .noOrder)
        #expect(found([order("L1", kind: .imaging)]) == .noOrder)
        #expect(found([]) == .noOrder)
    }

    @Test("a cancelled order of one patient leaves the open one of another")
    func cancelledBeside() {
        let open = order("L1", mrn: "MRN2")
        let orders = [order("L1", mrn: "MRN1", state: .cancelled), open]
        #expect(match(specimen: "L1", problem: nil, claim: nil, orders: orders, facility: facility) == .order(open))
    }
}
