/// A table for a terminal: columns in line, at most so many characters wide, no lines drawn.
public struct TextTable: Sendable {
    /// One column.
    public struct Column: Sendable {
        /// Its heading.
        public var title: String
        /// Whether it stands to the right, as numbers do.
        public var isNumber: Bool
        /// The width it may be cut to when the table is too wide; nil for text that is never cut (ids, values).
        public var narrowest: Int?

        /// A column.
        public init(_ title: String, isNumber: Bool = false, narrowest: Int? = nil) {
            self.title = title
            self.isNumber = isNumber
            self.narrowest = narrowest
        }
    }

    private let columns: [Column]
    private var rows: [(cells: [String], note: String)] = []

    /// An empty table.
    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; `note` is a sentence shown under it, wrapped and indented.
    public mutating func add(_ cells: [String], note: String = "") {
        rows.append((cells.map(printable), printable(note)))
    }

    /// The table as lines, with a line end after each.
    ///
    /// Text that does not fit its column ends in `…`.
    public func text(width: Int = 100) -> String {
        let widths = widths(within: width)
        var out = line(columns.map(\.title), widths)
        for row in rows {
            out += line(row.cells, widths)
            for part in wrapped(row.note, width: width - 4) { out += "    \(part)\n" }
        }
        return out
    }

    private func widths(within total: Int) -> [Int] {
        var widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, column < $1.cells.count ? $1.cells[column].count : 0) }
        }
        var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - total
        // The widest column that may be cut gives way first.
        while excess > 0 {
            let candidates = widths.indices.filter { index in
                columns[index].narrowest.map { max($0, columns[index].title.count) < widths[index] } ?? false
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { index -> String in
            let cell =
                cells[index].count > widths[index]
                ? cells[index].prefix(max(0, widths[index] - 1)) + "…" : cells[index][...]
            let blanks = String(repeating: " ", count: widths[index] - cell.count)
            return columns[index].isNumber ? blanks + cell : cell + blanks
        }
        var line = padded.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}

/// Text that cannot steer a terminal: control characters become their pictures.
public func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { visible($0) != $0 }) else { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { out.append(visible(scalar)) }
    return String(out)
}

/// Breaks a sentence at blanks into lines of at most `width` characters; a longer word stands on a line of its own.
public func wrapped(_ sentence: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in sentence.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
    }
    if !line.isEmpty { lines.append(line) }
    return lines
}
