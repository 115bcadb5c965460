import Core
import Profiles

extension DICOMReader {
    /// `stations:`, the rules that give an order its station; the first that fits counts.
    func stationRules(_ value: YAMLValue, _ modalities: [ModalitySection], ignoresCase: Bool) -> [StationRule] {
        value.list { entry in
            entry.map { map in
                let titles = map.require("station_ae").map { stationTitles($0, modalities, ignoresCase) } ?? []
                let modality = map["modality"].flatMap(modalityCode)
                let location = map["location"]?.name()
                let procedure = map["procedure"]?.name()
                if map["modality"] == nil, map["location"] == nil, map["procedure"] == nil {
                    entry.mistake("a rule names a modality, a location or a procedure; this one would take every order")
                }
                guard !titles.isEmpty else { return nil }
                return StationRule(
                    modality: modality, location: location, procedure: procedure, stationAEs: titles)
            } ?? nil
        } ?? []
    }

    /// One AE title or a list of them, each of a configured modality.
    private func stationTitles(_ value: YAMLValue, _ modalities: [ModalitySection], _ ignoresCase: Bool) -> [String] {
        guard value.isList else { return stationTitle(value, modalities, ignoresCase).map { [$0] } ?? [] }
        return value.list { stationTitle($0, modalities, ignoresCase) } ?? []
    }

    private func stationTitle(
        _ value: YAMLValue, _ modalities: [ModalitySection], _ ignoresCase: Bool
    ) -> String? {
        guard let title = value.name() else { return nil }
        let known = modalities.first {
            ignoresCase ? $0.aeTitle.lowercased() == title.lowercased() : $0.aeTitle == title
        }
        if let known { return known.aeTitle }
        let titles = modalities.map(\.aeTitle).joined(separator: ", ")
        return value.wrong(
            "no modality has the AE title '\(title)'"
                + (titles.isEmpty ? "; list it under `modalities`" : "; the configured ones are \(titles)"))
    }

    /// `unscheduled:`, what becomes of an imaging order that names no start.
    func startsWhenReceived(_ value: YAMLValue) -> Bool { value.choice(of: Unscheduled.self) == .received }
}

/// What becomes of an imaging order that names no start.
private enum Unscheduled: String, CaseIterable {
    /// No modality sees it.
    case parked
    /// It is due when it was received.
    case received
}
