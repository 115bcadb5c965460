/// The lines of `units:` and `tests:` that a recording and the profiles there are suggest.
///
/// What no profile knows for the same code and unit is a comment: a person writes it down.
struct TestProposal {
    /// Whether at least one test is proposed and not only asked for.
    private(set) var hasTests = false
    private(set) var unitLines: [String] = []
    private(set) var testLines: [String] = []
    /// Codes of which nothing is known.
    private(set) var open: [String] = []

    init(_ tests: [SeenTest], _ known: KnownTests) {
        var units: [String: String] = [:]
        for device in Set(tests.flatMap(\.units)).sorted() where !device.isEmpty && !UCUM.isKnown(device) {
            if let found = known.ucum(device) {
                units[device] = found.unit
                unitLines.append(
                    "  \(YAMLText.scalar(device)): \(YAMLText.scalar(found.unit))  "
                        + "# proposal: as in \(found.from.prefix(3).joined(separator: ", "))")
            } else {
                unitLines.append("  # \(YAMLText.scalar(device)): ?  # write the UCUM unit that is meant")
            }
        }
        for test in tests { add(test, known, units) }
    }

    private mutating func add(_ test: SeenTest, _ known: KnownTests, _ units: [String: String]) {
        let code = YAMLText.scalar(test.code)
        let ucum = test.units.filter { !$0.isEmpty }.compactMap { UCUM.isKnown($0) ? $0 : units[$0] }
        let seen = test.units.map { $0.isEmpty ? "no unit" : "unit \(YAMLText.comment($0))" }.joined(separator: " and ")
        let named = test.name.map { ", the device calls it \(YAMLText.comment($0))" } ?? ""
        if ucum.count == test.units.count, let first = ucum.first, let found = known.test(test.code, unit: first),
            ucum.dropFirst().allSatisfy({ known.test(test.code, unit: $0).map { $0.loinc == found.loinc } ?? false })
        {
            hasTests = true
            var parts: [String] = []
            if let name = found.name { parts.append("name: \(YAMLText.scalar(name))") }
            if let loinc = found.loinc { parts.append("loinc: \(loinc)") }
            parts.append("units: [\(Set(ucum).sorted().map(YAMLText.scalar).joined(separator: ", "))]")
            testLines.append(
                "  \(code): { \(parts.joined(separator: ", ")) }  # proposal: as in \(found.from.prefix(3).joined(separator: ", "))"
                    + named)
            return
        }
        open.append(test.code)
        let unit = ucum.isEmpty ? "" : ", units: [\(Set(ucum).sorted().map(YAMLText.scalar).joined(separator: ", "))]"
        let differing = ucum.first.map { known.differing(test.code, unit: $0) } ?? []
        let choice = differing.isEmpty ? "" : "; profiles differ: \(differing.joined(separator: ", "))"
        let kind = test.isNumeric ? "" : "; not always a number"
        testLines.append("  # \(code): { name: ?, loinc: ?\(unit) }  # \(seen) seen\(named)\(kind)\(choice)")
    }
}
