import ServiceLifecycle
import Upstream

/// A delivery lane as a service of the daemon: it ends when the daemon does, after what is under way is settled.
struct LaneService: Service {
    let lane: DeliveryLane

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await lane.run() }
    }
}
