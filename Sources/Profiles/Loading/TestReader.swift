/// Reads the table of tests: `WBC: { name: Leukocytes, loinc: 6690-2, units: [10*3/uL] }`.
final class TestReader {
    private var seen: [String: Int] = [:]

    func test(code: String, _ value: YAMLValue) -> TestEntry? {
        claim(code, value)
        return value.map { map in
            var entry = TestEntry(code: code)
            entry.name = map["name"]?.name()
            entry.loinc = map["loinc"]?.loinc()
            entry.orderCode = map["order_code"]?.name()
            entry.orders = map["orders"]?.list(allowsSingle: true, of: { $0.name() }) ?? []
            entry.aliases = map["aliases"]?.list(allowsSingle: true, of: { $0.name() }) ?? []
            for alias in entry.aliases { claim(alias, value) }
            if let units = map["units"] { readUnits(units, into: &entry) }
            return entry
        }
    }

    /// A list of units, or a mapping from unit to LOINC code where the code depends on the unit.
    private func readUnits(_ value: YAMLValue, into entry: inout TestEntry) {
        if value.isMap {
            for (unit, code) in value.entries() ?? [] {
                guard UCUM.isWellFormed(unit), UCUM.respelled(unit) == nil else {
                    code.mistake(
                        "'\(unit)' is no UCUM unit" + (UCUM.respelled(unit).map { ", did you mean '\($0)'?" } ?? ""))
                    continue
                }
                entry.units.updateValue(code.isNull ? nil : code.loinc(), forKey: unit)
            }
        } else {
            for unit in value.list(allowsSingle: true, of: { $0.text()?.isEmpty == true ? "" : $0.ucum() }) ?? [] {
                entry.units.updateValue(nil, forKey: unit)
            }
        }
    }

    private func claim(_ code: String, _ value: YAMLValue) {
        if let line = seen[code] {
            value.mistake("the code '\(code)' is already given to the test in line \(line); a code means one test")
        } else {
            seen[code] = value.line
        }
    }
}
