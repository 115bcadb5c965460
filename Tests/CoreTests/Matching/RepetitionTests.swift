import Testing

@testable import Core

private let one = Order(accession: "L1", patient: Patient(mrn: "MRN1", mrnSystem: "urn:mrn"), kind: .laboratory)
private let two = Order(accession: "L1", patient: Patient(mrn: "MRN2", mrnSystem: "urn:mrn"), kind: .laboratory)

private func observation(
    _ value: String = "5.10", status: ObservationStatus = .final, performed: String? = "2026-11-22T09:31:07+05:30"
) -> Observation {
    Observation(
        at: "R|1", code: "WBC", value: .quantity(value, nil), deviceUnit: "10^3/uL", status: status,
        performed: performed)
}

private func known(
    _ value: String = "5.10", _ state: ResultState = .posted, status: ObservationStatus = .final,
    of order: Order? = one,
    for reason: HoldReason? = nil
) -> KnownResult {
    KnownResult(
        observation: observation(value, status: status), state: state, patient: order?.patient.key, heldFor: reason)
}

private let mismatch = Match.held(.patientMismatch, "Another patient.")

@Suite("What a known identity means")
struct RepetitionTests {
    @Test("nothing known is new")
    func new() { #expect(Repetition(of: observation(), in: [], match: .order(one)) == .new) }

    @Test(
        "the same value again is a resend, whichever version had it",
        arguments: [ResultState.posted, .stored, .superseded, .rejected, .control, .received])
    func same(state: ResultState) {
        #expect(Repetition(of: observation(), in: [known("5.10", state)], match: .order(one)) == .same)
        #expect(
            Repetition(
                of: observation(), in: [known("5.10", state), known("5.20", status: .corrected)], match: .order(one))
                == .same)
    }

    @Test("held for want of an order, and now there is one: the results are matched anew")
    func rematched() {
        for reason in [HoldReason.noOrder, .patientMismatch, .orderCancelled, .ambiguousOrder] {
            let held = known("5.10", .held, of: nil, for: reason)
            #expect(Repetition(of: observation(), in: [held], match: .order(one)) == .rematched)
            #expect(Repetition(of: observation(), in: [held], match: mismatch) == .same)
        }
        for reason in [HoldReason.unitMismatch, .unmappedTest, .verification, .duplicateConflict] {
            let held = known("5.10", .held, of: one, for: reason)
            #expect(Repetition(of: observation(), in: [held], match: .order(one)) == .same)
        }
    }

    @Test("posted, and then claimed for another patient, asks a person")
    func claimed() {
        #expect(Repetition(of: observation(), in: [known()], match: mismatch) == .claimedByAnother)
        #expect(Repetition(of: observation(), in: [known()], match: .held(.orderCancelled, "")) == .same)
    }

    @Test("a run that was posted to another patient's order never moves by itself")
    func otherPatient() {
        #expect(Repetition(of: observation(), in: [known(of: two)], match: .order(one)) == .otherPatient)
        #expect(
            Repetition(of: observation("5.20", status: .corrected), in: [known(of: two)], match: .order(one))
                == .otherPatient)
    }

    @Test("two finals of one run are a conflict; a third copy of either is a resend")
    func conflict() {
        #expect(Repetition(of: observation("5.11"), in: [known()], match: .order(one)) == .conflict)
        let both = [known(), known("5.11", .held, for: .duplicateConflict)]
        #expect(Repetition(of: observation("5.11"), in: both, match: .order(one)) == .same)
        #expect(Repetition(of: observation(), in: both, match: .order(one)) == .same)
        #expect(Repetition(of: observation("5.12"), in: both, match: .order(one)) == .conflict)
        #expect(Repetition(of: observation("5.12", status: .corrected), in: both, match: .order(one)) == .correction)
    }
}

@Suite("Identity where the device says little")
struct ResultIdentitiesTests {
    private func id(
        _ seen: Observation, specimen: String = "L1", claim: String? = nil, kind: ReportKind = .result,
        known: [ResultID: [KnownResult]] = [:], match: Match = .order(one), scope: String = ""
    ) -> ResultID {
        let report = SpecimenReport(
            kind: kind, specimen: specimen, patient: claim.flatMap { PatientClaim(value: $0) }, observations: [seen])
        return ResultIdentities(device: "gen-1", report: report, match: match, known: known, scope: scope).id(of: seen)
    }

    @Test("without a run time, the number used again for another patient is another result")
    func reusedNumber() {
        let seen = observation(performed: nil)
        let first = id(seen)
        let version = KnownResult(observation: seen, state: .posted, patient: two.patient.key)
        let second = id(seen, known: [first: [version]])
        #expect(second != first)
        #expect(id(seen, known: [first: [version], second: []]) == second)
        // The same patient's is a resend, and so is any with the same run time.
        #expect(id(seen, known: [first: [version]], match: .order(two)) == first)
        let timed = observation()
        let plain = id(timed)
        #expect(
            id(timed, known: [plain: [KnownResult(observation: timed, state: .posted, patient: two.patient.key)]])
                == plain)
    }

    @Test("without a run time, another patient's claim on a held number is another result")
    func claims() {
        let seen = observation(performed: nil)
        let first = id(seen, claim: "A", match: mismatch)
        let version = KnownResult(observation: seen, state: .held, claim: PatientClaim(value: "A"))
        #expect(id(seen, claim: "B", known: [first: [version]], match: mismatch) != first)
        #expect(id(seen, claim: "A", known: [first: [version]], match: mismatch) == first)
        #expect(id(seen, known: [first: [version]], match: mismatch) == first)
    }

    @Test("an empty specimen id, and a control without time, are told apart by their message alone")
    func messages() {
        func report(_ specimen: String, _ kind: ReportKind, _ seen: Observation) -> SpecimenReport {
            SpecimenReport(kind: kind, specimen: specimen, observations: [seen])
        }
        #expect(report("", .result, observation()).isIdentifiedByMessage)
        #expect(report("LOT", .qc, observation(performed: nil)).isIdentifiedByMessage)
        #expect(!report("LOT", .qc, observation()).isIdentifiedByMessage)
        #expect(!report("L1", .result, observation(performed: nil)).isIdentifiedByMessage)
        #expect(id(observation(), specimen: "", scope: "m1") != id(observation(), specimen: "", scope: "m2"))
    }

    @Test("many results with many problems are decided in time that grows with their number")
    func linear() {
        let count = 20_000
        let seen = (0..<count).map {
            Observation(at: "R|\($0)", code: "X\($0)", value: .text("1"), held: .unmappedTest)
        }
        let problems = (0..<count).map { Problem(at: "R|\($0)|3", what: "unknown", held: .unmappedTest) }
        let report = SpecimenReport(kind: .result, specimen: "L1", observations: seen, problems: problems)
        let decision = decide(
            device: "gen-1", report: report, known: [:], match: .order(one), hasDestinations: true)
        #expect(decision.holds.count == count)
        #expect(decision.holds.last?.what == "R|\(count - 1): unknown")
    }
}
