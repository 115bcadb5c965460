import Core

/// Everything the console asks of the rest of the daemon.
public struct ConsolePorts: Sendable {
    /// Orders, results, holds, deliveries, and a person's decisions about them.
    public var registry: any Registry
    /// Where orders go.
    public var orders: any OrderBook
    /// The links.
    public var devices: any DeviceBoard
    /// C-ECHO; nil when no radiology side is configured.
    public var echo: (any EchoPort)?
    /// What modalities would get of the worklist; nil when no radiology side is configured.
    public var worklist: (any WorklistExplaining)?
    /// Figures for `/metrics`; nil when there are none besides those of the devices.
    public var metrics: (any MetricsSource)?

    /// The ports.
    public init(
        registry: any Registry, orders: any OrderBook, devices: any DeviceBoard, echo: (any EchoPort)? = nil,
        worklist: (any WorklistExplaining)? = nil,
        metrics: (any MetricsSource)? = nil
    ) {
        self.registry = registry
        self.orders = orders
        self.devices = devices
        self.echo = echo
        self.worklist = worklist
        self.metrics = metrics
    }
}
