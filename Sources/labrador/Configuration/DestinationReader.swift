import Core
import Foundation
import Profiles
import Upstream

/// Reads `destinations:`.
struct DestinationReader {
    /// Whether files named here are opened to see that they are of use, as `serve` and `check` want.
    let opensFiles: Bool

    /// The destinations that are right; what is wrong is noted.
    func destinations(_ value: YAMLValue) -> [DestinationSection] {
        var seen: Set<String> = []
        return value.list { entry in
            entry.map { map in destination(map, &seen) } ?? nil
        } ?? []
    }

    private func destination(_ map: YAMLMap, _ seen: inout Set<String>) -> DestinationSection? {
        let id = map.require("id")
        let name = id.flatMap(ConfigurationReader.id)
        if let name, !seen.insert(name).inserted { id?.mistake("'\(name)' names two destinations; ids must differ") }
        let unsupported = ["hl7", "rest"].compactMap { map[$0] }
        for kind in unsupported { kind.mistake("destinations of this kind are not supported yet; use `fhir`") }
        guard let fhir = unsupported.isEmpty ? map.require("fhir") : map["fhir"] else { return nil }
        return fhir.map { map in fhirSection(map, name) } ?? nil
    }

    private func fhirSection(_ map: YAMLMap, _ name: String?) -> DestinationSection? {
        let url = map.require("url")
        let text = url?.name() ?? ""
        let parsed = URLComponents(string: text)
        if !text.isEmpty, parsed?.host?.isEmpty != false || !["http", "https"].contains(parsed?.scheme ?? "") {
            url?.mistake("'\(text)' is no web address; write https://HOST/PATH")
        }
        let token = map["token_file"].flatMap { readable($0, FHIRConfiguration.fault(inTokenFile:)) }
        let trust = map["trust_file"].flatMap { readable($0, FHIRConfiguration.fault(inTrustFile:)) }
        let concurrency = map["concurrency"]?.integer(in: 1...64) ?? 8
        guard let name else { return nil }
        return DestinationSection(
            id: DestinationID(name), url: text, tokenFile: token, trustFile: trust, concurrency: concurrency)
    }

    private func readable(_ value: YAMLValue, _ fault: (String) -> String?) -> String? {
        guard let file = value.name() else { return nil }
        if opensFiles, let why = fault(file) { value.mistake("'\(file)' cannot be used: \(why)") }
        return file
    }
}
