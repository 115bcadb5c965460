import Core

/// A device's trace as lines for a terminal, page after page.
///
/// ```
/// 22 Nov 2026, times are in Asia/Kolkata
/// 09:31:07.251  1  in   <ENQ>
///                       ENQ: the line is granted
/// 09:31:07.251  1  out  <ACK>
/// ```
public struct TraceLines: Sendable {
    private let clock: WallClock
    private let width: Int
    private var day = ""

    /// A layout.
    public init(clock: WallClock, width: Int = 100) {
        self.clock = clock
        self.width = width
    }

    /// The lines of the next page.
    public mutating func lines(_ page: TracePage) -> String {
        var out = page.lost > 0 ? "… \(page.lost) entries are no longer kept.\n" : ""
        for row in page.rows { out += lines(row) }
        return out
    }

    private mutating func lines(_ row: TraceRow) -> String {
        let (day, time) = clock.precise(row.at)
        var out = ""
        if day != self.day {
            self.day = day
            out = "\(day), times are in \(clock.zoneName)\n"
        }
        let connection = String(row.connection)
        let margin = "\(time)  \(connection)\(String(repeating: " ", count: max(1, 3 - connection.count)))"
        let indent = String(repeating: " ", count: margin.count + 5)
        switch row.kind {
        case .received, .sent:
            let word = row.kind == .received ? "in   " : "out  "
            for (number, line) in byteLines(row.text, width: max(20, width - indent.count)).enumerated() {
                out += (number == 0 ? margin + word : indent) + line + "\n"
            }
        case .verdict:
            for line in wrapped(printable(row.text), width: max(20, width - indent.count)) {
                out += indent + line + "\n"
            }
        case .opened: out += "\(margin)opened \(printable(row.text))\n"
        case .closed: out += "\(margin)closed \(printable(row.text))\n"
        }
        return out
    }

    private func byteLines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        func add(_ piece: Substring) {
            var rest = piece
            while line.count + rest.count > width {
                let room = width - line.count
                line += rest.prefix(room)
                rest = rest.dropFirst(room)
                lines.append(line)
                line = ""
            }
            line += rest
        }
        for piece in TracePiece.pieces(of: text).pieces {
            switch piece {
            case .text(let text): add(printable(text)[...])
            case .control(let name):
                // The end of a line hangs over rather than stand alone.
                if line.count + name.count + 2 > width, name != "CR", name != "LF" {
                    lines.append(line)
                    line = ""
                }
                line += "<\(name)>"
            case .lineEnd:
                lines.append(line)
                line = ""
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
