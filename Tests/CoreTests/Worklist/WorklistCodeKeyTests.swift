import Testing

@testable import Core

/// Keys inside the items of code sequences (PS3.4 section C.2.2.2.6).
struct WorklistCodeKeyTests {
    private let entry = Sample.entry {
        $0.procedureCode = WorklistCode(value: "CTHEAD", scheme: "99HMS", meaning: "CT head")
        $0.protocolCode = WorklistCode(value: "P1", scheme: "99CT", meaning: "Head routine")
    }

    private func key(_ sequence: WorklistCodeSequence, _ part: WorklistCodePart) -> WorklistKey {
        .code(sequence, part)
    }

    @Test(
        "one item must satisfy all keys of its sequence",
        arguments: [
            ("CTHEAD", "99HMS", "", true), ("CTHEAD", "", "", true), ("CT*", "*", "CT ?ead", true),
            ("CTHEAD", "99CT", "", false), ("P1", "", "", false), ("cthead", "", "", false),
            ("", "", "Head routine", false),
        ])
    func requestedProcedure(value: String, scheme: String, meaning: String, expected: Bool) throws {
        let query = try WorklistQuery(keys: [
            key(.requestedProcedure, .value): value, key(.requestedProcedure, .scheme): scheme,
            key(.requestedProcedure, .meaning): meaning,
        ])
        #expect(WorklistMatching.matches(query, entry) == expected)
        #expect(WorklistMatching.mismatches(query, entry).isEmpty == expected)
    }

    @Test("each sequence by itself; an entry without a code matches no key")
    func sequences() throws {
        let both = try WorklistQuery(keys: [
            key(.requestedProcedure, .value): "CTHEAD", key(.scheduledProtocol, .value): "P1",
        ])
        #expect(WorklistMatching.matches(both, entry))
        let bare = Sample.entry()
        #expect(!WorklistMatching.matches(both, bare))
        #expect(
            WorklistMatching.mismatches(both, bare)
                == [.code(.requestedProcedure, .value), .code(.scheduledProtocol, .value)])
        let empty = try WorklistQuery(keys: [
            key(.requestedProcedure, .value): "", key(.scheduledProtocol, .meaning): "*",
        ])
        #expect(empty.isUniversal && WorklistMatching.matches(empty, bare))
    }

    @Test("every key that does not match is told, in the order of names")
    func mismatches() throws {
        let query = try WorklistQuery(keys: [
            .attribute(.modality): "MR", .attribute(.accession): "X", .attribute(.patientName): "RAO",
            key(.requestedProcedure, .value): "CTHEAD", key(.requestedProcedure, .scheme): "99CT",
        ])
        #expect(
            WorklistMatching.mismatches(query, entry)
                == [.attribute(.accession), .attribute(.modality), .code(.requestedProcedure, .scheme)])
        let span = try WorklistQuery([.startDate: "20261101-20261120", .startTime: "10-12"])
        #expect(WorklistMatching.mismatches(span, entry) == [.attribute(.startDate)])
    }

    @Test("attributes of several values match by any of them; long texts are one value")
    func several() throws {
        let entry = Sample.entry {
            $0.details[.otherPatientIDs] = "A1\\B2"
            $0.details[.patientComments] = "walks\\slowly"
        }
        #expect(try Sample.matches([.otherPatientIDs: "B2"], entry))
        #expect(try !Sample.matches([.otherPatientIDs: "A1*B2"], entry))
        #expect(try Sample.matches([.patientComments: "walks\\slowly"], entry))
        #expect(try !Sample.matches([.patientComments: "walks"], entry))
    }
}
