import Core
import Testing

/// The comparison of the fault tests must find what it is there to find.
@Suite("The audit of the fault tests")
struct AuditTests {
    private let results = [
        SentResult(accession: "L1", mrn: "M1", code: "WBC", value: "5.10"),
        SentResult(accession: "L2", mrn: "M2", code: "WBC", value: "6.0"),
    ]

    private var record: Ledger.Record {
        let ledger = Ledger()
        for (index, result) in results.enumerated() {
            let number = ledger.first(
                SentMessage(device: "a", bytes: [1, 2, 3, UInt8(index)], frames: [[1], [2]], results: [result]))
            ledger.begins()
            ledger.acknowledged(number)
        }
        _ = ledger.first(SentMessage(device: "a", bytes: [9, 9, 9]))
        ledger.saved("a", [1, 2])
        return ledger.record
    }

    private let stored = [
        StoredMessage(device: "a", bytes: [1, 2, 3, 0]), StoredMessage(device: "a", bytes: [1, 2, 3, 1]),
        StoredMessage(device: "a", bytes: [9, 9], incomplete: "lost"), StoredMessage(device: "a", bytes: [1, 2, 3, 0]),
    ]

    private func seen(_ result: SentResult, id: String) -> SeenObservation {
        var one = SeenObservation(.null, [:])
        (one.id, one.accession, one.mrn, one.code, one.value) = (
            id, result.accession, result.mrn, result.code, result.value
        )
        return one
    }

    private var good: [SeenObservation] { [seen(results[0], id: "x"), seen(results[1], id: "y")] }

    @Test("finds nothing where all is well")
    func well() {
        #expect(Audit.mistakes(record, stored: stored, seen: good).isEmpty)
    }

    @Test("finds an acknowledged message that is missing, cut, changed, or another device's")
    func missing() {
        for wrong in [
            nil, StoredMessage(device: "a", bytes: [1, 2, 3], incomplete: "lost"),
            StoredMessage(device: "b", bytes: [1, 2, 3, 1]), StoredMessage(device: "a", bytes: [1, 2, 3, 7]),
        ] {
            let left = stored.filter { $0.bytes != [1, 2, 3, 1] } + [wrong].compactMap { $0 }
            #expect(
                Audit.mistakes(record, stored: left, seen: good).contains {
                    $0.contains("message 1 of a was acknowledged")
                })
        }
    }

    @Test("finds a beginning that was acknowledged and is missing")
    func missingPart() {
        var record = record
        record.saved.append(Ledger.SavedPart(device: "a", bytes: [9, 9, 9]))
        #expect(
            Audit.mistakes(record, stored: stored, seen: good) == [
                "3 bytes of a were acknowledged and are not in the store"
            ])
    }

    @Test("finds bytes in the store that nobody sent")
    func alienBytes() {
        for wrong in [
            StoredMessage(device: "a", bytes: [9, 9]), StoredMessage(device: "a", bytes: [8], incomplete: "lost"),
        ] {
            #expect(Audit.mistakes(record, stored: stored + [wrong], seen: good).count == 1)
        }
    }

    @Test("finds a result that is missing, doubled, changed, another patient's, or never sent")
    func resultMistakes() {
        var value = good[1]
        value.value = "6.00"
        var patient = good[1]
        patient.mrn = "M1"
        #expect(Audit.mistakes(record, stored: stored, seen: [good[0]]).count == 1)
        #expect(Audit.mistakes(record, stored: stored, seen: good + [seen(results[1], id: "z")]).count == 1)
        #expect(Audit.mistakes(record, stored: stored, seen: [good[0], value]).count == 2)
        #expect(Audit.mistakes(record, stored: stored, seen: [good[0], patient]).count == 2)
        #expect(Audit.mistakes(record, stored: stored, seen: good + [seen(results[1], id: "y")]).count == 2)
        let alien = SentResult(accession: "L9", mrn: "M9", code: "WBC", value: "1")
        #expect(Audit.mistakes(record, stored: stored, seen: good + [seen(alien, id: "z")]).count == 1)
    }
}
