import Testing

@testable import Core

@Suite("Stations by rules")
struct StationRuleTests {
    private func entry(
        _ modality: String = "CT", location: String = "", patientAt: String = "", code: String = "CTHEAD"
    ) -> WorklistEntry {
        Sample.entry(modality: modality, stations: []) {
            $0.location = location
            $0.details[.currentLocation] = patientAt.isEmpty ? nil : patientAt
            $0.procedureCode = WorklistCode(value: code, scheme: "99HMS", meaning: "x")
        }
    }

    @Test(
        "modality, location and procedure, each if the rule names it",
        arguments: [
            ("CT", nil, nil, true), ("MR", nil, nil, false), (nil, "ER", nil, true), (nil, "ICU", nil, false),
            ("CT", "ER", nil, true), ("MR", "ER", nil, false), (nil, nil, "CT*", true), (nil, nil, "CTHEAD", true),
            (nil, nil, "CT?", false), (nil, nil, "cthead", false), ("CT", "ER", "*HEAD", true),
        ] as [(String?, String?, String?, Bool)])
    func fits(modality: String?, location: String?, procedure: String?, expected: Bool) {
        let rule = StationRule(modality: modality, location: location, procedure: procedure, stationAEs: ["CT02"])
        #expect(rule.fits(entry(patientAt: "ER 12 A")) == expected)
    }

    @Test("where it is performed goes before where the patient lies")
    func places() {
        let rule = StationRule(location: "ER", stationAEs: ["CT02"])
        #expect(rule.fits(entry(location: "ER", patientAt: "ICU 7")))
        #expect(!rule.fits(entry(location: "MAIN", patientAt: "ER 12")))
        #expect(!rule.fits(entry()))
        #expect(!rule.fits(entry(patientAt: "ERX 1")))
    }

    @Test("the first rule that fits gives the station, for every scope; a station that is named stays")
    func first() {
        let own = WorklistCaller(aeTitle: "CT02", modality: "CT")
        let other = WorklistCaller(aeTitle: "CT01", modality: "CT")
        let all = WorklistCaller(aeTitle: "WS", modality: "OT", scope: .all)
        let stations = WorklistStations(
            [own, other, all],
            rules: [
                StationRule(modality: "CT", location: "ER", stationAEs: ["CT02"]),
                StationRule(modality: "CT", stationAEs: ["CT01", "CT02"]),
            ])
        let emergency = entry(patientAt: "ER 1")
        #expect(stations.entry(emergency, for: own)?.stationAETitles == ["CT02"])
        #expect(stations.entry(emergency, for: other) == nil)
        #expect(stations.entry(emergency, for: all)?.stationAETitles == ["CT02"])
        #expect(stations.entry(entry(), for: other)?.stationAETitles == ["CT01", "CT02"])
        #expect(stations.whyUnseen(emergency) == nil)
        let named = Sample.entry(stations: ["CT01"]) { $0.details[.currentLocation] = "ER" }
        #expect(stations.entry(named, for: own) == nil)
    }

    @Test("a procedure gives the modality to an order that has none; a modality alone does not")
    func modality() {
        let caller = WorklistCaller(aeTitle: "DX01", modality: "DX")
        let bare = entry("", code: "XRCHEST")
        let byProcedure = WorklistStations(
            [caller],
            rules: [
                StationRule(modality: "DX", procedure: "XR*", stationAEs: ["DX01"])
            ])
        #expect(byProcedure.entry(bare, for: caller)?.modality == "DX")
        #expect(byProcedure.whyUnseen(bare) == nil)
        let byModality = WorklistStations([caller], rules: [StationRule(modality: "DX", stationAEs: ["DX01"])])
        #expect(byModality.entry(bare, for: caller) == nil)
        #expect(byModality.whyUnseen(bare) == "No modality sees it: the modality is missing.")
    }
}
