import Console
import Core
import Store
import Upstream

/// The figures of `/metrics` that only the composition root can see together.
struct DaemonMetrics: MetricsSource {
    let lanes: [DeliveryLane]
    let store: Store
    let radiology: RadiologyStatus?

    func samples() async -> [MetricSample] {
        var samples: [MetricSample] = []
        let statuses = lanes.map { (id: $0.id.text, status: $0.status) }
        func add(_ name: String, _ help: String, _ kind: MetricSample.Kind, _ value: (LaneStatus) -> Int) {
            for (id, status) in statuses {
                samples.append(
                    MetricSample(
                        name: name, help: help, kind: kind, labels: [("destination", id)],
                        value: Double(value(status))))
            }
        }
        add("labrador_deliveries_delivered_total", "Deliveries the destination took since start.", .counter) {
            $0.delivered
        }
        add("labrador_deliveries_retried_total", "Tries that are to be repeated.", .counter) { $0.retried }
        add("labrador_deliveries_ambiguous_total", "Tries that ended without an answer.", .counter) { $0.ambiguous }
        add("labrador_deliveries_parked_total", "Deliveries set aside since start.", .counter) { $0.parked }
        add("labrador_deliveries_dead_total", "Deliveries refused for good since start.", .counter) { $0.dead }
        add("labrador_deliveries_under_way", "Deliveries being sent.", .gauge) { $0.underWay }
        return samples + radiologySamples
    }

    private var radiologySamples: [MetricSample] {
        guard let now = radiology?.now else { return [] }
        return [
            MetricSample(
                name: "labrador_radiology_up", help: "1 while the radiology process serves modalities.", kind: .gauge,
                value: now.serves ? 1 : 0),
            MetricSample(
                name: "labrador_radiology_restarts_total", help: "Restarts of the radiology process since start.",
                kind: .counter, value: Double(now.restarts)),
        ]
    }

    func parts() -> [String] {
        guard let now = radiology?.now else { return [] }
        // Modalities queue at the port meanwhile, so that this is no reason to call the daemon not ready.
        return ["radiology: \(now.serves ? "serves" : "is being restarted"), restarts \(now.restarts)"]
    }
}
