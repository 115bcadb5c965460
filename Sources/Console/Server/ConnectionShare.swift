import NIOCore
import Synchronization

/// Sees to it that no address holds all connections of the listener.
///
/// An address that opens more than its share loses the oldest of its connections on which no whole request has arrived
/// yet, so that whoever asks properly gets an answer; where each of them is being answered, the new one is closed.
final class ConnectionShare: Sendable {
    private struct Connection {
        var channel: any Channel
        /// Whether it has not sent a whole request since it was opened or last answered.
        var isWaiting: Bool
    }

    /// Connections one address may have.
    private let limit: Int
    /// By address, oldest first.
    private let open = Mutex<[String: [Connection]]>([:])

    init(limit: Int) { self.limit = limit }

    /// A connection was opened. Closes one of its address when there are too many.
    func opened(_ channel: any Channel, from address: String) {
        let surplus = open.withLock { open -> (any Channel)? in
            var connections = open[address] ?? []
            defer { open[address] = connections }
            let new = Connection(channel: channel, isWaiting: true)
            guard connections.count >= limit else {
                connections.append(new)
                return nil
            }
            guard let oldest = connections.firstIndex(where: \.isWaiting) else { return channel }
            let surplus = connections.remove(at: oldest).channel
            connections.append(new)
            return surplus
        }
        surplus?.close(promise: nil)
    }

    /// A whole request has arrived on a connection (`false`), or has been answered (`true`).
    func set(_ channel: any Channel, from address: String, isWaiting: Bool) {
        change(channel, address) { connections, index in connections[index].isWaiting = isWaiting }
    }

    /// A connection was closed.
    func closed(_ channel: any Channel, from address: String) {
        change(channel, address) { connections, index in connections.remove(at: index) }
    }

    private func change(_ channel: any Channel, _ address: String, _ body: (inout [Connection], Int) -> Void) {
        open.withLock { open in
            guard var connections = open[address], let index = connections.firstIndex(where: { $0.channel === channel })
            else { return }
            body(&connections, index)
            open[address] = connections.isEmpty ? nil : connections
        }
    }
}
