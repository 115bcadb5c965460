extension RuleReader {
    /// `flag_patterns`, `ignore_flags` and `dates` of a profile.
    func readFlagsAndDates(_ map: YAMLMap, into profile: inout Profile) {
        if let patterns = map["flag_patterns"]?.list(of: flagPattern) { profile.flagPatterns = patterns }
        if let patterns = map["ignore_flags"]?.patterns() { profile.ignoredFlags = patterns }
        if let forms = map["dates"]?.list(allowsSingle: true, of: dateForm) { profile.dateForms = forms }
    }

    /// `{ pattern: '^H\d', is: [H] }`.
    private func flagPattern(_ value: YAMLValue) -> FlagPattern? {
        value.map { map in
            let pattern = map.require("pattern")?.pattern()
            let codes = map.require("is")?.flagCodes()
            return pattern.flatMap { pattern in codes.map { FlagPattern(pattern: pattern, codes: $0) } }
        } ?? nil
    }

    private func dateForm(_ value: YAMLValue) -> DateForm? {
        guard let text = value.name() else { return nil }
        return DateForm(text)
            ?? value.wrong(
                "'\(text)' is no form of a date: year, month and day once each, such as dd-MM-yyyy HH:mm; possible are "
                    + "yyyy yy MMM MM M dd d HH H mm ss, and hh with AM")
    }
}
