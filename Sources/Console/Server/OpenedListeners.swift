import Synchronization

/// Tells once that every listener is open.
final class OpenedListeners: Sendable {
    private struct State {
        var port: Int?
        var waitsForSocket: Bool
        var told = false
    }

    private let host: String
    private let state: Mutex<State>
    private let onReady: @Sendable (ConsoleAddress) -> Void

    init(configuration: ConsoleConfiguration, onReady: @escaping @Sendable (ConsoleAddress) -> Void) {
        host = configuration.host
        state = Mutex(State(port: nil, waitsForSocket: configuration.socketPath != nil))
        self.onReady = onReady
    }

    func tcp(port: Int?) { update { $0.port = port } }

    func controlSocket() { update { $0.waitsForSocket = false } }

    private func update(_ change: (inout State) -> Void) {
        let port: Int? = state.withLock { state in
            change(&state)
            guard let port = state.port, !state.waitsForSocket, !state.told else { return nil }
            state.told = true
            return port
        }
        if let port { onReady(ConsoleAddress(host: host, port: port)) }
    }
}
