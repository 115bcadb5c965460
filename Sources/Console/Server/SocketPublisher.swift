import ServiceLifecycle

/// Puts the control socket in its place once it is bound, and takes it away at the end.
struct SocketPublisher: Service {
    private let file: ControlSocketFile
    private let onPublished: @Sendable () -> Void
    private let boundStream: AsyncStream<Void>
    private let boundContinuation: AsyncStream<Void>.Continuation

    init(file: ControlSocketFile, onPublished: @escaping @Sendable () -> Void) {
        self.file = file
        self.onPublished = onPublished
        (boundStream, boundContinuation) = AsyncStream.makeStream()
    }

    /// The socket is bound at its stage path.
    func bound() { boundContinuation.yield() }

    func run() async throws {
        var published = false
        defer { file.remove(published: published) }
        // Ends with nil when the daemon shuts down before the socket was bound.
        let isBound: Void? = await boundStream.cancelOnGracefulShutdown().first { _ in true }
        guard isBound != nil else { return }
        try file.publish()
        published = true
        onPublished()
        try await gracefulShutdown()
    }
}
