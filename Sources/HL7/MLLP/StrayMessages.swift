/// Finds HL7 that a device sends outside MLLP blocks: what follows a line that begins with MSH, to the next FS, the next
/// block, or the end.
///
/// Nothing says whether such a message is whole, so it is for people to look at, never to be understood.
public struct StrayMessages: Sendable {
    /// Most bytes kept of one; its further bytes are skipped.
    public static let mostBytes = 64 * 1024

    private var kept: [UInt8] = []
    /// How many bytes of `MSH` stand at the beginning of this line; `nil` when the line begins otherwise.
    private var matched: Int? = 0

    /// None seen.
    public init() {}

    /// A message has begun and not ended.
    public var isInMessage: Bool { !kept.isEmpty }

    /// Takes bytes from outside blocks; returns the messages that ended in them.
    public mutating func append(_ bytes: [UInt8]) -> [[UInt8]] {
        var ended: [[UInt8]] = []
        for byte in bytes {
            if isInMessage {
                if byte == Byte.fs {
                    if let message = end() { ended.append(message) }
                } else if kept.count < Self.mostBytes {
                    kept.append(byte)
                }
            } else {
                look(at: byte)
            }
        }
        return ended
    }

    /// A block begins, nothing came for long, or the connection is gone: returns what had begun.
    public mutating func end() -> [UInt8]? {
        defer {
            kept = []
            matched = 0
        }
        return kept.isEmpty ? nil : kept
    }

    private mutating func look(at byte: UInt8) {
        if Byte.isEnd(byte) || (matched == 0 && byte <= 0x20) {
            matched = 0
        } else if let count = matched, byte == Self.name[count] {
            matched = count + 1
            if count + 1 == Self.name.count { kept = Self.name }
        } else {
            matched = nil
        }
    }

    private static let name = Array("MSH".utf8)
}

extension StrayMessages: PrintsRedacted {
    /// The number of bytes held.
    public var description: String { "stray message, \(kept.count) bytes" }
}
