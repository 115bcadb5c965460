/// A file of orders, checked: every order in its JSON form with the line it begins on.
public struct OrderFile: Sendable, HoldsPatientData {
    /// One order of the file.
    public struct Entry: Sendable, HoldsPatientData {
        /// Line it begins on, from 1.
        public var line: Int
        /// The order in its JSON form.
        public var order: JSONValue
    }

    /// The orders, in the file's sequence.
    public let entries: [Entry]

    /// Reads JSON (one order, or a list), JSON lines (one order a line) or CSV with a header line; the first character
    /// tells which.
    ///
    /// Every order is checked, so that a file with mistakes is refused before anything of it is sent.
    ///
    /// - Throws: `IntakeRefusal` whose mistakes carry the line.
    public init(_ bytes: [UInt8], limits: IntakeLimits = IntakeLimits()) throws(IntakeRefusal) {
        guard bytes.count <= limits.fileBytes else {
            throw IntakeRefusal(
                IntakeMistake(what: "The file is \(bytes.count) bytes long; at most \(limits.fileBytes) are taken."))
        }
        var notes = IntakeNotes(limits: limits)
        var reader = JSONReader(bytes, maximumDepth: limits.depth + 1)
        switch reader.peek() {
        case nil: throw IntakeRefusal(IntakeMistake(what: "The file is empty."))
        case UInt8(ascii: "{"), UInt8(ascii: "["): entries = Self.json(&reader, &notes)
        case _ where Self.isHL7(bytes):
            throw IntakeRefusal(
                IntakeMistake(what: "The file holds HL7; send it over MLLP to the port of orders.hl7 (docs/orders.md).")
            )
        default: entries = Self.csv(bytes, &notes)
        }
        if entries.count > limits.ordersPerFile {
            notes.note("", "More than \(limits.ordersPerFile) orders in one file; import it in parts.")
        }
        if let refusal = notes.refusal { throw refusal }
        guard !entries.isEmpty else { throw IntakeRefusal(IntakeMistake(what: "The file holds no order.")) }
    }

    /// Whether the first line is a segment of HL7 v2; as a column's name it would be told, with the patient in it.
    private static func isHL7(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0 <= 0x20 }
        let name = start.prefix(3)
        return name.count == 3 && name.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
            && start.dropFirst(3).first == UInt8(ascii: "|")
    }

    /// Values one after the other, or one list of them.
    private static func json(_ reader: inout JSONReader, _ notes: inout IntakeNotes) -> [Entry] {
        var entries: [Entry] = []
        var (line, counted) = (1, 0)
        do throws(JSONSyntaxError) {
            let isList = reader.take(UInt8(ascii: "["))
            var isOpen = isList
            while reader.peek() != nil {
                if isList, entries.isEmpty, reader.take(UInt8(ascii: "]")) {
                    isOpen = false
                    break
                }
                line += reader.lineEnds(from: counted, to: reader.position)
                counted = reader.position
                let entry = Entry(line: line, order: try reader.value())
                check(entry, &notes)
                entries.append(entry)
                // One too many is enough to refuse the file.
                if entries.count > notes.limits.ordersPerFile { return entries }
                guard isList else { continue }
                if reader.take(UInt8(ascii: ",")) { continue }
                guard reader.take(UInt8(ascii: "]")) else { throw reader.error("a comma or ] is missing") }
                isOpen = false
                break
            }
            if isOpen { throw reader.error("the list has no closing ]") }
            if reader.peek() != nil { throw reader.error("the text goes on after its end") }
        } catch {
            notes.line = error.line
            notes.note("", "This is not JSON: column \(error.column): \(error.what).")
        }
        return entries
    }

    private static func csv(_ bytes: [UInt8], _ notes: inout IntakeNotes) -> [Entry] {
        var reader = CSVReader(bytes, maximumColumns: notes.limits.columns)
        var entries: [Entry] = []
        do throws(CSVError) {
            guard let header = try reader.next(), let columns = CSVColumns(header: header, notes: &notes) else {
                return []
            }
            while let row = try reader.next(), entries.count <= notes.limits.ordersPerFile {
                notes.line = row.line
                guard let order = columns.order(row, notes: &notes) else { continue }
                let entry = Entry(line: row.line, order: order)
                check(entry, &notes)
                entries.append(entry)
            }
        } catch {
            notes.line = error.line
            notes.note("", "This is not CSV: \(error.what)")
        }
        return entries
    }

    private static func check(_ entry: Entry, _ notes: inout IntakeNotes) {
        notes.line = entry.line
        // The facility decides nothing about what is well formed.
        _ = orderChange(entry.order, facility: Facility(), notes: &notes)
    }

    /// The orders as JSON lists of at most `size`, ready to be posted, each with the lines its orders begin on.
    public func batches(of size: Int) -> some Sequence<(json: [UInt8], lines: [Int])> {
        let step = max(1, size)
        return stride(from: 0, to: entries.count, by: step).lazy.map { start in
            let part = entries[start..<Swift.min(start + step, entries.count)]
            var json: [UInt8] = []
            JSONValue.array(part.map(\.order)).write(into: &json)
            return (json, part.map(\.line))
        }
    }
}
