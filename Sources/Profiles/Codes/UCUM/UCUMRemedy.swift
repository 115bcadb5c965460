/// What people mean who write a unit as analysers and reports print it.
enum UCUMRemedy {
    /// Most characters of a text that a remedy is looked for.
    static let lengthLimit = 40

    /// What a code means by the book, where that is no quantity of a laboratory, and what was meant; nil for all others.
    static func surprise(
        in unit: String, _ components: [UCUMGrammar.Component]
    ) -> (what: String, right: String)? {
        guard let first = components.first else { return nil }
        let isPerVolume = components.dropFirst().contains {
            $0.isDivisor && ["L", "l", "uL", "ul", "mL", "ml", "mm"].contains($0.symbol)
        }
        let counts = ["K": ("kelvin", "10*3"), "G": ("gauss", "10*9"), "T": ("tesla", "10*12")]
        if let (what, power) = counts[first.symbol], isPerVolume, !first.isDivisor {
            return ("a count of \(what)", power + unit.dropFirst(first.symbol.count))
        }
        switch unit {
        case "pH": return ("picohenry", "[pH]")
        case "C": return ("coulomb", "Cel")
        case "F": return ("farad", "[degF]")
        default: break
        }
        if let index = components.firstIndex(where: { $0.symbol == "AU" }), index == 0 {
            return ("astronomical units", "[arb'U]" + unit.dropFirst(2))
        }
        return nil
    }

    /// The codes a text that is none may have meant, best first; empty when nothing is near.
    static func meant(by unit: String) -> [String] {
        let plain = plain(unit)
        if let whole = wholes[plain.lowercased()] { return [whole] }
        var readings = [""]
        for part in parts(of: plain) {
            let words = isOperator(part) ? [part] : words(for: part)
            readings = readings.flatMap { reading in words.map { reading + $0 } }
            if readings.count > 4 { return [] }
        }
        return readings.filter { reading in
            reading != unit
                && (try? UCUMGrammar.components(of: reading)).map { surprise(in: reading, $0) == nil } == true
        }
    }

    /// Without blanks, Greek, superscripts and the sign of multiplication: `x10³/µL` becomes `10*3/uL`.
    private static func plain(_ unit: String) -> String {
        var text = ""
        for character in unit where !character.isWhitespace {
            switch character {
            case "µ", "μ": text += "u"
            case "×": text += "x"
            case "°": text += "deg"
            case "²": text += "2"
            case "³": text += "3"
            case "⁶": text += "6"
            case "⁹": text += "9"
            default: text.append(character)
            }
        }
        // 103/uL once the superscript is gone; a factor of that size has no other meaning.
        for (wrong, right) in [("x10", "10"), ("X10", "10"), ("*10", "10")] where text.hasPrefix(wrong) {
            text = right + text.dropFirst(wrong.count)
        }
        for mark in ["^", "**", "e", "E", ""] {
            for power in ["12", "3", "6", "9"] where text.hasPrefix("10\(mark)\(power)/") {
                return "10*" + text.dropFirst(2 + mark.count)
            }
        }
        return text.replacing("^", with: "").replacing("cu.mm", with: "cumm")
    }

    private static func isOperator(_ part: String) -> Bool { part == "/" || part == "." }

