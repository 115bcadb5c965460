import Core

extension TestReading {
    /// What became of a number.
    enum Changed: Equatable {
        case unchanged
        case changed
        /// It was to be changed and cannot be; the text says why.
        case impossible(String)
    }

    /// Brings a number to the unit the profile wants, its range with it; leaves a note with the device's own words.
    ///
    /// - Parameter remarks: takes a sentence about a range that had to be left out.
    func change(_ observation: inout Observation, _ remarks: inout [String]) -> Changed {
        guard changesNumbers, case .quantity(let token, let comparator) = observation.value else { return .unchanged }
        if impliedDecimals > 0, let range = observation.range, !range.contains(".") {
            leaveOut(range, &observation, &remarks)
        }
        var factors: [Step] = []
        var unit = observation.unit
        if let scale {
            factors.append(Step(factor: scale.factor, upTo: scale.upTo))
            unit = scale.unitAfter ?? unit
        }
        if let conversion = conversions.first(where: { $0.from == unit ?? observation.deviceUnit }) {
            factors.append(
                Step(factor: conversion.factor, decimals: conversion.decimals, upTo: conversion.upTo))
            unit = conversion.to
        }
        if factors.isEmpty { return .unchanged }
        guard let number = ExactDecimal(token) else {
            return .impossible(
                "the number has more than \(ExactDecimal.mostDigits) characters; it is not calculated with")
        }
        if let why = Self.excess(number, observation.range, factors) {
            // Where the device sent no unit, the profile's cannot be the right one.
            if observation.deviceUnit.isEmpty { observation.unit = nil }
            return .impossible(why)
        }
        let product = { (number: ExactDecimal) in factors.reduce(number) { $1.product($0) } }
        let own = (comparator?.rawValue ?? "") + token
        observation.notes.append(
            "The device sent \(own)\(observation.deviceUnit.isEmpty ? " without a unit" : " \(observation.deviceUnit)"); "
                + "this is \(factors.map { "× \($0.factor)" }.joined(separator: " ")).")
        observation.value = .quantity(product(number).description, comparator)
        // The device's unit belongs to the device's number; both stand in the note.
        if unit != observation.unit { observation.deviceUnit = "" }
        observation.unit = unit
        if let range = observation.range {
            if let changed = RangeText(range) {
                observation.range = changed.text { product($0).description }
            } else {
                leaveOut(range, &observation, &remarks)
            }
        }
        return .changed
    }

    /// One factor of a change.
    private struct Step {
        var factor: ExactDecimal
        var decimals: Int?
        var upTo: ExactDecimal?

        func product(_ number: ExactDecimal) -> ExactDecimal {
            let product = number * factor
            return decimals.map { product.rounded(to: $0) } ?? product
        }
    }

    /// Why a number cannot be in the unit that the profile takes it for: it, or its range, is above what is possible.
    private static func excess(_ number: ExactDecimal, _ range: String?, _ steps: [Step]) -> String? {
        let ends = range.flatMap(RangeText.init)?.numbers ?? []
        var before: [Step] = []
        for step in steps {
            if let limit = step.upTo {
                let here = { (number: ExactDecimal) in before.reduce(number) { $1.product($0) } }
                if here(number).isAbove(limit) {
                    return "\(here(number)) is above \(limit) and cannot be the fraction this profile expects"
                }
                if let end = ends.map(here).first(where: { $0.isAbove(limit) }) {
                    return
                        "the range '\(range ?? "")' reaches \(end), above \(limit), so that the number need not be the "
                        + "fraction this profile expects"
                }
            }
            before.append(step)
        }
        return nil
    }

    private func leaveOut(_ range: String, _ observation: inout Observation, _ remarks: inout [String]) {
        remarks.append(
            "the range '\(range)' is not of a form that can be brought to the value's unit; it is left out")
        observation.range = nil
    }
}

/// A reference range of one or two numbers: `4.0 - 10.0`, `0.3 to 4.5`, `< 20`, `<=5`.
struct RangeText: Equatable {
    private enum Piece: Equatable {
        case words(String)
        case number(ExactDecimal)
    }

    private var pieces: [Piece] = []

    /// Nil for everything else, as nobody could say which of its numbers to change.
    init?(_ text: String) {
        var rest = Substring(text)
        pieces.append(.words(Self.blanks(&rest)))
        if let sign = ["<=", ">=", "<", ">"].first(where: { rest.hasPrefix($0) }) {
            rest.removeFirst(sign.count)
            pieces.append(.words(sign + Self.blanks(&rest)))
            guard let number = Self.number(&rest), rest.isEmpty else { return nil }
            pieces.append(.number(number))
            return
        }
        guard let low = Self.number(&rest) else { return nil }
        let before = Self.blanks(&rest)
        guard let mark = ["-", "–", "~", "to", ".."].first(where: { rest.hasPrefix($0) }) else { return nil }
        rest.removeFirst(mark.count)
        let after = Self.blanks(&rest)
        guard let high = Self.number(&rest), rest.isEmpty else { return nil }
        pieces += [.number(low), .words(before + mark + after), .number(high)]
    }

    /// Its numbers, in their order.
    var numbers: [ExactDecimal] {
        pieces.compactMap { if case .number(let number) = $0 { number } else { nil } }
    }

    func text(_ change: (ExactDecimal) -> String) -> String {
        pieces.map { piece in
            switch piece {
            case .words(let words): words
            case .number(let number): change(number)
            }
        }.joined()
    }

    private static func blanks(_ rest: inout Substring) -> String {
        let blanks = rest.prefix { $0 == " " }
        rest.removeFirst(blanks.count)
        return String(blanks)
    }

    private static func number(_ rest: inout Substring) -> ExactDecimal? {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        // `3..5` has a mark of two points, no number with them.
        let token = digits.firstRange(of: "..").map { rest[rest.startIndex..<$0.lowerBound] } ?? digits
        guard let number = ExactDecimal(String(token)) else { return nil }
        rest.removeFirst(token.count)
        return number
    }
}
