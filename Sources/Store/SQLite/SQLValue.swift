/// A value bound to a statement.
///
/// There is no floating point among them on purpose.
enum SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    case null
    case int(Int64)
    case text(String)
    case blob([UInt8])

    init(integerLiteral value: Int64) { self = .int(value) }
    init(stringLiteral value: String) { self = .text(value) }
    init(nilLiteral: ()) { self = .null }

    /// A text, or NULL when there is none.
    static func text(orNull text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    /// A number, or NULL when there is none.
    static func int(orNull number: Int64?) -> SQLValue { number.map { .int($0) } ?? .null }
    /// The stored form of a closed set.
    static func code(_ value: some StoredCode) -> SQLValue { .int(value.code) }
    /// 1 or 0.
    static func flag(_ value: Bool) -> SQLValue { .int(value ? 1 : 0) }
}
