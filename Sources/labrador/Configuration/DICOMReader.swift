import Profiles

/// Reads `dicom:`.
struct DICOMReader {
    let plan: ListenPlan

    /// What a modality may see of the worklist.
    private enum Scope: String, CaseIterable {
        case ownAE = "own-ae"
        case modality, location, all
    }

    /// The section; what is wrong is noted.
    func section(_ value: YAMLValue) -> DICOMSection? {
        value.map { map in
            var section = DICOMSection()
            if let title = map["ae_title"].flatMap(aeTitle) { section.aeTitle = title }
            let listen = map["listen"]
            if let address = listen.flatMap(ConfigurationReader.address) { section.listen = address }
            plan.add(section.listen, for: "radiology", at: listen)
            if let scope = map["worklist"].flatMap(worklistScope) { section.scope = scope }
            section.modalities = map["modalities"].map(modalities) ?? []
            map["archives"]?.mistake("archives are not supported yet; remove this section")
            return section
        }
    }

    private func worklistScope(_ value: YAMLValue) -> String? {
        value.map { map in
            let scope = map["scope"]?.choice(of: Scope.self)
            if scope == .location {
                map["scope"]?.mistake(
                    "location is not supported yet and would show nothing; write own-ae, modality or all")
            }
            return scope?.rawValue
        } ?? nil
    }

    private func modalities(_ value: YAMLValue) -> [ModalitySection] {
        var titles: Set<String> = []
        var ids: Set<String> = []
        return value.list { entry in
            entry.map { map in
                let title = map.require("ae_title")
                let name = title.flatMap(aeTitle)
                if let name, !titles.insert(name).inserted {
                    title?.mistake("'\(name)' is the AE title of two modalities; a worklist could not tell them apart")
                }
                let idValue = map.require("id")
                let id = idValue.flatMap(ConfigurationReader.id)
                if let id, !ids.insert(id).inserted {
                    idValue?.mistake("'\(id)' names two modalities; ids must differ")
                }
                let host = map["host"].flatMap(host)
                let port = map["port"]?.integer(in: 1...65_535)
                let scope = map["worklist"].flatMap(worklistScope)
                let code = map.require("modality").flatMap(modalityCode)
                guard let id, let name, let code else { return nil }
                return ModalitySection(
                    id: id, aeTitle: name, host: host ?? "", port: port ?? 104, modality: code, scope: scope)
            } ?? nil
        } ?? []
    }

    /// A modality: a code string (PS3.5 section 6.2, CS) as its defined terms are made (PS3.3 section C.7.3.1.1.1).
    private func modalityCode(_ value: YAMLValue) -> String? {
        guard let text = value.name() else { return nil }
        let isRight =
            (2...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
        return isRight
            ? text : value.wrong("'\(text)' is no modality: 2 to 16 capital letters and digits, such as CT, MR or US")
    }

    /// What the toolkit can call: a name or an IPv4 address that, with the port, fits its 63 characters.
    private func host(_ value: YAMLValue) -> String? {
        guard let text = value.name(), ConfigurationReader.host(text, at: value) else { return nil }
        if text.contains(":") {
            return value.wrong("'\(text)' is an IPv6 address; modalities are called by name or IPv4 address")
        }
        return text.utf8.count <= 57 ? text : value.wrong("'\(text)' is longer than 57 characters")
    }

    /// An AE title: 1 to 16 characters of the default repertoire without backslash (PS3.5 section 6.2).
    private func aeTitle(_ value: YAMLValue) -> String? {
        guard let text = value.name() else { return nil }
        let isRight = text.utf8.count <= 16 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C }
        return isRight ? text : value.wrong("'\(text)' is no AE title: at most 16 ASCII characters without backslash")
    }
}
