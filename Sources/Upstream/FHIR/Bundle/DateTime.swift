/// Whether a text is a FHIR dateTime (https://hl7.org/fhir/R4/datatypes.html#dateTime): a year, a month, a day, or a
/// moment to the second with a zone. A date that the calendar does not have is none.
package func isFHIRDateTime(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
        var scanner = DigitScanner(bytes)
        return scanner.dateTime()
    }
}

/// Reads digits and signs one after the other; nothing is read twice.
struct DigitScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    /// The next byte, when it is this one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// How many digits come next; passes over them.
    mutating func digits() -> Int {
        let start = at
        while at < bytes.count, (48...57).contains(bytes[at]) { at += 1 }
        return at - start
    }

    /// A number of exactly so many digits within the range.
    mutating func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
        guard bytes.count - at >= digits else { return nil }
        var value = 0
        for byte in bytes[at..<(at + digits)] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        at += digits
        return range.contains(value) ? value : nil
    }

    mutating func dateTime() -> Bool {
        guard let year = number(4, 1...9999) else { return false }
        if isAtEnd { return true }
        guard take("-"), let month = number(2, 1...12) else { return false }
        if isAtEnd { return true }
        guard take("-"), let day = number(2, 1...31), day <= days(in: month, of: year) else { return false }
        if isAtEnd { return true }
        guard take("T"), number(2, 0...23) != nil, take(":"), number(2, 0...59) != nil, take(":"),
            number(2, 0...60) != nil
        else { return false }
        if take("."), digits() == 0 { return false }
        if take("Z") { return isAtEnd }
        guard take("+") || take("-"), let hours = number(2, 0...14), take(":"), let minutes = number(2, 0...59) else {
            return false
        }
        return isAtEnd && (hours < 14 || minutes == 0)
    }
}

private func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}
