import Core
import NIOCore

/// Opens a link, and opens it again whenever it ended or could not be opened, until it is stopped.
///
/// Everything but `open`'s own work happens on one event loop; nothing here blocks it.
final class KeptOpen: Sendable {
    /// What is told as it happens.
    enum Event: Sendable {
        /// An attempt begins.
        case trying
        /// The attempt failed; the next comes after the pause.
        case failed(any Error, next: Duration)
        /// The open link ended; the next attempt comes after the pause.
        case ended(next: Duration)
    }

    private struct State: Sendable {
        var backoff: Backoff
        var generator: any RandomNumberGenerator & Sendable
        var retry: Scheduled<Void>?
        var isStopped = false

        mutating func pause(after lived: Duration?) -> Duration { backoff.pause(after: lived, using: &generator) }
    }

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let open: @Sendable (any EventLoop) -> EventLoopFuture<any Channel>
    private let tell: @Sendable (Event) -> Void

    /// - Parameters:
    ///   - open: Opens the link once; its future belongs to the loop it is given.
    ///   - tell: Told on the loop.
    init(
        loop: any EventLoop, backoff: Backoff,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        tell: @escaping @Sendable (Event) -> Void,
        open: @escaping @Sendable (any EventLoop) -> EventLoopFuture<any Channel>
    ) {
        self.loop = loop
        self.state = .makeBoxSendingValue(State(backoff: backoff, generator: generator), eventLoop: loop)
        self.open = open
        self.tell = tell
    }

    /// Begins.
    func start() { loop.execute { self.attempt() } }

    /// No further attempt is made; a link that is open stays open, one that is being opened is closed as soon as it is.
    func stop() {
        loop.execute {
            self.state.value.isStopped = true
            self.state.value.retry?.cancel()
        }
    }

    private func attempt() {
        guard !state.value.isStopped else { return }
        tell(.trying)
        open(loop).whenComplete { result in
            switch result {
            case .success(let channel): self.opened(channel)
            case .failure(let error):
                guard !self.state.value.isStopped else { return }
                let pause = self.state.value.pause(after: nil)
                self.tell(.failed(error, next: pause))
                self.retry(in: pause)
            }
        }
    }

    private func opened(_ channel: any Channel) {
        if state.value.isStopped { return channel.close(promise: nil) }
        let since = loop.now
        channel.closeFuture.hop(to: loop).whenComplete { _ in
            guard !self.state.value.isStopped else { return }
            let lived = Duration.nanoseconds((self.loop.now - since).nanoseconds)
            let pause = self.state.value.pause(after: lived)
            self.tell(.ended(next: pause))
            self.retry(in: pause)
        }
    }

    private func retry(in pause: Duration) {
        state.value.retry = loop.scheduleTask(in: TimeAmount(pause)) { self.attempt() }
    }
}

extension Duration {
    /// The pause as people say it, rounded up to whole seconds: `1 s`.
    var inSeconds: String { "\((wholeMicroseconds + 999_999) / 1_000_000) s" }

    /// A whole number of the greatest unit that fits: `90 s`, `10 min`, `2 h`.
    var inWords: String {
        let seconds = wholeMicroseconds / 1_000_000
        if seconds >= 3_600, seconds % 3_600 == 0 { return "\(seconds / 3_600) h" }
        return seconds >= 60 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
