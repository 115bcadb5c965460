/// A link's trace as a file of text, from which every byte can be had again.
///
/// ```
/// # labrador capture 1 device=haem-1 profile=horiba-yumizen-h500
/// 2026-11-22T04:01:07.250Z note 1 opened 10.0.0.21:4711
/// 2026-11-22T04:01:07.251Z in 1 \x05
/// 2026-11-22T04:01:07.251Z out 1 \x06
/// ```
///
/// A line is an entry: time (ISO 8601 UTC), direction, connection, and what `EscapedBytes` writes. Lines that begin with
/// `#` say something to people.
public enum CaptureFile {
    private static let mark = "# labrador capture 1"

    /// The first line.
    public static func heading(device: String, profile: String) -> String {
        "\(mark) device=\(word(device)) profile=\(word(profile))\n"
    }

    /// The line of an entry.
    public static func line(_ row: TraceRow) -> String {
        switch row.kind {
        case .received, .sent: "\(row.at) \(row.kind.rawValue) \(row.connection) \(row.text)\n"
        case .verdict: "\(row.at) note \(row.connection) \(EscapedBytes.text(row.text.utf8))\n"
        case .opened, .closed:
            "\(row.at) note \(row.connection) \(row.kind.rawValue) \(EscapedBytes.text(row.text.utf8))\n"
        }
    }

    /// The line that stands where entries are missing.
    public static func gap(_ lost: Int64) -> String { "# \(lost) entries before this line were no longer kept\n" }

    /// A whole page, with its heading.
    public static func text(_ page: TracePage) -> String {
        heading(device: page.device, profile: page.profile) + lines(page)
    }

    /// A page's entries, and before them what is missing.
    public static func lines(_ page: TracePage) -> String {
        (page.lost > 0 ? gap(page.lost) : "") + page.rows.map(line).joined()
    }

    /// Whether a file is such a capture.
    public static func isCapture(_ file: [UInt8]) -> Bool {
        guard file.starts(with: mark.utf8) else { return false }
        return file.dropFirst(mark.utf8.count).first.map { [0x20, 0x0A, 0x0D].contains($0) } ?? true
    }

    /// What the device sent: of a capture the incoming bytes of each connection, in the order in which the connections
    /// began; of any other file its bytes as they are.
    ///
    /// - Throws: `CaptureMistake` for a line that is no entry.
    public static func recordings(in file: [UInt8]) throws(CaptureMistake) -> [[UInt8]] {
        guard isCapture(file) else { return [file] }
        var order: [Int] = []
        var received: [Int: [UInt8]] = [:]
        for (index, line) in file.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = line.last == 0x0D ? line.dropLast() : line
            guard !line.isEmpty, line.first != UInt8(ascii: "#") else { continue }
            guard let entry = entry(line) else { throw CaptureMistake(line: index + 1) }
            guard entry.isIncoming else { continue }
            if received[entry.connection] == nil { order.append(entry.connection) }
            received[entry.connection, default: []] += entry.bytes
        }
        return order.compactMap { received[$0] }
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> (isIncoming: Bool, connection: Int, bytes: [UInt8])? {
        let parts = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, ["in", "out", "note"].contains(where: { parts[1].elementsEqual($0.utf8) }),
            let connection = Int(String(decoding: parts[2], as: UTF8.self)),
            let bytes = EscapedBytes.bytes(parts[3])
        else { return nil }
        return (parts[1].elementsEqual("in".utf8), connection, bytes)
    }

    /// A configured name as one word.
    private static func word(_ name: String) -> String { EscapedBytes.text(name.utf8).replacing(" ", with: "\\x20") }
}

/// A capture with a line that cannot be read.
public struct CaptureMistake: Error, Equatable, CustomStringConvertible {
    /// The line's number, from 1.
    public let line: Int

    /// A mistake in a line.
    public init(line: Int) { self.line = line }

    /// What is wrong and what to do.
    public var description: String {
        "Line \(line) of this capture is no entry of the form TIME in|out|note CONNECTION BYTES. Was the file edited, or "
            + "cut off while it was copied?"
    }
}