    /// Components and operators in their order; what stands in braces or brackets stays in one piece.
    private static func parts(of text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            if "{[(".contains(character) { depth += 1 }
            if "}])".contains(character) { depth -= 1 }
            if depth == 0, character == "/" || character == "." {
                parts += part.isEmpty ? [] : [part]
                parts.append(String(character))
                part = ""
            } else {
                part.append(character)
            }
        }
        return parts + (part.isEmpty ? [] : [part])
    }

    /// What one component may have meant; itself when it is good.
    private static func words(for part: String) -> [String] {
        let lower = part.lowercased()
        if let volume = volumes[lower] { return [volume] }
        if (try? UCUMGrammar.components(of: part)) != nil { return [part] }
        if let known = components[lower] { return known }
        // 24h, 24hr, 12 hrs.
        let digits = lower.prefix { $0.isNumber }
        if !digits.isEmpty, ["h", "hr", "hrs", "hours"].contains(lower.dropFirst(digits.count)) {
            return ["(\(digits).h)"]
        }
        return [part]
    }

    private static let wholes = [
        "ratio": "{ratio}", "inr": "{INR}", "index": "{index}", "s/co": "{S_CO_ratio}", "coi": "{COI}", "ph": "[pH]",
        "percent": "%", "pct": "%", "degc": "Cel", "degf": "[degF]", "k/ul": "10*3/uL", "k/mm3": "10*3/mm3",
        "m/ul": "10*6/uL", "m/mm3": "10*6/mm3", "thou/ul": "10*3/uL", "thou/mm3": "10*3/mm3", "mill/ul": "10*6/uL",
        "mill/mm3": "10*6/mm3", "mio/ul": "10*6/uL", "tsd/ul": "10*3/uL", "ng/mlfeu": "ng{FEU}/mL",
        "ug/mlfeu": "ug{FEU}/mL", "mg/lfeu": "mg{FEU}/L", "ng/mlddu": "ng{DDU}/mL", "score": "{score}",
        "gm%": "g/dL", "gms%": "g/dL", "mgm%": "mg/dL", "mgs%": "mg/dL",
        "mmh2o": "mm[H2O]", "cmh2o": "cm[H2O]", "ppm": "[ppm]", "ppb": "[ppb]", "%hb": "%", "permille": "[ppth]",
    ]

    /// Both spellings of the litre are UCUM; the one that cannot be taken for a one is suggested.
    private static let volumes = ["l": "L", "dl": "dL", "ml": "mL", "ul": "uL", "cl": "cL", "fl": "fL"]

    private static let components: [String: [String]] = {
        var words: [String: [String]] = [
            "gm": ["g"], "gms": ["g"], "gr": ["g"], "gram": ["g"], "grams": ["g"], "mgm": ["mg"], "mgs": ["mg"],
            "mcg": ["ug"], "mcmol": ["umol"], "mcl": ["uL"], "sec": ["s"], "secs": ["s"], "seconds": ["s"],
            "hr": ["h"], "hrs": ["h"], "hour": ["h"], "mins": ["min"], "minute": ["min"], "day": ["d"],
            "cells": ["{cells}"], "cell": ["{cells}"], "copies": ["{copies}"], "hpf": ["[HPF]"], "lpf": ["[LPF]"],
            "hp": ["[HPF]"], "lp": ["[LPF]"], "cfu": ["[CFU]"], "bau": ["[BAU]"], "ru": ["{RU}"], "mmhg": ["mm[Hg]"],
            "cmhg": ["cm[Hg]"], "cumm": ["mm3"], "cmm": ["mm3"], "cc": ["mL"], "ltr": ["L"], "lit": ["L"],
            "lakh": ["10*5"], "lakhs": ["10*5"], "lac": ["10*5"], "lacs": ["10*5"], "million": ["10*6"],
            "millions": ["10*6"], "mill": ["10*6"], "mil": ["10*6"], "thousand": ["10*3"], "thou": ["10*3"],
            "litre": ["L"], "liter": ["L"], "meq": ["meq"], "eq": ["eq"], "mosm": ["mosm"], "osm": ["osm"],
            "mmole": ["mmol"], "umole": ["umol"], "micromol": ["umol"], "cel": ["Cel"],
        ]
        for mass in ["kg", "g", "mg", "ug", "ng", "pg", "mol", "mmol", "umol", "nmol", "pmol", "fmol", "min", "h", "s"]
        {
            words[mass] = [mass]
        }
        for prefix in ["", "m", "u", "k", "n"] {
            words[prefix + "iu"] = ["\(prefix)[IU]", "\(prefix)U"]
            words[prefix + "u"] = words[prefix + "u"] ?? ["\(prefix)U"]
            words[prefix + "au"] = ["\(prefix)[arb'U]"]
            words[prefix + "kat"] = ["\(prefix)kat"]
        }
        return words
    }()
}
