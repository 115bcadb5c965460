import Testing

@testable import Core

struct WorklistAnswerTests {
    private func answer(
        _ query: WorklistQuery, _ caller: WorklistCaller, _ entries: [WorklistEntry]
    ) -> WorklistAnswer {
        var gathering = WorklistGathering(query, for: caller, stations: WorklistStations([caller]), limit: 100)
        for entry in entries { gathering.take(entry) }
        return gathering.answer
    }

    private func caller(_ scope: WorklistScope, modality: String? = nil, location: String? = nil) -> WorklistCaller {
        WorklistCaller(aeTitle: "CT01", modality: modality, location: location, scope: scope)
    }

    @Test("what each scope shows")
    func scopes() throws {
        let entries = [
            Sample.entry("own"), Sample.entry("other-ct", stations: ["CT02"]),
            Sample.entry("mr-here", modality: "MR", stations: ["MR01"]) { $0.location = "Ground floor" },
        ]
        func seen(_ caller: WorklistCaller) throws -> [String] {
            answer(try WorklistQuery([:]), caller, entries).entries.map(\.accession)
        }
        #expect(try seen(caller(.ownAE)) == ["own"])
        #expect(Set(try seen(caller(.modality, modality: "CT"))) == ["own", "other-ct"])
        #expect(try seen(caller(.location, location: "Ground floor")) == ["mr-here"])
        #expect(try seen(caller(.all)).count == 3)
        // Without knowing the modality or the location there is nothing to go by.
        #expect(try seen(caller(.modality)) == [])
        #expect(try seen(caller(.location, location: "")) == [])
    }

    @Test("more matches than the limit are too many, and none is kept")
    func tooMany() throws {
        let all = caller(.all)
        var gathering = WorklistGathering(
            try WorklistQuery([:]), for: all, stations: WorklistStations([all]), limit: 2)
        for number in 1...2 { gathering.take(Sample.entry("R\(number)")) }
        #expect(!gathering.hasTooMany && gathering.answer.entries.count == 2)
        gathering.take(Sample.entry("R3"))
        #expect(gathering.hasTooMany && gathering.answer.entries.isEmpty)
    }

