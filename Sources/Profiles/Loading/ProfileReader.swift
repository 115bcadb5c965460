import Core

/// Reads one `profile.yaml`.
///
/// Every mistake of the file is collected.
enum ProfileReader {
    /// - Parameters:
    ///   - tree: what the file says, laid over what it extends.
    ///   - id: the profile's id.
    ///   - file: the file's name, for messages.
    static func read(_ tree: ProfileTree.Whole, id: String, file: String) throws(ConfigurationMistakes) -> Profile {
        try YAMLDocument.read(tree.node, file: file, known: tree.mistakes) { map -> Profile? in
            let extends = map["extends"]
            if let isFromBase = map[ProfileOverlay.testsKey], isFromBase.bool() != nil, extends == nil {
                isFromBase.mistake("this profile extends none, so there is no other table of tests; take it out")
            }
            let name = map.require("name")?.name()
            guard let wire = map.require("protocol")?.choice(of: ProtocolWord.self)?.wire else {
                // Without the protocol nothing else can be judged.
                map.abandon()
                return nil
            }
            var profile = Profile(id: id, name: name ?? id, wire: wire)
            profile.files = tree.files
            BlockRulesReader().read(map, wire: wire, into: &profile.blocks)
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
            if let identify = map["identify"] { profile.identify = reader.identifications(identify) ?? [] }
            if let report = map["report"] { readReport(report, into: &profile) }
            if let orders = map["orders"] { profile.orders = OrderRulesReader(wire: wire).read(orders) }
            reader.readFlagsAndDates(map, into: &profile)
            readCodes(map, into: &profile)
            // Last: such a record is read as the whole profile says, but for its places.
            if let rules = map["more_results"]?.list(of: { reader.moreResults($0, profile) }) {
                profile.moreResults = rules
            }
            if wire == .blocks { map.value.document.checkFieldNames(profile.blocks.layout.fieldNames) }
            profile.finish()
            return profile
        }
    }

    private static func readReport(_ value: YAMLValue, into profile: inout Profile) {
        _ = value.map { map in
            if let aggregate = map.require("aggregate")?.choice(of: ReportAggregate.self) {
                profile.aggregate = aggregate
            }
        }
    }

    private static func readCodes(_ map: YAMLMap, into profile: inout Profile) {
        for (device, value) in map["flags"]?.entries() ?? [] {
            value.noteBlanks(device)
            if let codes = value.flagCodes() { profile.flags[device] = codes }
        }
        for (device, value) in map["statuses"]?.entries() ?? [] {
            value.noteBlanks(device)
            guard let status = value.status() else { continue }
            if device == "default" { profile.defaultStatus = status } else { profile.statuses[device] = status }
        }
        for (device, value) in map["units"]?.entries() ?? [] {
            value.noteBlanks(device)
            guard let unit = value.ucum() else { continue }
            if let what = UCUMMeaning.mistake(taking: device, for: unit) { value.mistake(what) }
            profile.units[device] = unit
        }
        let reader = TestReader()
        profile.tests = (map["tests"]?.entries() ?? []).compactMap { reader.test(code: $0.key, $0.value) }
        reader.noteSharedLOINC()
        if profile.tests.isEmpty && !profile.passesThrough {
            map.value.mistake("a profile needs 'tests', or 'pass_through: true' to hand codes on as they come")
        }
    }
}

/// The words of `protocol`.
private enum ProtocolWord: String, CaseIterable {
    case astm, hl7, blocks

    var wire: WireProtocol {
        switch self {
        case .astm: .astm
        case .hl7: .hl7
        case .blocks: .blocks
        }
    }
}
