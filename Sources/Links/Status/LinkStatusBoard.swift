import Core
import NIOConcurrencyHelpers

/// What the links are doing, for commands and pages. Every method may be called from any thread.
public final class LinkStatusBoard: DeviceBoard {
    private struct Entry {
        var profile: String
        var address: String
        var failure: String?
        var connections = 0
        var messages = 0
        var lastMessage: Timestamp?
        var remark = ""
    }

    private struct State {
        var order: [DeviceID] = []
        var entries: [DeviceID: Entry] = [:]
    }

    private let state = NIOLockedValueBox(State())
    private let lastMessages: [DeviceID: Timestamp]

    /// An empty board.
    ///
    /// - Parameter lastMessages: When devices last sent a message before this start.
    public init(lastMessages: [DeviceID: Timestamp] = [:]) { self.lastMessages = lastMessages }

    /// Puts a device on the board before its link is opened.
    func register(_ id: DeviceID, profile: String, address: String) {
        state.withLockedValue { state in
            if state.entries[id] == nil { state.order.append(id) }
            state.entries[id] = Entry(profile: profile, address: address, lastMessage: lastMessages[id])
        }
    }

    /// The link is open at this address.
    func opened(_ id: DeviceID, address: String) {
        change(id) { $0.address = address }
    }

    /// The link could not be opened.
    func failed(_ id: DeviceID, why: String) {
        change(id) { $0.failure = why }
    }

    /// A connection began.
    func connected(_ id: DeviceID) {
        change(id) { $0.connections += 1 }
    }

    /// A connection ended.
    func disconnected(_ id: DeviceID) {
        change(id) { $0.connections = max(0, $0.connections - 1) }
    }

    /// A message was committed and acknowledged.
    func acknowledged(_ id: DeviceID, at moment: Timestamp) {
        change(id) { entry in
            entry.messages += 1
            entry.lastMessage = moment
        }
    }

    /// Something is wrong with the link; the newest remark stays.
    func remark(_ id: DeviceID, _ text: String) {
        change(id) { $0.remark = text }
    }

    private func change(_ id: DeviceID, _ body: (inout Entry) -> Void) {
        state.withLockedValue { state in
            guard var entry = state.entries[id] else { return }
            body(&entry)
            state.entries[id] = entry
        }
    }

    /// Every device, in the configuration's order.
    public func devices() -> [DeviceRow] {
        state.withLockedValue { state in
            state.order.compactMap { id in
                state.entries[id].map { entry in
                    DeviceRow(
                        id: id.text, profile: entry.profile, state: Self.word(for: entry), listening: entry.address,
                        last_message: entry.lastMessage?.iso8601 ?? "", messages: entry.messages,
                        remark: entry.failure ?? entry.remark)
                }
            }
        }
    }

    private static func word(for entry: Entry) -> String {
        if entry.failure != nil { return "failed" }
        return entry.connections > 0 ? "connected" : "listening"
    }
}
