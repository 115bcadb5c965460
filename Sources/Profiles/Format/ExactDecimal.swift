/// A decimal number as it is written, for the few exact sums a profile may ask for: `-12.50` is -1250 with 2 decimals.
///
/// Never a binary floating-point number: every digit of a result is the device's or follows from its digits.
struct ExactDecimal: Hashable, Sendable, CustomStringConvertible {
    private var isNegative = false
    /// Digits without sign and point, most significant first, never empty.
    private var digits: [UInt8]
    /// How many of the digits stand behind the point; negative: zeros that are left out at the end.
    private var decimals: Int

    /// Most digits of a number that is calculated with.
    static let mostDigits = 40

    /// Reads a number token (RFC 8259); nil when it is none, or longer than is calculated with.
    init?(_ token: String) {
        guard isNumberToken(token), token.utf8.count <= Self.mostDigits else { return nil }
        var digits: [UInt8] = []
        var decimals = 0
        var isBehindPoint = false
        var exponent = 0
        for (index, byte) in token.utf8.enumerated() {
            switch byte {
            case 0x2D: isNegative = true
            case 0x2E: isBehindPoint = true
            case 0x30...0x39:
                digits.append(byte - 0x30)
                if isBehindPoint { decimals += 1 }
            default:
                guard let value = Int(token.utf8.dropFirst(index + 1).map { String(Unicode.Scalar($0)) }.joined()),
                    abs(value) <= Self.mostDigits
                else { return nil }
                exponent = value
            }
            if exponent != 0 || byte | 0x20 == 0x65 { break }
        }
        self.digits = digits
        self.decimals = decimals - exponent
    }

    /// All digits of a number without a point, the last `decimals` of them behind it; nil when it has anything else than
    /// digits and a sign.
    init?(_ text: String, impliedDecimals: Int) {
        var rest = text.utf8[...]
        if let sign = rest.first, sign == 0x2B || sign == 0x2D {
            isNegative = sign == 0x2D
            rest.removeFirst()
        }
        guard !rest.isEmpty, rest.count <= Self.mostDigits, rest.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        digits = rest.map { $0 - 0x30 }
        decimals = impliedDecimals
    }

    var isPositive: Bool { !isNegative && digits.contains { $0 != 0 } }

    /// Whether it is greater than another number, to the last digit.
    func isAbove(_ other: Self) -> Bool {
        let places = max(decimals, other.decimals)
        let (own, its) = (magnitude(places), other.magnitude(places))
        let isZero = own.isEmpty && its.isEmpty
        if isNegative != other.isNegative { return !isNegative && !isZero }
        let (high, low) = isNegative ? (its, own) : (own, its)
        if high.count != low.count { return high.count > low.count }
        return low.lexicographicallyPrecedes(high)
    }

    /// The digits with so many of them behind the point, without zeros in front.
    private func magnitude(_ places: Int) -> [UInt8] {
        Array((digits + [UInt8](repeating: 0, count: places - decimals)).drop { $0 == 0 })
    }

    /// The product, every digit of it. Zeros at the end of the factor move the point only: 0.50 times 100 is 50.
    static func * (number: Self, factor: Self) -> Self {
        var (other, places) = (factor.digits, factor.decimals)
        while other.count > 1, other.last == 0 {
            other.removeLast()
            places -= 1
        }
        var product = [Int](repeating: 0, count: number.digits.count + other.count)
        for (i, one) in number.digits.enumerated() {
            for (j, two) in other.enumerated() { product[i + j + 1] += Int(one) * Int(two) }
        }
        for index in product.indices.dropFirst().reversed() {
            product[index - 1] += product[index] / 10
            product[index] %= 10
        }
        var result = number
        result.digits = product.map { UInt8($0) }
        result.decimals = number.decimals + places
        result.isNegative = number.isNegative != factor.isNegative
        return result
    }

    /// With exactly so many decimals; a half is rounded away from zero.
    func rounded(to places: Int) -> Self {
        var result = self
        if decimals <= places {
            result.digits += [UInt8](repeating: 0, count: places - decimals)
            result.decimals = places
            return result
        }
        let dropped = decimals - places
        let isUp = dropped <= digits.count && digits[digits.count - dropped] >= 5
        result.digits = dropped >= digits.count ? [0] : Array(digits.dropLast(dropped))
        result.decimals = places
        guard isUp else { return result }
        var index = result.digits.count - 1
        while index >= 0, result.digits[index] == 9 {
            result.digits[index] = 0
            index -= 1
        }
        if index >= 0 { result.digits[index] += 1 } else { result.digits.insert(1, at: 0) }
        return result
    }

    /// A number token: `0.5`, `-12.50`, `1200`.
    var description: String {
        var all = digits
        var places = decimals
        if places < 0 {
            all += [UInt8](repeating: 0, count: -places)
            places = 0
        }
        if all.count <= places { all = [UInt8](repeating: 0, count: places + 1 - all.count) + all }
        let whole = all.dropLast(places).drop { $0 == 0 }
        var text = isNegative && all.contains { $0 != 0 } ? "-" : ""
        text += whole.isEmpty ? "0" : String(decoding: whole.map { $0 + 0x30 }, as: UTF8.self)
        if places > 0 { text += "." + String(decoding: all.suffix(places).map { $0 + 0x30 }, as: UTF8.self) }
        return text
    }
}
