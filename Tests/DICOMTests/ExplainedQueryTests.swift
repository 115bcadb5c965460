import Core
import Testing

@testable import DICOM

/// Why a modality does not get an entry.
struct ExplainedQueryTests {
    /// 2026-11-22, 12:00 in the facility.
    private static let now = Timestamp(microseconds: 1_795_329_000_000_000)

    private func configuration(
        _ scope: WorklistScope = .ownAE, _ change: (inout RadiologyModality) -> Void = { _ in }
    ) -> RadiologyConfiguration {
        var ct = RadiologyModality(
            id: "ct-1", caller: WorklistCaller(aeTitle: "CT01", modality: "CT", location: "ER", scope: scope))
        change(&ct)
        let mr = RadiologyModality(id: "mr-1", caller: WorklistCaller(aeTitle: "MR01", modality: "MR"))
        var configuration = RadiologyConfiguration(aeTitle: "LABRADOR", modalities: [ct, mr])
        configuration.timeZone = "Asia/Kolkata"
        return configuration
    }

    private func explained(
        _ keys: [String] = [], _ configuration: RadiologyConfiguration
    ) throws -> ExplainedQuery {
        try ExplainedQuery(keys: keys, of: configuration.modalities[0], in: configuration, at: Self.now)
    }

    @Test("each thing that can remove an entry, in a sentence")
    func removals() throws {
        let entry = TestSource.entry("R26-1")
        func told(
            _ keys: [String] = [], _ scope: WorklistScope = .ownAE, _ change: (inout WorklistEntry) -> Void = { _ in },
            modality: (inout RadiologyModality) -> Void = { _ in }
        ) throws -> (ExplainedQuery.Removal?, String) {
            var changed = entry
            change(&changed)
            let verdict = try explained(keys, configuration(scope, modality)).verdict(changed)
            return (verdict.removal, verdict.what)
        }
        let cases: [((ExplainedQuery.Removal?, String), ExplainedQuery.Removal?, String)] = [
            (try told(), nil, ""),
            (try told([], .ownAE, { $0.state = .completed }), .state, "It is completed."),
            (try told([], .ownAE, { $0.state = .cancelled }), .state, "The HMS withdrew it."),
            (try told([], .ownAE, { $0.state = .discontinued }), .state, "given up"),
            (try told([], .ownAE, { $0.state = .started }), .state, "worklist.started"),
            (try told([], .ownAE, { $0.state = .started }, modality: { $0.worklist.showsStarted = true }), nil, ""),
            (
                try told([], .ownAE, { $0.stationAETitles = ["CT02"] }), .scope,
                "only steps for CT01, and its station is CT02"
            ),
            (try told([], .modality, { $0.modality = "MR" }), .scope, "only steps for CT, and this one is for MR"),
            (try told([], .location), .scope, "only steps at ER, and this one is at no known place"),
            (try told([], .ownAE, { $0.startDate = "" }), .missing, "the scheduled start is missing"),
            (
                try told(
                    [], .ownAE, { $0.startDate = "20261201" },
                    modality: { $0.worklist.window = .init(past: 1, future: 7) }),
                .window, "20261201 is outside the configured window of 20261121 to 20261129"
            ),
            (
                try told(["0040,0002=20261123"]), .key,
                "The key 0040,0100.0040,0002 = 20261123 (Scheduled Procedure Step Start Date) does not match: the entry has "
                    + "20261122."
            ),
            (try told(["0010,0010=SINGH*"]), .key, "the entry has RAO^ASHA"),
            (
                try told(["0032,1064.0008,0100=X"]), .key,
                "Requested Procedure Code Sequence, Code Value) does not match: the entry has none"
            ),
            (try told(["0040,0002=20261101-20261121", "0040,0003=10-12"]), .key, "one span of time"),
            (try told(["0040,0001=XX"], modality: { $0.worklist.ignore = ["0040,0001"] }), nil, ""),
        ]
        for ((removal, what), expected, words) in cases {
            #expect(removal == expected && (words.isEmpty ? what.isEmpty : what.contains(words)), "\(what)")
        }
    }

    @Test("all keys that differ are told with their tags")
    func severalKeys() throws {
        let query = try explained(["0008,0060=MR", "0040,0100.0040,0001=MR01", "0008,0050=R26-1"], configuration(.all))
        #expect(query.keys.sorted() == ["0008,0050 = R26-1", "0040,0100.0008,0060 = MR", "0040,0100.0040,0001 = MR01"])
        #expect(query.verdict(TestSource.entry("R26-1")).keys.sorted() == ["0008,0060", "0040,0001"])
    }

    @Test(
        "keys that cannot be used",
        arguments: ["0040,0002", "x=1", "0018,0015=HEAD", "0032,1064=X", "0010,0010.0008,0100=X", "0040,0002=soon"])
    func unusable(key: String) {
        #expect(throws: ExplainedQuery.Unusable.self) { try explained([key], configuration()) }
    }

    @Test("the keys of the last query; its dates move with the given moment")
    func lastQuery() throws {
        let item = [DataElement(Tag(0x0040, 0x0002), .da, text: "20261120-20261121")]
        let bytes = DataSetWriter.write(
            DataSet([DataElement(.scheduledProcedureStepSequence, .sq, .items([DataSet(item)]))]), .implicitLittleEndian
        )
        let then = Timestamp(microseconds: Self.now.microseconds - 2 * 86_400_000_000)
        let record = WorklistQueryRecord(
            aeTitle: "CT01", at: then, identifier: bytes, transferSyntax: TransferSyntax.implicitLittleEndian.rawValue,
            status: 0)
        let configuration = configuration()
        func keys(moves: Bool) throws -> [String] {
            let query = try ExplainedQuery(
                record, of: configuration.modalities[0], in: configuration, at: Self.now, moves: moves)
            #expect(query.remarks.contains { $0.contains("moved") } == moves)
            return query.keys
        }
        #expect(try keys(moves: false) == ["0040,0100.0040,0002 = 20261120-20261121"])
        #expect(try keys(moves: true) == ["0040,0100.0040,0002 = 20261122-20261123"])
        var lost = record
        lost.identifier = nil
        #expect(throws: ExplainedQuery.Unusable.self) {
            try ExplainedQuery(lost, of: configuration.modalities[0], in: configuration, at: Self.now, moves: false)
        }
    }
}
