import Core
import NIOConcurrencyHelpers

/// A device's health, fed by its connections and read by the board. Every method may be called from any thread and costs
/// one lock.
final class HealthRecord: Sendable {
    private let health: NIOLockedValueBox<LinkHealth>
    private let clock: (@Sendable () -> Timestamp)?

    init(_ health: LinkHealth, clock: (@Sendable () -> Timestamp)?) {
        self.health = NIOLockedValueBox(health)
        self.clock = clock
    }

    /// Something happened on the link.
    func record(_ event: LinkHealth.Event) {
        health.withLockedValue { $0.record(event, at: now) }
    }

    /// A frame was refused: its fault, and its bytes as they came.
    func record(_ fault: LinkHealth.Fault, of wire: [UInt8]) {
        let isGarbage = LinkHealth.isGarbage(wire)
        health.withLockedValue { health in
            health.record(.bad(isGarbage ? .garbage : fault), at: now)
            // Only a wrong checksum comes with all the rest of a frame around it.
            if isGarbage || fault != .checksum { health.addNoise(bytes: wire.count) }
        }
    }

    /// What is wrong in words, and when it was last; nil when nothing is.
    var remark: (text: String, last: Timestamp?)? {
        let health = health.withLockedValue { $0 }
        let text = health.remark(at: now())
        return text.isEmpty ? nil : (text, clock == nil ? nil : health.lastFault)
    }

    private func now() -> Timestamp { clock?() ?? Timestamp(microseconds: 0) }
}
