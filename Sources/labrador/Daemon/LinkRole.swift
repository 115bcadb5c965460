import Core
import Links
import Logging
import ServiceLifecycle

/// Opens the links, says where they listen, and closes them when the daemon stops.
struct LinkRole: Service {
    let service: LinkService
    let status: LinkStatusBoard
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        let open = try await service.open()
        for device in status.devices() { logger.notice("device \(device.id) on \(device.listening)") }
        if let port = open.orderPort { logger.notice("orders in HL7 on port \(port)") }
        readiness.opened("links")
        try? await gracefulShutdown()
        await open.close()
    }
}
