import Core

/// Reads one `profile.yaml`.
///
/// Every mistake of the file is collected.
enum ProfileReader {
    /// - Parameters:
    ///   - text: the file's content.
    ///   - id: the profile's id.
    ///   - file: the file's name, for messages.
    static func read(_ text: String, id: String, file: String) throws(ConfigurationMistakes) -> Profile {
        try YAMLDocument.read(text: text, file: file) { map -> Profile? in
            let name = map.require("name")?.name()
            guard let wire = map.require("protocol")?.choice(of: ProtocolWord.self)?.wire else {
                // Without the protocol nothing else can be judged.
                map.abandon()
                return nil
            }
            var profile = Profile(id: id, name: name ?? id, wire: wire)
            LinkReader(wire: wire).read(map["link"], into: &profile)
            if let encoding = map["charset"]?.choice(of: CharacterEncoding.self) { profile.encoding = encoding }
            profile.timeZone = map["time_zone"]?.timeZone()
            if let passes = map["pass_through"]?.bool() { profile.passesThrough = passes }
            let reader = RuleReader(wire: wire)
            reader.readSpecimen(map["specimen"], into: &profile.specimen)
            reader.readPatient(map["patient"], into: &profile.patients)
            reader.readResults(map["results"], into: &profile)
            reader.readComments(map["comments"], into: &profile.comments)
            if let rules = map["lines"]?.list(of: reader.line) { profile.lines = rules + profile.lines }
            if let rules = map["kinds"]?.list(of: reader.kind) { profile.kinds = rules + profile.kinds }
            if let orders = map["orders"] { profile.orders = OrderRulesReader(wire: wire).read(orders) }
            readCodes(map, into: &profile)
            return profile
        }
    }

    private static func readCodes(_ map: YAMLMap, into profile: inout Profile) {
        for (device, value) in map["flags"]?.entries() ?? [] {
            if let codes = value.list(allowsSingle: true, of: { $0.name() }) { profile.flags[device] = codes }
        }
        for (device, value) in map["statuses"]?.entries() ?? [] {
            guard let status = value.status() else { continue }
            if device == "default" { profile.defaultStatus = status } else { profile.statuses[device] = status }
        }
        for (device, value) in map["units"]?.entries() ?? [] {
            if let unit = value.ucum() { profile.units[device] = unit }
        }
        let reader = TestReader()
        profile.tests = (map["tests"]?.entries() ?? []).compactMap { reader.test(code: $0.key, $0.value) }
        if profile.tests.isEmpty && !profile.passesThrough {
            map.value.mistake("a profile needs 'tests', or 'pass_through: true' to hand codes on as they come")
        }
    }
}

/// The words of `protocol`.
private enum ProtocolWord: String, CaseIterable {
    case astm, hl7

    var wire: WireProtocol { self == .astm ? .astm : .hl7 }
}
