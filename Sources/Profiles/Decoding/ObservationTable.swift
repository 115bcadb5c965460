import Core

/// The results of a specimen as a table that fits a terminal.
///
/// Codes, values and units are never cut. What is the same in all lines is said once, names and ranges are cut, and what
/// still finds no room stands under its line.
struct ObservationTable {
    private enum Column: Int, CaseIterable {
        case at, code, name, loinc, local, value, unit, flags, range, status, performed, note

        var title: String { self == .loinc ? "LOINC" : "\(self)" }
    }

    private let rows: [[String]]
    private let width: Int
    private var shown: [Column]
    private var under: [Column] = []
    private var common: [Column] = []
    private var widths: [Int]

    init(_ observations: [Observation], width: Int) {
        self.width = width
        let rows = observations.map(Self.cells)
        self.rows = rows
        shown = Column.allCases.filter { column in rows.contains { !$0[column.rawValue].isEmpty } }
        widths = Column.allCases.map { column in
            rows.reduce(column.title.count) { max($0, $1[column.rawValue].count) }
        }
        fit()
    }

    private static func cells(_ observation: Observation) -> [String] {
        let value =
            if case .absent(let words) = observation.value {
                words.isEmpty ? "(none)" : "(none: \(words))"
            } else {
                (observation.value.comparator?.rawValue ?? "") + observation.value.token
            }
        let unit = observation.unit ?? (observation.deviceUnit.isEmpty ? "" : "\(observation.deviceUnit)?")
        let held = observation.held.map { ["held as \($0.rawValue)"] } ?? []
        return [
            observation.at, observation.code, observation.name ?? "", observation.loinc ?? "",
            observation.local ?? "", value, unit,
            observation.deviceFlags.joined(separator: " "), observation.range ?? "", observation.status.rawValue,
            observation.performed ?? "",
            (held + observation.notes).reduce("") { text, note in
                text.isEmpty ? note : text + (text.hasSuffix(".") ? " " : "; ") + note
            },
        ].map { $0.replacing("\n", with: " ") }
    }

    private var excess: Int { shown.reduce(2 * shown.count) { $0 + widths[$1.rawValue] } - width }

    private mutating func fit() {
        if excess > 0 { move(.note, to: \.under) }
        for column in [Column.performed, .status] where excess > 0 && rows.count > 1 {
            if Set(rows.map { $0[column.rawValue] }).count == 1 { move(column, to: \.common) }
        }
        cut(.name, to: 16)
        cut(.range, to: 11)
        for column in [Column.performed, .range, .status, .flags] where excess > 0 { move(column, to: \.under) }
        cut(.name, to: 8)
        for column in [Column.local, .loinc, .name] where excess > 0 { move(column, to: \.under) }
    }

    private mutating func move(_ column: Column, to place: WritableKeyPath<Self, [Column]>) {
        guard let index = shown.firstIndex(of: column) else { return }
        shown.remove(at: index)
        self[keyPath: place].append(column)
    }

    private mutating func cut(_ column: Column, to least: Int) {
        guard excess > 0, shown.contains(column) else { return }
        let index = column.rawValue
        widths[index] = min(widths[index], max(least, widths[index] - excess))
    }

    /// The table's lines.
    var lines: [String] {
        var lines: [String] = []
        if let first = rows.first, !common.isEmpty {
            let words = common.map { "\($0.title) \(first[$0.rawValue])" }
            lines += hung("All: \(words.joined(separator: ", ")).", width: width)
        }
        lines.append(line(Column.allCases.map(\.title)))
        for row in rows {
            lines.append(line(row))
            let rest = under.filter { !row[$0.rawValue].isEmpty }
                .map { $0 == .note ? row[$0.rawValue] : "\($0.title) \(row[$0.rawValue])" }
            if !rest.isEmpty { lines += hung(rest.joined(separator: "; "), width: width - 4).map { "    \($0)" } }
        }
        return lines
    }

    private func line(_ cells: [String]) -> String {
        let texts = shown.map { column -> String in
            let (cell, width) = (cells[column.rawValue], widths[column.rawValue])
            let text = cell.count > width ? cell.prefix(max(0, width - 1)) + "…" : cell
            let space = String(repeating: " ", count: width - text.count)
            return column == .value ? space + text : text + space
        }
        let line = "  " + texts.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
