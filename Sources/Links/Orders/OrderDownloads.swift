import Core
import NIOConcurrencyHelpers

/// The order downloads of all devices that are told of their orders unasked.
public final class OrderDownloads: Sendable {
    private let downloads = NIOLockedValueBox<[OrderDownload]>([])

    /// None so far; `LinkService` adds its devices when it opens their links.
    public init() {}

    /// Adds a device before `run`.
    func add(_ handlers: DeviceHandlers) {
        let desk = handlers.desk
        let download = OrderDownload(
            device: desk.device, profile: desk.live, queue: handlers.orders, outlet: handlers.outlet,
            context: { dispatch in desk.context(attempts: [dispatch.work.number: dispatch.attempt]) },
            remark: desk.remark, clock: desk.clock)
        downloads.withLockedValue { $0.append(download) }
    }

    /// Tells devices of what is due for them, until `finish`.
    public func run() async {
        let all = downloads.withLockedValue { $0 }
        await withTaskGroup(of: Void.self) { group in
            for download in all { group.addTask { await download.run() } }
        }
    }

    /// Something may be due for one device: it was told of orders, of which one may be cancelled meanwhile.
    func nudge(_ device: DeviceID) {
        downloads.withLockedValue { $0.first { $0.device == device } }?.nudge()
    }

    /// Something may be due: an order changed.
    public func nudge() { for download in downloads.withLockedValue({ $0 }) { download.nudge() } }

    /// Ends `run`.
    public func finish() { for download in downloads.withLockedValue({ $0 }) { download.finish() } }
}
