/// Reads the table of tests: `WBC: { name: Leukocytes, loinc: 6690-2, units: [10*3/uL] }`.
final class TestReader {
    private var seen: [String: YAMLValue] = [:]
    private var read: [(test: TestEntry, value: YAMLValue)] = []

    func test(code: String, _ value: YAMLValue) -> TestEntry? {
        claim(code, value)
        return value.map { map in
            var entry = TestEntry(code: code)
            entry.name = map["name"]?.name()
            entry.local = map["local"]?.name()
            entry.loinc = map["loinc"]?.loinc()
            entry.orderCode = map["order_code"]?.name()
            entry.orders = map["orders"]?.list(allowsSingle: true, of: { $0.name() }) ?? []
            entry.aliases = map["aliases"]?.list(allowsSingle: true, of: { $0.name() }) ?? []
            for alias in entry.aliases { claim(alias, value) }
            if let units = map["units"] { readUnits(units, into: &entry) }
            readValues(map, into: &entry)
            read.append((entry, value))
            return entry
        }
    }

    /// Notes tests that would give results of two codes one LOINC code: for the receiver they would be one test.
    func noteSharedLOINC() {
        var first: [String: [Int]] = [:]
        for (index, (test, value)) in read.enumerated() {
            for code in test.loincs {
                let other = first[code]?.first { read[$0].test.sharesLOINC(code, with: test) }
                if let other {
                    value.mistake(
                        "LOINC code \(code) is already that of the test '\(read[other].test.code)' in "
                            + "\(place(read[other].value, from: value)); if both are the same test, write one as the other's "
                            + "alias (aliases: ['\(test.code)']), else give each its own LOINC code")
                }
                first[code, default: []].append(index)
            }
        }
    }

    /// A list of units, or a mapping from unit to LOINC code where the code depends on the unit.
    private func readUnits(_ value: YAMLValue, into entry: inout TestEntry) {
        if value.isMap {
            for (unit, code) in value.entries() ?? [] {
                if let what = UCUM.mistake(in: unit) {
                    code.mistake(what)
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
        value.noteBlanks(code)
        if let other = seen[code] {
            value.mistake(
                "the code '\(code)' is already given to the test in \(place(other, from: value)); a code means one test"
            )
        } else {
            seen[code] = value
        }
    }

    private func place(_ other: YAMLValue, from value: YAMLValue) -> String {
        other.file == value.file ? "line \(other.line)" : "\(other.file):\(other.line)"
    }
}

extension TestEntry {
    /// Every LOINC code it may give.
    fileprivate var loincs: Set<String> { Set([loinc].compactMap { $0 } + units.values.compactMap { $0 }) }

    /// Whether both give this code to a result in one and the same unit.
    fileprivate func sharesLOINC(_ code: String, with other: TestEntry) -> Bool {
        // Without a list of units every unit may come.
        let units: Set<String?> =
            switch (self.units.isEmpty, other.units.isEmpty) {
            case (true, true): [nil]
            case (true, false): Set(other.units.keys.map(Optional.some))
            case (false, true): Set(self.units.keys.map(Optional.some))
            case (false, false):
                Set(self.units.keys.map(Optional.some)).intersection(other.units.keys.map(Optional.some))
            }
        return units.contains { loinc(unit: $0) == code && other.loinc(unit: $0) == code }
    }
}
