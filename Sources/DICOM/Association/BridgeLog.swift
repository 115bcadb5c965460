import CDCMTK
import Logging
import Synchronization

/// Prepares DCMTK once for the process and takes its warnings and errors into our log.
enum BridgeLog {
    private static let logger = Mutex<Logger?>(nil)

    /// The last logger given gets DCMTK's messages.
    static func prepare(_ logger: Logger) {
        self.logger.withLock { $0 = logger }
        cdcmtk_initialise { level, message in
            let text = String(cString: message).filter { !$0.isNewline }
            // A peer can cause any of them, so none is an error of ours; what matters is reported by the caller too.
            BridgeLog.logger.withLock { $0 }?.log(level: level >= 50 ? .error : .debug, "DCMTK: \(text)")
        }
    }
}

extension cdcmtk_problem {
    /// The sentence.
    var sentence: String { Self.string(text) }
    /// The peer's address.
    var address: String { Self.string(peer) }
    /// What the peer sent first.
    var firstBytes: [UInt8] {
        withUnsafeBytes(of: first_bytes) { Array($0.prefix(first_byte_count)) }
    }

    private static func string<Tuple>(_ tuple: Tuple) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
