import Foundation

/// How a device's message was answered.
enum Verdict: Sendable, Equatable {
    /// ACK on the frame that completes it, or MSA|AA; MSA-3 where there is one.
    case accepted(String = "")
    /// NAK six times, or another code; with its text.
    case refused(String)

    var isAccepted: Bool { if case .accepted = self { true } else { false } }
}

/// The analyser's side of a LIS01 link, written down from the standard: one record a frame.
final class ASTMLine {
    private let client: TCPClient

    init(port: Int) throws { client = try TCPClient(port: port) }

    /// Over a connection that is there.
    init(_ client: TCPClient) { self.client = client }

    /// STX number text CR ETX checksum CR LF for each record (LIS01-A2 6.3.1).
    static func frames(_ records: [String]) -> [[UInt8]] {
        records.enumerated().map { frame(number: ($0 + 1) % 8, text: $1 + "\r", isFinal: true) }
    }

    /// One frame; ETB instead of ETX where the record goes on in the next.
    static func frame(number: Int, text: String, isFinal: Bool) -> [UInt8] {
        let body = Array("\(number)\(text)".utf8) + [isFinal ? 0x03 : 0x17]
        let sum = body.reduce(UInt8(0)) { $0 &+ $1 }
        return [0x02] + body + Array(String(format: "%02X", sum).utf8) + [0x0D, 0x0A]
    }

    /// One session: ENQ, the frames, EOT.
    /// - Parameter acknowledged: told the index of each frame that was acknowledged.
    func send(_ frames: [[UInt8]], acknowledged: (Int) -> Void = { _ in }) throws -> Verdict {
        try client.write([0x05])
        let reply = try client.byte()
        guard reply == 0x06 else { return .refused("ENQ was answered with \(reply)") }
        for (index, frame) in frames.enumerated() {
            guard try deliver(frame) else {
                try client.write([0x04])
                return .refused("frame \(index + 1) was refused 6 times")
            }
            acknowledged(index)
        }
        try client.write([0x04])
        return .accepted()
    }

    private func deliver(_ frame: [UInt8]) throws -> Bool {
        for _ in 0..<6 {
            try client.write(frame)
            switch try client.byte() {
            case 0x06, 0x04: return true
            case 0x15: continue
            case let other: throw TCPClient.Lost(description: "a frame was answered with \(other)")
            }
        }
        return false
    }

    /// Sends bytes as they are and returns the next byte that comes.
    func raw(_ bytes: [UInt8]) throws -> UInt8 {
        try client.write(bytes)
        return try client.byte()
    }

    /// Sends bytes as they are.
    func only(_ bytes: [UInt8]) throws { try client.write(bytes) }
}

/// The sender's side of an MLLP connection.
final class MLLPLine {
    private let client: TCPClient

    init(port: Int) throws { client = try TCPClient(port: port) }

    /// Sends one message and waits for the answer to it.
    func send(_ message: [UInt8]) throws -> Verdict {
        try client.write([0x0B] + message + [0x1C, 0x0D])
        return try answer()
    }

    /// Sends bytes as they are.
    func only(_ bytes: [UInt8]) throws { try client.write(bytes) }

    /// The next answer.
    func answer() throws -> Verdict {
        let block = try client.bytes(through: 0x1C)
        guard try client.byte() == 0x0D else { throw TestFailure("an MLLP block does not end with FS CR") }
        let text = String(decoding: block.drop { $0 == 0x0B }.dropLast(), as: UTF8.self)
        guard let msa = text.split(separator: "\r").first(where: { $0.hasPrefix("MSA|") }) else {
            throw TestFailure("an answer without MSA")
        }
        let fields = msa.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let words = fields.count > 3 ? fields[3] : ""
        return fields[1] == "AA" ? .accepted(words) : .refused("\(fields[1]) \(words)")
    }
}
