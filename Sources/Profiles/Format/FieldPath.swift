/// A place in a record or segment: `R.3.4`, `OBX-5`, `SPM-2.1.1`, `PID-3(2).1`, `PID-3(5=MR).1`.
///
/// The record's letter (LIS02-A2) or the segment's name (HL7 v2), then the field, after it `(n)` for the nth repeat or
/// `(c=text)` for the first repeat whose component c is that text, then component and subcomponent. All numbers count
/// from 1; field 1 of an ASTM record is its letter. `.` and `-` after the name mean the same. For devices that speak
/// neither it is the name of a field of the profile's layout: `specimen`.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    /// Which repeat of the field.
    enum Repeat: Hashable, Sendable {
        case number(Int)
        /// The first whose component says this.
        case having(component: Int, text: String)
    }

    /// The record letter or segment name.
    public let record: String
    /// The field.
    public let field: Int
    let `repeat`: Repeat?
    /// The component; nil is the whole field.
    public let component: Int?
    let subcomponent: Int?
    /// The name in one word, so that names compare at once.
    let name: UInt32
    /// The name of a field of a layout (protocol `blocks`); nil for a place in a record or segment.
    let fieldName: String?

    /// A field of a layout: small letters, digits, `_` and `-`; nil when the name is none.
    init?(field fieldName: String) {
        guard (1...40).contains(fieldName.utf8.count), fieldName.first?.isLetter == true,
            fieldName.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            })
        else { return nil }
        self.fieldName = fieldName
        record = ""
        field = 0
        self.repeat = nil
        component = nil
        subcomponent = nil
        name = 0
    }

    /// What stands behind a line's name where it is about this place: `R|7|3`, `D|2|value`.
    var place: String { fieldName ?? String(field) }

    /// Reads a path as it is written in a profile; nil when it is none.
    public init?(_ text: String) {
        var rest = Substring(text)
        let record = rest.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber) }
        guard record.count == 1 || record.count == 3, record.first?.isLetter == true else { return nil }
        rest.removeFirst(record.count)
        guard rest.first == "." || rest.first == "-" else { return nil }
        rest.removeFirst()
        guard let field = Self.number(&rest) else { return nil }
        var choice: Repeat?
        if rest.first == "(" {
            guard let end = rest.firstIndex(of: ")") else { return nil }
            guard let parsed = Self.choice(rest[..<end].dropFirst()) else { return nil }
            choice = parsed
            rest = rest[end...].dropFirst()
        }
        var parts: [Int] = []
        while rest.first == "." {
            rest.removeFirst()
            guard parts.count < 2, let part = Self.number(&rest) else { return nil }
            parts.append(part)
        }
        guard rest.isEmpty else { return nil }
        self.record = String(record)
        self.field = field
        self.repeat = choice
        self.component = parts.first
        self.subcomponent = parts.count > 1 ? parts[1] : nil
        self.name = Self.packed(record)
        fieldName = nil
    }

    private static func choice(_ text: Substring) -> Repeat? {
        var rest = text
        guard let number = number(&rest) else { return nil }
        if rest.isEmpty { return .number(number) }
        guard rest.first == "=", rest.count > 1 else { return nil }
        return .having(component: number, text: String(rest.dropFirst()))
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 4, let value = Int(digits), value >= 1 else { return nil }
        rest.removeFirst(digits.count)
        return value
    }

    static func packed(_ name: some StringProtocol) -> UInt32 {
        name.utf8.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The path as written in a profile.
    public var description: String {
        if let fieldName { return fieldName }
        var text = record.count == 1 ? "\(record).\(field)" : "\(record)-\(field)"
        switch `repeat` {
        case .number(let number): text += "(\(number))"
        case .having(let component, let value): text += "(\(component)=\(value))"
        case nil: break
        }
        if let component { text += ".\(component)" }
        if let subcomponent { text += ".\(subcomponent)" }
        return text
    }
}
