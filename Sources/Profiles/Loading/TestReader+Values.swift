extension TestReader {
    /// How the values of one test are read: `scale`, `convert`, `values` and so on, and its `code_pattern`.
    func readValues(_ map: YAMLMap, into entry: inout TestEntry) {
        if let patterns = map["code_pattern"]?.patterns() { entry.codePatterns = patterns }
        var reading = TestReading()
        if let decimals = map["implied_decimals"]?.integer(in: 1...9) { reading.impliedDecimals = decimals }
        readScale(map, into: &reading)
        if let conversions = map["convert"]?.list(allowsSingle: true, of: conversion) {
            reading.conversions = conversions
            noteDoubles(conversions, map["convert"])
        }
        if let values = map["values"]?.texts() { reading.values = values }
        if let list = map["no_result"]?.list(of: { $0.noResult() }) { reading.noResult = list }
        if let unit = map["unit"]?.ucum() { reading.unit = unit }
        noteUnexpectedUnits(reading, entry, map["convert"])
        if reading != TestReading() { entry.reading = reading }
    }

    private func readScale(_ map: YAMLMap, into reading: inout TestReading) {
        let unitAfter = map["unit_after"]?.ucum()
        let upTo = map["up_to"]?.factor()
        guard let scale = map["scale"] else {
            map["up_to"]?.mistake("this limits what 'scale' is for, which is missing; a conversion has its own 'up_to'")
            map["unit_after"]?.mistake("this is the unit after 'scale', which is missing")
            return
        }
        if let factor = scale.factor() {
            reading.scale = TestReading.Scale(factor: factor, unitAfter: unitAfter, upTo: upTo)
        }
    }

    /// `{ from: mmol/L, to: mg/dL, factor: '18.016', decimals: 1 }`.
    private func conversion(_ value: YAMLValue) -> TestReading.Conversion? {
        value.map { map -> TestReading.Conversion? in
            let from = map.require("from")?.ucum()
            let to = map.require("to")?.ucum()
            let factor = map.require("factor")?.factor()
            let decimals = map["decimals"]?.integer(in: 0...9)
            let upTo = map["up_to"]?.factor()
            guard let from, let to, let factor else { return nil }
            if from == to { return value.wrong("'\(from)' is converted to itself; for a factor alone use 'scale'") }
            if let what = UCUMMeaning.mistake(converting: from, to: to) { return value.wrong(what) }
            return TestReading.Conversion(from: from, to: to, factor: factor, decimals: decimals, upTo: upTo)
        } ?? nil
    }

    /// Notes conversions to a unit in which the test is not expected: each of its results would be held.
    private func noteUnexpectedUnits(_ reading: TestReading, _ entry: TestEntry, _ value: YAMLValue?) {
        let units = entry.units.isEmpty ? [reading.unit].compactMap { $0 } : entry.units.keys.sorted()
        if units.isEmpty { return }
        for conversion in reading.conversions where !units.contains(conversion.to) {
            value?.mistake(
                "results are converted to '\(conversion.to)', but '\(entry.code)' is expected in "
                    + "\(units.joined(separator: " or ")), so that each would be held; "
                    + (entry.units.isEmpty
                        ? "write 'units: [\(conversion.to)]'" : "add '\(conversion.to)' to its 'units'"))
        }
    }

    private func noteDoubles(_ conversions: [TestReading.Conversion], _ value: YAMLValue?) {
        for (index, conversion) in conversions.enumerated()
        where conversions[..<index].contains(where: { $0.from == conversion.from }) {
            value?.mistake("'\(conversion.from)' is converted twice; only one of them can count")
        }
    }
}

extension YAMLValue {
    /// A number above zero, in decimal digits.
    fileprivate func factor() -> ExactDecimal? {
        guard let text = text() else { return nil }
        guard let factor = ExactDecimal(text), factor.isPositive else {
            return wrong("'\(text)' is no factor: a number above zero in decimal digits, such as 18.016")
        }
        return factor
    }
}
