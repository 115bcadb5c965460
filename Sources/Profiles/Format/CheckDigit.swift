/// The check character at the end of a specimen id, as barcode labels carry it.
struct CheckDigit: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable, CaseIterable {
        /// HL7 v2 table 0061 M10: digits, every second one from the right doubled (Luhn).
        case mod10
        /// HL7 v2 table 0061 M11: digits, weights 2 to 7 from the right.
        case mod11
        /// Code 39: the sum of its 43 characters' values.
        case mod43
        /// ISO 7064 MOD 37-2, as ISBT 128 labels carry it: digits and letters, the check character may be `*`.
        case iso7064
    }

    var kind: Kind
    /// Whether it stays part of the id.
    var isKept = true

    /// Whether the last character of an id checks those before it.
    func isRight(_ id: String) -> Bool {
        guard id.utf8.count >= 2, let last = id.utf8.last else { return false }
        let body = id.utf8.dropLast()
        return switch kind {
        case .mod10: Self.digits(body).map(Self.mod10) == last
        case .mod11: Self.digits(body).map(Self.mod11) == last
        case .mod43: Self.mod43(body) == last
        case .iso7064: Self.mod37(body) == last
        }
    }

    private static func digits(_ text: some Sequence<UInt8>) -> [Int]? {
        var digits: [Int] = []
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            digits.append(Int(byte - 0x30))
        }
        return digits
    }

    private static func mod10(_ digits: [Int]) -> UInt8 {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let product = index.isMultiple(of: 2) ? digit * 2 : digit
            sum += product > 9 ? product - 9 : product
        }
        return 0x30 + UInt8((10 - sum % 10) % 10)
    }

    private static func mod11(_ digits: [Int]) -> UInt8 {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() { sum += digit * (index % 6 + 2) }
        let rest = sum % 11
        return 0x30 + UInt8(rest <= 1 ? 0 : 11 - rest)
    }

    private static let code39 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%".utf8)

    private static func mod43(_ body: some Sequence<UInt8>) -> UInt8? {
        var sum = 0
        for byte in body {
            guard let value = code39.firstIndex(of: byte) else { return nil }
            sum = (sum + value) % 43
        }
        return code39[sum]
    }

    private static let iso = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*".utf8)

    private static func mod37(_ body: some Sequence<UInt8>) -> UInt8? {
        var rest = 0
        for byte in body {
            guard let value = iso.dropLast().firstIndex(of: byte) else { return nil }
            rest = (rest + value) * 2 % 37
        }
        return iso[(38 - rest) % 37]
    }
}
