import DICOM
import Profiles

/// Reads `dicom:`.
struct DICOMReader {
    let plan: ListenPlan
    /// Whether files with certificates and keys are opened to see that they are of use.
    var opensFiles = false

    /// The section; what is wrong is noted.
    func section(_ value: YAMLValue) -> DICOMSection? {
        value.map { map in
            var section = DICOMSection()
            if let title = map["ae_title"].flatMap(aeTitle) { section.aeTitle = title }
            let listen = map["listen"]
            if let address = listen.flatMap(ConfigurationReader.address) { section.listen = address }
            plan.add(section.listen, for: "radiology", at: listen)
            if let worklist = map["worklist"].flatMap({ self.worklist($0) }) { section.worklist = worklist }
            section.characterSet = map["character_set"].flatMap(characterSet)
            if let mpps = map["mpps"].flatMap(mpps) { section.mpps = mpps }
            section.ignoresCase = map["ae_titles"].map(ignoresCase) ?? false
            section.tls = map["tls"].flatMap(tls)
            if let limits = map["limits"].flatMap(limits) { section.limits = limits }
            var places: [String: YAMLValue] = [:]
            places[""] = map["tls"]
            section.modalities = map["modalities"].map { modalities($0, section, &places) } ?? []
            section.stationRules =
                map["stations"].map { stationRules($0, section.modalities, ignoresCase: section.ignoresCase) } ?? []
            section.startsWhenReceived = map["unscheduled"].map(startsWhenReceived) ?? false
            // One that is wrong was noted, and is missed by nobody else.
            if map["tls"] == nil || section.tls != nil { noteTLSWithoutFiles(section, at: places) }
            map["archives"]?.mistake("archives are not supported yet; remove this section")
            return section
        }
    }

    private func modalities(
        _ value: YAMLValue, _ section: DICOMSection, _ places: inout [String: YAMLValue]
    ) -> [ModalitySection] {
        var titles: Set<String> = []
        var ids: Set<String> = []
        return value.list { entry in
            entry.map { map in
                let title = map.require("ae_title")
                let name = title.flatMap(aeTitle)
                if let name, !titles.insert(section.ignoresCase ? name.lowercased() : name).inserted {
                    title?.mistake("'\(name)' is the AE title of two modalities; a worklist could not tell them apart")
                }
                let idValue = map.require("id")
                let id = idValue.flatMap(ConfigurationReader.id)
                if let id, !ids.insert(id).inserted {
                    idValue?.mistake("'\(id)' names two modalities; ids must differ")
                }
                let host = map["host"].flatMap(host)
                let rules = rules(map, host: host)
                if let id { places[id] = map["tls"] }
                let port = map["port"]?.integer(in: 1...65_535)
                let code = map.require("modality").flatMap(modalityCode)
                var modality = ModalitySection(
                    id: id ?? "", aeTitle: name ?? "", host: host ?? "", port: port ?? 104, modality: code ?? "",
                    rules: rules)
                readWorklist(of: &modality, map, section)
                if let strictness = map["mpps"]?.choice(of: PerformedStepStrictness.self) { modality.mpps = strictness }
                return id == nil || name == nil || code == nil ? nil : modality
            } ?? nil
        } ?? []
    }

    /// A modality: a code string (PS3.5 section 6.2, CS) as its defined terms are made (PS3.3 section C.7.3.1.1.1).
    func modalityCode(_ value: YAMLValue) -> String? {
        guard let text = value.name() else { return nil }
        let isRight =
            (2...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
        return isRight
            ? text : value.wrong("'\(text)' is no modality: 2 to 16 capital letters and digits, such as CT, MR or US")
    }

    /// What the toolkit can call: a name or an IPv4 address that, with the port, fits its 63 characters.
    func host(_ value: YAMLValue) -> String? {
        guard let text = value.name(), ConfigurationReader.host(text, at: value) else { return nil }
        if text.contains(":") {
            return value.wrong("'\(text)' is an IPv6 address; modalities are called by name or IPv4 address")
        }
        return text.utf8.count <= 57 ? text : value.wrong("'\(text)' is longer than 57 characters")
    }

    /// An AE title: 1 to 16 characters of the default repertoire without backslash (PS3.5 section 6.2).
    func aeTitle(_ value: YAMLValue) -> String? {
        guard let text = value.name() else { return nil }
        let isRight = text.utf8.count <= 16 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C }
        return isRight ? text : value.wrong("'\(text)' is no AE title: at most 16 ASCII characters without backslash")
    }
}
