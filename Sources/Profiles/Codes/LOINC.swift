/// Codes of Logical Observation Identifiers Names and Codes (loinc.org).
enum LOINC {
    /// Whether a text is a number, a hyphen and the right check digit (mod 10, as LOINC's users' guide describes it).
    static func isWellFormed(_ code: String) -> Bool {
        let code = code.utf8
        guard (3...9).contains(code.count), let check = code.last, (0x30...0x39).contains(check),
            code.dropLast().last == UInt8(ascii: "-")
        else { return false }
        var sum = 0
        var isDoubled = true
        for digit in code.dropLast(2).reversed() {
            guard (0x30...0x39).contains(digit) else { return false }
            let value = Int(digit - 0x30) * (isDoubled ? 2 : 1)
            sum += value / 10 + value % 10
            isDoubled.toggle()
        }
        return (10 - sum % 10) % 10 == Int(check - 0x30)
    }
}
