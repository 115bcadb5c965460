/// The columns of a CSV file of orders.
///
/// Each header is a key of the JSON form, nested ones with dots: `accession`, `patient.family`, `specimen.type`,
/// `procedure.code`, `tests[0].code`. The column `tests` is a short form: the codes, separated by semicolons. An empty
/// cell is a key that is not there.
struct CSVColumns {
    private enum Column {
        case key(String)
        case nested(String, String)
        case test(Int, String)
        case testCodes
        /// Was noted; the rows are read without it.
        case unknown
    }

    private let columns: [Column]

    /// Reads the header row; mistakes are noted, and give nil when no column is left to read.
    ///
    /// Rows under a header with mistakes are judged by the columns that are right alone.
    init?(header: CSVRow, notes: inout IntakeNotes) {
        notes.line = header.line
        let before = notes.count
        var columns: [Column] = []
        var (seen, known): (Set<String>, Set<String>) = ([], [])
        for cell in header.cells {
            let name = cell.trimmingBlanks()
            if !seen.insert(name).inserted { notes.note(name, "this column stands in the file twice.") }
            guard let column = Self.column(name, limits: notes.limits) else {
                let guess = nearest(to: name, in: Self.names).map { " Did you mean \($0)?" } ?? ""
                notes.note(
                    name, name.isEmpty ? "a column has no name in the first line." : "is no known column.\(guess)")
                columns.append(.unknown)
                continue
            }
            known.insert(name)
            columns.append(column)
        }
        if header.cells.count == 1 {
            for (separator, name) in [(";", "semicolons"), ("\t", "TAB characters")]
            where header.cells[0].contains(separator) {
                notes.note("", "The columns are separated by \(name); save the file with commas.")
            }
        }
        if known.isEmpty { return nil }
        if notes.count > before { notes.judgedKeys = known }
        self.columns = columns
    }

    /// A record as the JSON form of an order; nil when it has too many or too few cells, which is noted.
    func order(_ row: CSVRow, notes: inout IntakeNotes) -> JSONValue? {
        guard row.cells.count == columns.count else {
            notes.note("", "This line has \(row.cells.count) cells, the first line has \(columns.count).")
            return nil
        }
        var members: [JSONMember] = []
        var nested: [String: [JSONMember]] = [:]
        var tests: [Int: [JSONMember]] = [:]
        var codes: [JSONValue] = []
        for (column, cell) in zip(columns, row.cells) where !cell.isEmpty {
            switch column {
            case .unknown: break
            case .key(let key): members.append(JSONMember(key, .string(cell)))
            case .nested(let outer, let inner): nested[outer, default: []].append(JSONMember(inner, .string(cell)))
            case .test(let index, let key): tests[index, default: []].append(JSONMember(key, .string(cell)))
            case .testCodes:
                codes = cell.split(separator: ";", omittingEmptySubsequences: true)
                    .map { .object([JSONMember("code", .string($0.trimmingBlanks()))]) }
            }
        }
        for (key, inner) in nested.sorted(by: { $0.key < $1.key }) { members.append(JSONMember(key, .object(inner))) }
        codes += tests.sorted { $0.key < $1.key }.map { .object($0.value) }
        if !codes.isEmpty { members.append(JSONMember("tests", .array(codes))) }
        return .object(members)
    }

    /// Every name a column may have, `tests[…]` aside.
    static let names =
        OrderKeys.all.filter { !["patient", "specimen", "procedure", "protocol", "details", "steps"].contains($0) }
        + OrderKeys.patient.map { "patient.\($0)" } + OrderKeys.specimen.map { "specimen.\($0)" }
        + OrderKeys.procedure.map { "procedure.\($0)" } + OrderKeys.procedure.map { "protocol.\($0)" }
        + DetailKeys.names.map { "details.\($0)" }

    private static func column(_ name: String, limits: IntakeLimits) -> Column? {
        if name == "tests" { return .testCodes }
        if name.hasPrefix("tests["), let close = name.firstIndex(of: "]") {
            let digits = name[name.index(name.startIndex, offsetBy: 6)..<close]
            let key = name[name.index(after: close)...].dropFirst()
            guard let index = Int(digits), (0..<limits.testsPerOrder).contains(index), name.hasSuffix("].\(key)"),
                OrderKeys.test.contains(String(key))
            else { return nil }
            return .test(index, String(key))
        }
        guard names.contains(name) else { return nil }
        guard let dot = name.firstIndex(of: ".") else { return .key(name) }
        return .nested(String(name[..<dot]), String(name[name.index(after: dot)...]))
    }
}