    @Test("an identifier that does not fit its VR keeps the entry back")
    func unfit() throws {
        let long = String(repeating: "1", count: 17)
        let cases: [(WorklistEntry, [WorklistObstacle])] = [
            (Sample.entry(long), [.tooLong(.accession, characters: 17, limit: 16)]),
            (Sample.entry("A\\B"), [.unfit(.accession)]),
            (Sample.entry(modality: "CT-é"), [.unfit(.modality)]), (Sample.entry(modality: "ct"), []),
            (
                Sample.entry(stations: ["CT01", long]),
                [.tooLong(.stationAETitle, characters: 17, limit: 16)]
            ), (Sample.entry { $0.studyInstanceUID = "1.2.x" }, [.unfit(.studyInstanceUID)]),
            (Sample.entry(id: long), []), (Sample.entry(id: "1\n2"), [.unfit(.patientID)]),
            (Sample.entry(id: String(repeating: "é", count: 64)), []),
            (
                Sample.entry(id: String(repeating: "é", count: 65)),
                [.tooLong(.patientID, characters: 65, limit: 64)]
            ),
            (
                Sample.entry(long) { ($0.stepID, $0.requestedProcedureID) = (long, long) },
                [.tooLong(.accession, characters: 17, limit: 16)]
            ),
        ]
        for (entry, expected) in cases { #expect(entry.obstacles == expected) }
    }

    @Test("ordered by date, time and name")
    func order() throws {
        let entries = [
            Sample.entry("4", family: "ZAIDI", date: "20261123", time: "080000"), Sample.entry("3", time: "110000"),
            Sample.entry("2", family: "rao"), Sample.entry("1", family: "ÁLVAREZ"),
        ]
        let answer = answer(try WorklistQuery([:]), caller(.all), entries)
        #expect(answer.entries.map(\.accession) == ["1", "2", "3", "4"])
    }

    @Test("an entry without an attribute of type 1 is kept back and counted")
    func incomplete() throws {
        let cases: [(WorklistAttribute, (inout WorklistEntry) -> Void)] = [
            (.startDate, { $0.startDate = "" }), (.startDate, { $0.startDate = "20260230" }),
            (.startTime, { $0.startTime = "" }), (.startTime, { $0.startTime = "ten" }),
            (.modality, { $0.modality = "" }), (.patientName, { $0.patientName = WorklistPersonName(family: "") }),
            (.patientID, { $0.patientID = " " }), (.stepID, { $0.stepID = "" }),
            (.requestedProcedureID, { $0.requestedProcedureID = "" }),
            (.studyInstanceUID, { $0.studyInstanceUID = "" }), (.stepDescription, { $0.stepDescription = "" }),
            (.requestedProcedureDescription, { $0.requestedProcedureDescription = "" }),
        ]
        for (attribute, change) in cases {
            let entry = Sample.entry(change: change)
            #expect(entry.missingAttributes == [attribute])
            let answer = answer(try WorklistQuery([:]), caller(.all), [entry])
            #expect(answer == WorklistAnswer(entries: [], withheld: [.missing(attribute): 1]))
        }
        #expect(Sample.entry().missingAttributes == [])
        #expect(Sample.entry(stations: [" "]).missingAttributes == [.stationAETitle])
        // 1C: the code stands in for the description, of the step and of the procedure each its own.
        let code = WorklistCode(value: "CTHEAD", scheme: "99HMS", meaning: "CT head")
        let coded = Sample.entry { ($0.stepDescription, $0.requestedProcedureDescription) = ("", "") }
        #expect(coded.missingAttributes == [.stepDescription, .requestedProcedureDescription])
        var procedure = coded
        procedure.procedureCode = code
        #expect(procedure.missingAttributes == [.stepDescription])
        var both = procedure
        both.protocolCode = code
        #expect(both.missingAttributes == [])
    }

    @Test("the preselection takes exact keys only, and what the scope demands")
    func preselection() throws {
        let query = try WorklistQuery([
            .startDate: "20261122-", .modality: "CT", .accession: "R24*", .patientID: "MRN0001", .patientName: "RAO",
        ])
        var expected = WorklistPreselection()
        expected.earliestDate = "20261122"
        expected.modality = "CT"
        expected.patientID = "MRN0001"
        expected.name = NamePattern("RAO").map { WorklistNameKey(pattern: $0) }
        #expect(expected.name?.matches(folded: "rao^asha") == true && expected.name?.matches(folded: "mrao") == false)
        #expect(WorklistPreselection(query, for: caller(.all)) == expected)
        expected.stationAETitle = "CT01"
        #expect(WorklistPreselection(query, for: caller(.ownAE)) == expected)
        let open = WorklistPreselection(try WorklistQuery([:]), for: caller(.modality, modality: "MR"))
        #expect(open.modality == "MR" && open.stationAETitle == nil && open.earliestDate == nil)
        let two = WorklistPreselection(try WorklistQuery([.modality: "CT\\MR"]), for: caller(.all))
        #expect(two == WorklistPreselection())
    }

    @Test("what matches is always in the preselection")
    func preselectionIsNotNarrower() throws {
        let entries = ["20261121", "20261122", "20261123"].flatMap { date in
            ["CT", "MR"].flatMap { modality in
                ["CT01", "MR01"].map { Sample.entry(modality: modality, stations: [$0], date: date) }
            }
        }
        let keys: [[WorklistAttribute: String]] = [
            [:], [.startDate: "20261122"], [.startDate: "-20261122", .startTime: "08-12"], [.modality: "C?"],
            [.stationAETitle: "MR01"], [.startDate: "20261122-20261123", .modality: "MR"],
        ]
        for key in keys {
            for scope in WorklistScope.allCases {
                let caller = caller(scope, modality: "CT", location: "x")
                let query = try WorklistQuery(key)
                let wanted = WorklistPreselection(query, for: caller)
                for entry in answer(query, caller, entries).entries {
                    #expect(wanted.modality.map { $0 == entry.modality } ?? true)
                    #expect(wanted.stationAETitle.map { entry.stationAETitles.contains($0) } ?? true)
                    #expect(wanted.earliestDate.map { $0 <= entry.startDate } ?? true)
                    #expect(wanted.latestDate.map { $0 >= entry.startDate } ?? true)
                }
            }
        }
    }

    @Test("entries, names, queries and preselections print nothing of a patient")
    func redacted() throws {
        let entry = Sample.entry()
        let query = try WorklistQuery([.patientName: "RAO", .accession: "R24-0001"])
        for text in [
            "\(entry)", "\(entry.patientName)", "\(query)", "\(WorklistPreselection(query, for: caller(.all)))",
        ] {
            #expect(!text.contains("RAO") && !text.contains("R24") && !text.contains("MRN"))
        }
    }

    @Test("delimiters in a name part do not shift the others")
    func nameComponents() {
        #expect(WorklistPersonName(family: "A^B", given: "C=D\\E").components == "A B^C D E")
        #expect(WorklistPersonName(family: "RAO", suffix: "MD").components == "RAO^^^^MD")
    }
}
