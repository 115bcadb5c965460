import Core

/// One thing that happened on a link.
struct TraceEntry: Sendable, Equatable, HoldsPatientData {
    enum Kind: Sendable, Equatable {
        /// Bytes from the device, as they were read.
        case received([UInt8])
        /// Bytes to the device, as they were written.
        case sent([UInt8])
        /// What the machine decided, in words without patient data.
        case verdict(String)
        /// A connection began, with the peer's address.
        case opened(String)
        /// A connection ended, and why.
        case closed(String)
    }

    /// Counts the device's entries from 1.
    var sequence: Int64
    var time: Timestamp
    /// Counts the device's connections from 1.
    var connection: Int
    var kind: Kind

    /// As commands and pages see it.
    var row: TraceRow {
        let (kind, text): (TraceKind, String) =
            switch kind {
            case .received(let bytes): (.received, EscapedBytes.text(bytes))
            case .sent(let bytes): (.sent, EscapedBytes.text(bytes))
            case .verdict(let words): (.verdict, words)
            case .opened(let peer): (.opened, peer)
            case .closed(let why): (.closed, why)
            }
        return TraceRow(sequence: sequence, at: time.iso8601, connection: connection, kind: kind, text: text)
    }
}

/// An entry's kind as the ring keeps it.
enum TraceCode: UInt8 {
    case received = 1
    case sent
    case verdict
    case opened
    case closed

    func kind(of content: [UInt8]) -> TraceEntry.Kind {
        switch self {
        case .received: .received(content)
        case .sent: .sent(content)
        case .verdict: .verdict(String(decoding: content, as: UTF8.self))
        case .opened: .opened(String(decoding: content, as: UTF8.self))
        case .closed: .closed(String(decoding: content, as: UTF8.self))
        }
    }
}
