import Core
import Links
import Logging
import ServiceLifecycle

/// Opens the links, says where they listen, and closes them when the daemon stops.
struct LinkRole: Service {
    let service: LinkService
    /// Tells devices of orders as long as the links are open.
    let downloads: OrderDownloads
    let status: LinkStatusBoard
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        let open = try await service.open()
        for device in status.devices() { logger.notice("device \(device.id) on \(device.listening)") }
        if let port = open.orderPort { logger.notice("orders in HL7 on port \(port)") }
        readiness.opened("links")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await downloads.run() }
            try? await gracefulShutdown()
            downloads.finish()
            // An order on its way ends with its link.
            await open.close()
        }
    }
}
