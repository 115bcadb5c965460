/// One measured value for `/metrics`.
///
/// Never holds patient data: labels are configured names and states.
public struct MetricSample: Sendable, Equatable {
    /// How a value moves.
    public enum Kind: String, Sendable { case counter, gauge }

    /// Name in Prometheus style, unit at its end: `labrador_deliveries_waiting`, `labrador_store_bytes`.
    public var name: String
    /// What it counts, in a sentence.
    public var help: String
    /// Counter or gauge.
    public var kind: Kind
    /// Label names and values, in the order they are written.
    public var labels: [(name: String, value: String)] {
        get { storedLabels.map { ($0.name, $0.value) } }
        set { storedLabels = newValue.map { Label(name: $0.name, value: $0.value) } }
    }
    /// The value.
    public var value: Double

    private struct Label: Sendable, Equatable { var name: String, value: String }
    private var storedLabels: [Label]

    /// A sample.
    public init(
        name: String, help: String, kind: Kind, labels: [(name: String, value: String)] = [], value: Double
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.value = value
        storedLabels = labels.map { Label(name: $0.name, value: $0.value) }
    }
}

/// Who knows the figures for `/metrics`.
public protocol MetricsSource: Sendable {
    /// All figures as they stand now; samples of one name come one after the other.
    func samples() async -> [MetricSample]
    /// What `/readyz` tells beside the store: a line for each part that runs in a process of its own.
    func parts() -> [String]
}

extension MetricsSource {
    /// None.
    public func parts() -> [String] { [] }
}
