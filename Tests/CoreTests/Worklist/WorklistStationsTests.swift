import Testing

@testable import Core

/// Orders that name no station, and why an entry is seen by nobody.
struct WorklistStationsTests {
    private func caller(_ title: String, _ modality: String, _ scope: WorklistScope = .ownAE) -> WorklistCaller {
        WorklistCaller(aeTitle: title, modality: modality, scope: scope)
    }

    @Test("the only modality of its kind is the station, for everybody")
    func single() {
        let own = caller("CT01", "CT")
        let all = caller("MR01", "MR", .all)
        let stations = WorklistStations([own, all])
        let entry = Sample.entry(stations: [" "])
        #expect(stations.entry(entry, for: own)?.stationAETitles == ["CT01"])
        #expect(stations.entry(entry, for: all)?.stationAETitles == ["CT01"])
        #expect(stations.whyUnseen(entry) == nil)
    }

    @Test("of several, each sees it as its own, unless it sees only what names it")
    func several() {
        let own = caller("CT01", "CT")
        let kind = caller("CT02", "CT", .modality)
        let all = caller("MR01", "MR", .all)
        let other = caller("US01", "US", .modality)
        let stations = WorklistStations([own, kind, all, other])
        let entry = Sample.entry(stations: [])
        #expect(stations.entry(entry, for: own) == nil)
        #expect(stations.entry(entry, for: kind)?.stationAETitles == ["CT02"])
        #expect(stations.entry(entry, for: all)?.stationAETitles == ["MR01"])
        #expect(stations.entry(entry, for: other) == nil)
        #expect(stations.whyUnseen(entry) == nil)
    }

    @Test("a station that is named stays")
    func named() {
        let other = caller("CT02", "CT", .modality)
        let entry = Sample.entry()
        #expect(WorklistStations([other]).entry(entry, for: other)?.stationAETitles == ["CT01"])
    }

    @Test("why nobody sees it, in words")
    func words() throws {
        let two = WorklistStations([caller("CT01", "CT"), caller("CT02", "CT")])
        func why(_ stations: WorklistStations, _ entry: WorklistEntry) throws -> String {
            try #require(stations.whyUnseen(entry))
        }
        #expect(
            try why(two, Sample.entry { $0.startDate = "" })
                == "No modality sees it: the scheduled start is missing.")
        #expect(try why(two, Sample.entry(stations: [])).contains("2 modalities are configured for CT"))
        #expect(try why(two, Sample.entry(modality: "MR", stations: [])).contains("no modality is configured for MR"))
        #expect(try why(two, Sample.entry(stations: ["CT09"])).contains("no modality is configured with AE title CT09"))
        #expect(two.whyUnseen(Sample.entry()) == nil)
        #expect(try why(WorklistStations([]), Sample.entry()).contains("AE title CT01"))
    }
}
