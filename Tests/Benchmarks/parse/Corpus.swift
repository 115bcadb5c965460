import ASTM
import Foundation
import HL7

/// What the capture folders hold, sorted by protocol.
struct Corpus {
    /// Recordings of framed links, as bytes.
    var framed: [[UInt8]] = []
    /// Joined record texts.
    var texts: [[UInt8]] = []
    /// HL7 messages without their MLLP frames.
    var messages: [[UInt8]] = []

    init(folders: [String]) throws {
        for folder in folders {
            for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(path)
                guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
                add([UInt8](try Data(contentsOf: url)))
            }
        }
    }

    private mutating func add(_ bytes: [UInt8]) {
        if let start = Self.header(in: bytes) {
            let body = bytes[start...].prefix { $0 != 0x1C }
            if (try? HL7Message.parse(Array(body))) != nil { messages.append(Array(body)) }
            return
        }
        let transcript = LinkTranscript.messages(in: bytes)
        let readable = transcript.messages.map(\.text).filter { (try? ASTMMessage.parseAll($0)) != nil }
        guard !readable.isEmpty else { return }
        texts += readable
        if transcript.counters.frames > 0 { framed.append(bytes) }
    }

    /// Where MSH begins, if the file begins with it but for an MLLP frame's filler.
    private static func header(in bytes: [UInt8]) -> Int? {
        let start = bytes.firstIndex { $0 > 0x20 } ?? 0
        return bytes[start...].starts(with: "MSH".utf8) ? start : nil
    }
}
