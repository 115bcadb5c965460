import Core
import DICOM
import Profiles

/// `worklist:` of `dicom`, or of a modality, which overrides it key by key.
struct WorklistSection: Sendable, Equatable {
    /// What a modality may see.
    var scope: WorklistScope?
    /// What a query is cut to that names no date; nil: to nothing.
    var window: WorklistWindow?
    /// Whether steps that have begun stay on the list.
    var showsStarted: Bool?
    /// What of the standard a device needs otherwise; only of a modality.
    var profile = WorklistProfile()
}

extension DICOMSection {
    /// How a modality is served the worklist.
    func profile(_ modality: ModalitySection) -> WorklistProfile {
        var profile = modality.worklist.profile
        profile.window = modality.worklist.window ?? worklist.window
        profile.showsStarted = modality.worklist.showsStarted ?? worklist.showsStarted ?? false
        return profile
    }

    /// In which character sets a modality is answered.
    func characterSets(_ modality: ModalitySection) -> ResponseCharacterSets {
        var sets = ResponseCharacterSets(own: modality.characterSet, strict: modality.takesOwnSetOnly)
        if let characterSet { sets.fallback = characterSet }
        return sets
    }
}

extension DICOMReader {
    /// Days of a window to each side.
    private static let windowDays = 3_650

    /// Reads `worklist:`; what only a modality may say is not known at `dicom`.
    func worklist(_ value: YAMLValue, ofModality: Bool = false) -> WorklistSection? {
        value.map { map in
            var section = WorklistSection()
            section.scope = map["scope"]?.choice(of: WorklistScope.self)
            section.window = map["window"].flatMap(window)
            section.showsStarted = map["started"]?.bool()
            guard ofModality else { return section }
            for (key, entry) in map["force"]?.entries() ?? [] {
                if let tag = tag(key, at: entry), let text = entry.text() {
                    if let problem = WorklistProfile.problem(withValue: text, of: tag) {
                        entry.mistake("'\(text)' \(problem)")
                    }
                    section.profile.force[tag] = text
                }
            }
            section.profile.omit = tags(map["omit"])
            section.profile.ignore = tags(map["ignore"])
            return section
        }
    }

    private func tags(_ value: YAMLValue?) -> Set<String> {
        Set(value?.list(allowsSingle: true) { entry in entry.name().flatMap { tag($0, at: entry) } } ?? [])
    }

    private func tag(_ text: String, at value: YAMLValue) -> String? {
        if let problem = WorklistProfile.problem(withTag: text) { return value.wrong("'\(text)' \(problem)") }
        return text
    }

    /// Whole days on both sides of today.
    private func window(_ value: YAMLValue) -> WorklistWindow? {
        value.map { map in
            let past = map["past"].flatMap(days)
            let future = map.require("future").flatMap(days)
            return future.map { WorklistWindow(past: past ?? 0, future: $0) }
        } ?? nil
    }

    private func days(_ value: YAMLValue) -> Int? {
        guard let duration = value.duration(in: .zero ... .seconds(Self.windowDays * 86_400)) else { return nil }
        let seconds = duration.components.seconds
        guard seconds % 86_400 == 0 else {
            return value.wrong("a window has whole days, since the worklist goes by dates; write 1d or 7d")
        }
        return Int(seconds / 86_400)
    }

    /// Reads a value of Specific Character Set, repertoires separated by a backslash.
    func characterSet(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        guard ResponseCharacterSets.isUsable(text) else {
            return value.wrong(
                "'\(text)' is no character set of DICOM; write ISO_IR 100, ISO_IR 192 (UTF-8), GB18030 or, with code "
                    + "extensions, \\ISO 2022 IR 87")
        }
        return text
    }

    /// What a modality's entry says of the worklist and its character set.
    func readWorklist(of modality: inout ModalitySection, _ map: YAMLMap, _ section: DICOMSection) {
        modality.location = map["location"]?.name()
        if let own = map["worklist"].flatMap({ worklist($0, ofModality: true) }) { modality.worklist = own }
        modality.characterSet = map["character_set"].flatMap(characterSet)
        let strict = map["strict_character_set"]
        modality.takesOwnSetOnly = strict?.bool() ?? false
        if modality.takesOwnSetOnly, modality.characterSet == nil {
            strict?.mistake("strict_character_set goes with a character_set of the modality; name that too")
        }
        if (modality.worklist.scope ?? section.worklist.scope) == .location, modality.location == nil {
            map.value.mistake("its worklist scope is `location`, so it needs a `location`, or it would see nothing")
        }
    }
}

extension WorklistSection {
    /// For `check`, of `dicom.worklist`.
    var words: String {
        let window = window.map { ", queries without a date cut to \($0.past) days back and \($0.future) ahead" }
        return " scope \((scope ?? .ownAE).rawValue)" + (window ?? "")
    }
}

extension ModalitySection {
    /// What it says of the worklist and its character set, for `check`; empty where nothing.
    var worklistWords: String {
        var parts: [String] = []
        if let location { parts.append("at \(location)") }
        if let scope = worklist.scope { parts.append("worklist scope \(scope.rawValue)") }
        if let window = worklist.window { parts.append("window \(window.past) days back, \(window.future) ahead") }
        if worklist.showsStarted == true { parts.append("shows started steps") }
        let profile = worklist.profile
        if !profile.force.isEmpty { parts.append("\(profile.force.count) values forced") }
        if !profile.omit.isEmpty { parts.append("omits \(profile.omit.sorted().joined(separator: " "))") }
        if !profile.ignore.isEmpty { parts.append("ignores keys \(profile.ignore.sorted().joined(separator: " "))") }
        if let characterSet { parts.append("answers in \(characterSet)" + (takesOwnSetOnly ? " only" : "")) }
        return parts.map { ", \($0)" }.joined()
    }
}
