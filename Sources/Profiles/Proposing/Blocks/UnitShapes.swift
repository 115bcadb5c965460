/// What the lines or blocks of a recording have in common, without what they say.
struct UnitShapes {
    /// Lines that begin alike.
    struct Group {
        var prefix: String
        var count: Int
        var lengths: ClosedRange<Int>
        /// Columns from 1 with what stands in them: `1-3 letters`, `14-17 digits`.
        var columns: [String]
    }

    /// Groups told apart.
    private static let limit = 24
    /// Characters of a line that are described.
    private static let describedColumns = 160

    let groups: [Group]
    /// The character that separates fields in most lines; nil when none does.
    let separator: Character?

    init(_ units: [[UInt8]]) {
        let texts = units.map { String(decoding: $0.map { $0 < 0x20 || $0 >= 0x7F ? 0x2E : $0 }, as: UTF8.self) }
        let mark = [",", ";", "|", "^"].map(Character.init).first { mark in
            !texts.isEmpty && texts.count { $0.count { $0 == mark } >= 3 } * 2 > texts.count
        }
        separator = mark
        let grouped = Dictionary(grouping: texts.filter { !$0.isEmpty }, by: Self.prefix)
        groups = grouped.map { prefix, texts in
            let lengths = texts.map(\.count)
            let rows = mark.map { mark in
                texts.map { $0.split(separator: mark, omittingEmptySubsequences: false).map(String.init) }
            }
            return Group(
                prefix: prefix, count: texts.count, lengths: (lengths.min() ?? 0)...(lengths.max() ?? 0),
                columns: Self.runs(rows ?? texts.map { $0.map(String.init) }))
        }.sorted { ($0.count, $1.prefix) > ($1.count, $0.prefix) }.prefix(Self.limit).map { $0 }
    }

    /// A line's first letters, or what kind of character it begins with.
    private static func prefix(_ text: String) -> String {
        let letters = text.prefix { $0.isLetter }.prefix(2)
        return String(letters.isEmpty ? text.prefix(1) : letters)
    }

    /// Runs of columns, or of fields, that hold the same kind of text in all lines of a group.
    private static func runs(_ rows: [[String]]) -> [String] {
        let width = min(rows.map(\.count).min() ?? 0, describedColumns)
        var runs: [(kind: String, first: Int, last: Int)] = []
        for column in 0..<width {
            let kind = kind(rows.map { $0[column] })
            if let last = runs.last, last.kind == kind {
                runs[runs.count - 1].last = column + 1
            } else {
                runs.append((kind, column + 1, column + 1))
            }
        }
        return runs.filter { $0.kind != "blank" }.map {
            $0.first == $0.last ? "\($0.first) \($0.kind)" : "\($0.first)-\($0.last) \($0.kind)"
        }
    }

    private static func kind(_ texts: [String]) -> String {
        let said = texts.joined().filter { $0 != " " }
        if said.isEmpty { return "blank" }
        if said.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) { return "number" }
        return said.allSatisfy(\.isLetter) ? "letters" : "text"
    }
}
