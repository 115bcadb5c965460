/// A list of texts in one column: items end at a newline, and a backslash keeps newlines and backslashes apart from
/// those of the items.
///
/// NULL is the empty list, so that a list of one empty text stays one.
enum TextList {
    static func column(_ items: [String]) -> SQLValue {
        guard !items.isEmpty else { return .null }
        if items.count == 1, let only = items.first, !only.utf8.contains(where: { $0 == newline || $0 == backslash }) {
            return .text(only)
        }
        var bytes: [UInt8] = []
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(newline) }
            for byte in item.utf8 {
                switch byte {
                case newline: bytes += [backslash, UInt8(ascii: "n")]
                case backslash: bytes += [backslash, backslash]
                default: bytes.append(byte)
                }
            }
        }
        return .text(String(decoding: bytes, as: UTF8.self))
    }

    static func items(_ column: String?) -> [String] {
        guard let column else { return [] }
        guard column.utf8.contains(where: { $0 == newline || $0 == backslash }) else { return [column] }
        var items: [String] = []
        var item: [UInt8] = []
        var escaped = false
        for byte in column.utf8 {
            if escaped {
                item.append(byte == UInt8(ascii: "n") ? newline : byte)
                escaped = false
            } else if byte == backslash {
                escaped = true
            } else if byte == newline {
                items.append(String(decoding: item, as: UTF8.self))
                item = []
            } else {
                item.append(byte)
            }
        }
        items.append(String(decoding: item, as: UTF8.self))
        return items
    }

    private static let newline = UInt8(ascii: "\n")
    private static let backslash = UInt8(ascii: "\\")
}
