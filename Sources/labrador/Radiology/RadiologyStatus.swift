import Synchronization

/// How the radiology process is, for people and monitors.
final class RadiologyStatus: Sendable {
    struct Snapshot: Equatable {
        /// Whether it serves modalities.
        var serves = false
        /// How often it was started again.
        var restarts = 0
    }

    private let state = Mutex((snapshot: Snapshot(), wasReady: false))

    var now: Snapshot { state.withLock { $0.snapshot } }

    func ready() {
        state.withLock { state in
            if state.wasReady { state.snapshot.restarts += 1 }
            state.wasReady = true
            state.snapshot.serves = true
        }
    }

    func gone() { state.withLock { $0.snapshot.serves = false } }
}
