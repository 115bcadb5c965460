import Foundation
import Synchronization

/// Says `ready` once, when everything that must be open is open.
final class Readiness: Sendable {
    private let missing: Mutex<Set<String>>

    /// - Parameter parts: What must be open first.
    init(waitingFor parts: Set<String>) { missing = Mutex(parts) }

    /// A part is open.
    func opened(_ part: String) {
        let isLast = missing.withLock { missing in
            missing.remove(part) != nil && missing.isEmpty
        }
        guard isLast else { return }
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        notifySystemd("READY=1\nSTATUS=every listener is open")
    }
}
