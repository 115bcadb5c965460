/// How large a unit is and of which dimensions, as far as units of the laboratory go.
///
/// Atoms other than those of mass, volume, length, time and amount are dimensions of their own.
struct UCUMMeaning: Equatable {
    /// Mass, amount and activity: one can be told as another when it is known of which substance.
    private static let substance: Set<String> = ["g", "mol", "eq", "osm", "U", "kat"]

    private var dimensions: [String: Int] = [:]
    private var multiplier = 1
    private var divisor = 1
    private var tens = 0

    /// Nil when the text is no unit, or its size is beyond calculation.
    init?(_ unit: String) {
        guard unit.utf8.count <= UCUMRemedy.lengthLimit, let components = try? UCUMGrammar.components(of: unit) else {
            return nil
        }
        for component in components where !component.symbol.isEmpty {
            guard take(component) else { return nil }
        }
        dimensions = dimensions.filter { $0.value != 0 }
        reduce()
    }

    private mutating func take(_ component: UCUMGrammar.Component) -> Bool {
        let exponent = component.exponent.isEmpty ? 1 : Int(component.exponent) ?? 0
        guard exponent != 0, abs(exponent) <= 30 else { return false }
        let power = component.isDivisor ? -exponent : exponent
        if let number = Int(component.symbol) { return multiply(number, component.isDivisor ? -1 : 1) }
        if component.symbol == "10*" || component.symbol == "10^" {
            tens += power
            return true
        }
        let (prefix, atom) = Self.parted(component.symbol)
        tens += prefix * power
        switch atom {
        case "%": tens -= 2 * power
        case "[ppth]": tens -= 3 * power
        case "[ppm]": tens -= 6 * power
        case "L", "l":
            tens -= 3 * power
            dimensions["m", default: 0] += 3 * power
        case "min":
            dimensions["s", default: 0] += power
            return multiply(60, power)
        case "h":
            dimensions["s", default: 0] += power
            return multiply(3600, power)
        case "d":
            dimensions["s", default: 0] += power
            return multiply(86400, power)
        case "[IU]", "[iU]": dimensions["U", default: 0] += power
        default: dimensions[atom, default: 0] += power
        }
        return true
    }

    private mutating func multiply(_ number: Int, _ power: Int) -> Bool {
        for _ in 0..<abs(power) {
            let (product, isTooLarge) = (power > 0 ? multiplier : divisor).multipliedReportingOverflow(by: number)
            guard !isTooLarge, product > 0 else { return false }
            if power > 0 { multiplier = product } else { divisor = product }
        }
        return true
    }

    private mutating func reduce() {
        var (a, b) = (multiplier, divisor)
        while b != 0 { (a, b) = (b, a % b) }
        multiplier /= a
        divisor /= a
        while multiplier % 10 == 0 { (multiplier, tens) = (multiplier / 10, tens + 1) }
        while divisor % 10 == 0 { (divisor, tens) = (divisor / 10, tens - 1) }
    }

    /// The prefix's power of ten, and the atom.
    private static func parted(_ symbol: String) -> (tens: Int, atom: String) {
        let whole = Substring(symbol)
        if UCUMAtoms.metric.contains(whole) || UCUMAtoms.others.contains(whole) { return (0, symbol) }
        for (prefix, tens) in prefixes where whole.hasPrefix(prefix) {
            let rest = whole.dropFirst(prefix.count)
            if UCUMAtoms.metric.contains(rest) { return (tens, String(rest)) }
        }
        return (0, symbol)
    }

    private static let prefixes = [
        ("da", 1), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("h", 2), ("d", -1), ("c", -2), ("m", -3), ("u", -6),
        ("n", -9), ("p", -12), ("f", -15), ("a", -18),
    ]
}

// MARK: - Mistakes

extension UCUMMeaning {
    /// Kinds of quantities that no factor brings together.
    private enum Kind: String {
        case time = "a time"
        case length = "a length"
        case fraction = "a fraction"
        case amount = "a mass, an amount or a concentration"
    }

    private var kind: Kind? {
        var others = dimensions
        let stuff = dimensions.filter { Self.substance.contains($0.key) }
        for key in stuff.keys { others[key] = nil }
        if stuff.count == 1, stuff.values.first == 1 { return others.isEmpty || others == ["m": -3] ? .amount : nil }
        guard stuff.isEmpty else { return nil }
        return switch others {
        case ["s": 1]: .time
        case ["m": 1]: .length
        case [:]: .fraction
        default: nil
        }
    }

    /// Why a device's unit cannot be taken for another one; nil when it can.
    static func mistake(taking device: String, for unit: String) -> String? {
        guard device != unit, UCUM.isKnown(device), let own = UCUMMeaning(device), let other = UCUMMeaning(unit),
            own != other
        else { return nil }
        return
            "'\(device)' is a UCUM unit itself and means another thing than '\(unit)', so that every number would be wrong; "
            + "take this line out, and let the test 'convert' from one to the other if the laboratory wants that"
    }

    /// Why no factor brings a unit to another; nil when one may. `1` and counts stand for any number without a unit.
    static func mistake(converting from: String, to: String) -> String? {
        guard from != "1", to != "1", !from.contains("{"), !to.contains("{"), let own = UCUMMeaning(from)?.kind,
            let other = UCUMMeaning(to)?.kind, own != other
        else { return nil }
        return
            "'\(from)' is \(own.rawValue) and '\(to)' is \(other.rawValue): no factor makes one of the other; correct 'from' "
            + "or 'to'"
    }
}
