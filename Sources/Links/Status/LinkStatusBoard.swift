import Core
import NIOConcurrencyHelpers

/// What the links are doing, for commands and pages. Every method may be called from any thread.
public final class LinkStatusBoard: DeviceBoard {
    private struct Entry {
        var profile: String
        var address: String
        var failure: String?
        /// What is shown while there is no connection.
        var waiting = Waiting.listening
        /// Why there is none; gone with the next.
        var trouble = ""
        var connections = 0
        var messages = 0
        var lastMessage: Timestamp?
        var remark = ""
        var remarked: Timestamp?
        /// What is wrong with its changed profile; gone when it is good.
        var profileTrouble = ""
        var profileTroubled: Timestamp?
        let health: HealthRecord
        let trace: LinkTrace?
    }

    /// What a link does without a connection; the contract's words.
    enum Waiting: String { case listening, connecting, offline }

    private struct State {
        var order: [DeviceID] = []
        var entries: [DeviceID: Entry] = [:]
    }

    private let state = NIOLockedValueBox(State())
    private let lastMessages: [DeviceID: Timestamp]
    private let clock: (@Sendable () -> Timestamp)?

    /// An empty board.
    ///
    /// - Parameters:
    ///   - lastMessages: When devices last sent a message before this start.
    ///   - clock: Tells when a remark was made; without one that stays unknown.
    public init(lastMessages: [DeviceID: Timestamp] = [:], clock: (@Sendable () -> Timestamp)? = nil) {
        self.lastMessages = lastMessages
        self.clock = clock
    }

    /// Puts a device on the board before its link is opened.
    ///
    /// - Parameters:
    ///   - health: What its sentences are about.
    ///   - trace: What goes over its link, where that is kept.
    func register(
        _ id: DeviceID, profile: String, address: String, health: LinkHealth = LinkHealth(), trace: LinkTrace? = nil
    ) {
        let health = HealthRecord(health, clock: clock)
        state.withLockedValue { state in
            if state.entries[id] == nil { state.order.append(id) }
            state.entries[id] = Entry(
                profile: profile, address: address, lastMessage: lastMessages[id], health: health, trace: trace)
        }
    }

    /// Where the connections of a device note how its frames go; nil when it is not on the board.
    ///
    /// They keep it, since looking it up costs more than a note.
    func health(_ id: DeviceID) -> HealthRecord? { state.withLockedValue { $0.entries[id]?.health } }

    /// A frame or message came, well or not; see `health(_:)`.
    func frame(_ id: DeviceID, _ event: LinkHealth.Event) { health(id)?.record(event) }

    /// The link is open at this address.
    func opened(_ id: DeviceID, address: String) {
        change(id) { $0.address = address }
    }

    /// The link could not be opened.
    func failed(_ id: DeviceID, why: String) {
        change(id) { $0.failure = why }
    }

    /// The link is being opened.
    func connecting(_ id: DeviceID) {
        change(id) { $0.waiting = .connecting }
    }

    /// There is no connection, and why. Words that were found for this attempt before stay where `keepsWords` is set.
    func offline(_ id: DeviceID, why: String, keepsWords: Bool = false) {
        change(id) { entry in
            entry.waiting = .offline
            if !keepsWords || entry.trouble.isEmpty { entry.trouble = why }
        }
    }

    /// A connection began.
    func connected(_ id: DeviceID) {
        change(id) { entry in
            entry.connections += 1
            entry.trouble = ""
        }
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
        let now = clock?()
        change(id) { entry in
            entry.remark = text
            entry.remarked = now
        }
    }

    /// What is wrong with the changed profile of these devices; with all others nothing is.
    public func profileRemark(_ text: String, of devices: [DeviceID]) {
        let now = clock?()
        state.withLockedValue { state in
            for id in state.order {
                let trouble = devices.contains(id) ? text : ""
                guard state.entries[id]?.profileTrouble != trouble else { continue }
                state.entries[id]?.profileTrouble = trouble
                state.entries[id]?.profileTroubled = trouble.isEmpty ? nil : now
            }
        }
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
        let state = state.withLockedValue { $0 }
        return state.order.compactMap { id in
            state.entries[id].map { entry in
                let remark = Self.remark(of: entry)
                return DeviceRow(
                    id: id.text, profile: entry.profile, state: Self.word(for: entry), listening: entry.address,
                    last_message: entry.lastMessage?.iso8601 ?? "", messages: entry.messages, remark: remark.text,
                    remark_since: remark.last?.iso8601 ?? "")
            }
        }
    }

    /// The link's remark, then what is wrong with the profile.
    private static func remark(of entry: Entry) -> (text: String, last: Timestamp?) {
        let link = linkRemark(of: entry)
        guard !entry.profileTrouble.isEmpty else { return link }
        let text = link.text.isEmpty ? entry.profileTrouble : "\(link.text) \(entry.profileTrouble)"
        return (text, [link.last, entry.profileTroubled].compactMap { $0 }.max())
    }

    /// The health of the line first, then what else was last wrong with the link.
    private static func linkRemark(of entry: Entry) -> (text: String, last: Timestamp?) {
        if let failure = entry.failure { return (failure, nil) }
        if !entry.trouble.isEmpty { return (entry.trouble, nil) }
        guard let health = entry.health.remark else { return (entry.remark, entry.remarked) }
        let last = [health.last, entry.remarked].compactMap { $0 }.max()
        return (entry.remark.isEmpty ? health.text : "\(health.text) \(entry.remark)", last)
    }

    /// Entries of a device's trace.
    public func trace(_ device: String, after: Int64?, limit: Int) -> TracePage? {
        guard let entry = state.withLockedValue({ $0.entries[DeviceID(device)] }) else { return nil }
        var page = TracePage(device: device, profile: entry.profile)
        guard let trace = entry.trace else { return page }
        let found = trace.entries(after: after, limit: limit)
        page.rows = found.entries.map(\.row)
        (page.next, page.lost) = (found.next, found.lost)
        return page
    }

    private static func word(for entry: Entry) -> String {
        if entry.failure != nil { return "failed" }
        return entry.connections > 0 ? "connected" : entry.waiting.rawValue
    }
}
