/// One record of a CSV file.
struct CSVRow: Equatable {
    /// Line it begins on, from 1.
    var line: Int
    /// Its cells, quotes removed.
    var cells: [String]
}

/// A place where a file is not CSV.
///
/// The file's fault.
struct CSVError: Error, Equatable {
    var line: Int
    var what: String
}

/// Reads comma-separated values (RFC 4180): quoted cells may hold commas, line ends and doubled quotes; lines end with
/// CRLF or LF.
///
/// Empty lines are passed over.
struct CSVReader {
    private let bytes: [UInt8]
    private let maximumColumns: Int
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8], maximumColumns: Int) {
        self.bytes = bytes
        self.maximumColumns = maximumColumns
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next record, nil at the end.
    mutating func next() throws(CSVError) -> CSVRow? {
        while position < bytes.count, endOfLine() { line += 1 }
        guard position < bytes.count else { return nil }
        var row = CSVRow(line: line, cells: [])
        while true {
            guard row.cells.count < maximumColumns else {
                throw CSVError(line: row.line, what: "more than \(maximumColumns) columns.")
            }
            row.cells.append(byte == UInt8(ascii: "\"") ? try quotedCell() : try plainCell())
            if byte == UInt8(ascii: ",") {
                position += 1
                continue
            }
            if position < bytes.count, !endOfLine() {
                throw CSVError(line: line, what: "text follows a closing quote; put the whole cell in quotes.")
            }
            line += 1
            return row
        }
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes a line end, if one comes next.
    private mutating func endOfLine() -> Bool {
        if byte == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A {
            position += 2
            return true
        }
        guard byte == 0x0A || byte == 0x0D else { return false }
        position += 1
        return true
    }

    private mutating func plainCell() throws(CSVError) -> String {
        let start = position
        while let next = byte, next != UInt8(ascii: ","), next != 0x0A, next != 0x0D {
            guard next != UInt8(ascii: "\"") else {
                throw CSVError(
                    line: line,
                    what: "a quote stands inside a cell without quotes; put the whole cell in quotes and "
                        + "double the quote inside.")
            }
            position += 1
        }
        return try text(bytes[start..<position])
    }

    private mutating func quotedCell() throws(CSVError) -> String {
        let firstLine = line
        var out: [UInt8] = []
        position += 1
        while let next = byte {
            position += 1
            if next == UInt8(ascii: "\"") {
                guard byte == UInt8(ascii: "\"") else { return try text(out[...]) }
                position += 1
            } else if next == 0x0A {
                line += 1
            }
            out.append(next)
        }
        throw CSVError(line: firstLine, what: "a cell has no closing quote.")
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(CSVError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw CSVError(line: line, what: "this line is not UTF-8. Save the file as \"CSV UTF-8\".")
        }
        return text
    }
}
