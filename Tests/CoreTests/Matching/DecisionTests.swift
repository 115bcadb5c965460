import Core
import Testing

private let device: DeviceID = "haem-1"
private let order = Order(
    accession: "L1", patient: Patient(mrn: "MRN1", mrnSystem: "urn:mrn"), kind: .laboratory)

private func observation(
    _ code: String = "WBC", _ value: ObservedValue = .quantity("5.10", nil), status: ObservationStatus = .final,
    performed: String? = "2026-11-22T09:31:07+05:30", held: HoldReason? = nil, occurrence: Int = 0
) -> Observation {
    Observation(
        at: "R|1", code: code, value: value, deviceUnit: "10^3/uL", status: status, performed: performed,
        occurrence: occurrence, held: held)
}

private func report(_ observations: [Observation], kind: ReportKind = .result, problems: [Problem] = [])
    -> SpecimenReport
{
    SpecimenReport(kind: kind, specimen: "L1", observations: observations, problems: problems)
}

private func id(_ observation: Observation) -> ResultID {
    ResultID(device: device, specimen: "L1", observation: observation)
}

private func deciding(
    _ report: SpecimenReport, known: [ResultID: KnownResult] = [:], match: Match = .order(order),
    destinations: Bool = true
) -> Decision {
    decide(
        device: device, report: report, known: known.mapValues { [$0] }, match: match, hasDestinations: destinations)
}

@Suite("What becomes of a report")
struct DecisionTests {
    @Test("a matched result is posted, or stored where there is nowhere to post")
    func posted() {
        let sent = deciding(report([observation()]))
        #expect(sent.results.map(\.state) == [.posted])
        #expect(sent.delivers)
        let kept = deciding(report([observation()]), destinations: false)
        #expect(kept.results.map(\.state) == [.stored])
        #expect(!kept.delivers)
    }

    @Test("a resend changes nothing")
    func resend() {
        let first = observation()
        let again = deciding(report([first]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(again.results.isEmpty && again.holds.isEmpty && !again.delivers)
        #expect(again.duplicates == 1)
    }

    @Test("a partial resend adds only what is new")
    func merge() {
        let first = observation("WBC")
        let again = deciding(
            report([first, observation("RBC")]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(again.results.map(\.observation.code) == ["RBC"])
        #expect(again.duplicates == 1)
    }

    @Test("the same run with another value waits for a person, beside the first")
    func conflict() {
        let first = observation()
        let other = observation("WBC", .quantity("5.11", nil))
        let decision = deciding(report([other]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(decision.results.map(\.state) == [.held])
        #expect(decision.results.map(\.observation) == [other])
        #expect(decision.holds.map(\.reason) == [.duplicateConflict])
        #expect(decision.holds.map(\.results) == [[id(first)]])
        #expect(!decision.delivers)
    }

    @Test("what else keeps the other value back is said with it: one release lets it go from both")
    func conflictInAnotherUnit() {
        let first = observation()
        var other = observation("WBC", .quantity("5.11", nil))
        other.held = .unitMismatch
        let problem = Problem(at: other.at, what: "the unit is 'g/l'; this profile expects g/dL.", held: .unitMismatch)
        let decision = deciding(
            report([other], problems: [problem]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(decision.holds.map(\.reason) == [.duplicateConflict])
        #expect(
            decision.holds[0].what.hasSuffix("or reject it. Besides, the unit is 'g/l'; this profile expects g/dL."))
    }

    @Test(
        "a value that grows more certain replaces what was sent",
        arguments: [
            (ObservationStatus.preliminary, ObservationStatus.final), (.final, .corrected), (.corrected, .corrected),
            (.final, .cancelled), (.registered, .final), (.preliminary, .preliminary),
        ])
    func correction(before: ObservationStatus, after: ObservationStatus) {
        let first = observation(status: before)
        let next = observation("WBC", .quantity("5.30", nil), status: after)
        let decision = deciding(report([next]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(decision.results.map(\.id) == [id(first)])
        #expect(decision.delivers)
    }

    @Test("a late preliminary copy of a final value adds nothing")
    func latePreliminary() {
        let first = observation()
        let late = observation(status: .preliminary)
        let decision = deciding(report([late]), known: [id(first): KnownResult(observation: first, state: .posted)])
        #expect(decision.duplicates == 1 && decision.results.isEmpty && decision.holds.isEmpty)
    }

    @Test("without an order everything waits under one hold")
    func held() {
        let decision = deciding(
            report([observation("WBC"), observation("RBC")]), match: .held(.noOrder, "No order has arrived."))
        #expect(decision.results.map(\.state) == [.held, .held])
        #expect(decision.holds.map(\.reason) == [.noOrder])
        #expect(decision.holds.first?.results.count == 2)
        #expect(!decision.delivers)
    }

    @Test("one result that may not post does not keep the others")
    func oneHeld() {
        let problem = Problem(at: "R|1|3", what: "test code 'XYZ' is not in this profile", held: .unmappedTest)
        let decision = deciding(
            report([observation("XYZ", held: .unmappedTest), observation("RBC")], problems: [problem]))
        #expect(decision.results.map(\.state) == [.held, .posted])
        #expect(decision.holds.map(\.reason) == [.unmappedTest])
        #expect(decision.holds.first?.what.contains("XYZ") == true)
        #expect(decision.delivers)
    }

    @Test(
        "a control never reaches a patient, even with an order's accession", arguments: [ReportKind.qc, .calibration])
    func control(kind: ReportKind) {
        let decision = deciding(report([observation()], kind: kind))
        #expect(decision.results.map(\.state) == [.control])
        #expect(!decision.delivers && decision.order == nil)
    }

    @Test("held results post when an order fits")
    func reexamined() {
        let held = LabResult(id: id(observation()), observation: observation(), state: .held)
        let decision = reexamine(report: report([]), held: [held], match: .order(order), hasDestinations: true)
        #expect(decision.results.map(\.state) == [.posted])
        #expect(decision.delivers)
    }
}

@Suite("The identity of a result")
struct ResultIDTests {
    @Test("device facts make it; the value does not")
    func facts() {
        let base = observation()
        #expect(id(base) == id(observation("WBC", .quantity("9.99", nil), status: .corrected)))
        #expect(id(base) != id(observation("RBC")))
        #expect(id(base) != id(observation(performed: "2026-11-22T09:31:08+05:30")))
        #expect(id(base) != id(observation(performed: nil)))
        #expect(id(base) != id(observation(occurrence: 1)))
        #expect(id(base) != ResultID(device: "haem-2", specimen: "L1", observation: base))
        #expect(id(base) != ResultID(device: device, specimen: "L2", observation: base))
    }

    @Test("it stays the same from release to release")
    func stable() {
        // Changing it would send every result a second time after an upgrade.
        #expect(id(observation()).text.count == 32)
        #expect(id(observation()).text == "be7d35faf1aaa407c94f7b5e56c7b091")
    }

    @Test("parts cannot run into each other")
    func boundaries() {
        let left = ResultID(device: "ab", specimen: "c", observation: observation())
        let right = ResultID(device: "a", specimen: "bc", observation: observation())
        #expect(left != right)
    }
}
