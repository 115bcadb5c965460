import Core
import Testing

@Suite("What a performed step was scheduled as")
struct StepMatchingTests {
    private let facility = Facility(authorities: ["OTHER": "urn:other"])
    private let one = StepCandidate(
        accession: "R26-1", mrn: "MRN1", mrnSystem: Facility().mrnSystem, studyUID: "1.2.1", stepID: "S1")
    private let two = StepCandidate(
        accession: "R26-1", mrn: "MRN1", mrnSystem: Facility().mrnSystem, studyUID: "1.2.1", stepID: "S2")

    private func found(
        _ study: String, _ accession: String, _ step: String, patient: String = "MRN1", issuer: String = "",
        _ candidates: [StepCandidate]
    ) -> String {
        let match = Core.match(
            ScheduledReference(studyUID: study, accession: accession, stepID: step), patientID: patient, issuer: issuer,
            candidates: candidates, facility: facility)
        return switch match {
        case .step(let index): candidates[index].stepID
        case .held(let reason, _): reason.rawValue
        }
    }

    @Test("study, accession, step and patient in every combination of right, wrong and not said")
    func grid() {
        for study in ["1.2.1", "1.2.9", ""] {
            for accession in ["R26-1", "R26-9", ""] {
                for step in ["S1", "S9", ""] {
                    for patient in ["MRN1", "MRN9", ""] {
                        let expected: String
                        if study != "1.2.1" && accession != "R26-1" {
                            expected = "no-order"
                        } else if study == "1.2.9" || accession == "R26-9" {
                            expected = "study-mismatch"
                        } else if patient == "MRN9" || (patient.isEmpty && study.isEmpty) {
                            expected = "patient-mismatch"
                        } else {
                            expected = step == "S9" ? "study-mismatch" : "S1"
                        }
                        let seen = found(study, accession, step, patient: patient, [one])
                        #expect(seen == expected, "\(study) \(accession) \(step) \(patient)")
                    }
                }
            }
        }
    }

    @Test("of several steps the one that is named, and none where none is")
    func several() {
        #expect(found("1.2.1", "R26-1", "S2", [one, two]) == "S2")
        #expect(found("1.2.1", "R26-1", "", [one, two]) == "study-mismatch")
        var cancelled = one
        cancelled.isCancelled = true
        #expect(found("1.2.1", "R26-1", "", [cancelled, two]) == "S2")
        #expect(found("1.2.1", "R26-1", "S1", [cancelled, two]) == "order-cancelled")
    }

    @Test("two patients under one accession: the patient decides, and the issuer of the number")
    func patients() {
        var other = one
        other.mrn = "MRN2"
        other.studyUID = "1.2.2"
        other.stepID = "T"
        #expect(found("", "R26-1", "", patient: "MRN2", [one, other]) == "T")
        #expect(found("", "R26-1", "", patient: "MRN1", issuer: "OTHER", [one]) == "patient-mismatch")
        // The study of one patient with the number of the other.
        #expect(found("1.2.1", "R26-1", "", patient: "MRN2", [one, other]) == "patient-mismatch")
    }

    @Test("padding is no difference, and a prefix no match")
    func texts() {
        #expect(found("1.2.1 ", " R26-1 ", "S1 ", patient: "MRN1 ", [one]) == "S1")
        #expect(found("1.2.1", "R26-1", "S", [one]) == "study-mismatch")
        #expect(found("1.2.1", "R26-1", "S1", patient: "mrn1", [one]) == "patient-mismatch")
    }

    @Test("where a scheduled step stands")
    func states() {
        #expect(scheduledState(of: []) == nil)
        for first in PerformedState.allCases {
            for second in PerformedState.allCases {
                let both: Set = [first, second]
                let expected: StepState =
                    both.contains(.inProgress) ? .started : both.contains(.completed) ? .completed : .discontinued
                #expect(scheduledState(of: [first, second]) == expected)
            }
        }
    }

    @Test("UIDs")
    func uids() {
        for right in ["1", "1.2.840.10008", "0.0", "2.25.\(UInt128.max)"] {
            #expect(DICOMUID.isValid(right), "\(right)")
        }
        let long = String(repeating: "1", count: 65)
        for wrong in ["", ".", "1.", "1..2", "1.02", "1.a", "1.2 ", long] {
            #expect(!DICOMUID.isValid(wrong), "\(wrong)")
        }
        let made = DICOMUID.ofDigest(contentDigest(Array("a".utf8)))
        #expect(DICOMUID.isValid(made) && made == DICOMUID.ofDigest(contentDigest(Array("a".utf8))))
        #expect(made != DICOMUID.ofDigest(contentDigest(Array("b".utf8))))
    }
}
