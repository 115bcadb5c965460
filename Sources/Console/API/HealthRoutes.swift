import Core
import HTTPTypes
import Hummingbird

/// `/healthz` (the process answers), `/readyz` (the store answers too; how the radiology process is stands below) and `/metrics` (Prometheus text).
struct HealthRoutes {
    let ports: ConsolePorts

    func add(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in Response.text("ok\n") }
        router.get("/readyz") { _, _ -> Response in
            do {
                _ = try await ports.registry.queue(ListingFilter(limit: 1))
                let lines = ["ready"] + (ports.metrics?.parts() ?? [])
                return Response.text(lines.joined(separator: "\n") + "\n")
            } catch let error as StoreError {
                return Response.text("not ready: \(error.sentence)\n", status: .serviceUnavailable)
            }
        }
        router.get("/metrics") { _, _ -> Response in
            var samples = deviceSamples(ports.devices.devices())
            samples += await ports.metrics?.samples() ?? []
            return Response.text(prometheusText(samples), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}

private func deviceSamples(_ devices: [DeviceRow]) -> [MetricSample] {
    let messages = devices.map {
        MetricSample(
            name: "labrador_device_messages_total", help: "Messages acknowledged to a device since start.",
            kind: .counter, labels: [("device", $0.id), ("profile", $0.profile)], value: Double($0.messages))
    }
    let up = devices.map {
        MetricSample(
            name: "labrador_device_up", help: "1 while the device's link is open or waits for the device.",
            kind: .gauge,
            labels: [("device", $0.id)], value: $0.state == "failed" || $0.state == "offline" ? 0 : 1)
    }
    return messages + up
}

/// The samples in Prometheus' text format, version 0.0.4.
///
/// A name's help and type are written once, before its first sample.
func prometheusText(_ samples: [MetricSample]) -> String {
    var out = ""
    var last: String?
    for sample in samples {
        if sample.name != last {
            let help = sample.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            out += "# HELP \(sample.name) \(help)\n# TYPE \(sample.name) \(sample.kind.rawValue)\n"
            last = sample.name
        }
        let labels = sample.labels.map { label in
            let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(label.name)=\"\(value)\""
        }
        out += sample.name + (labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}") + " "
        // A whole number reads better without its fraction; a Double holds it exactly up to 2^53.
        out += (Int64(exactly: sample.value).map { String($0) } ?? String(sample.value)) + "\n"
    }
    return out
}
