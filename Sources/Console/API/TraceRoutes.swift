import Core
import Foundation
import HTTPTypes
import Hummingbird

/// A device's trace: for programs, as a page, and as a capture file.
struct TraceRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration
    let frame: PageFrame

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/v1/devices/:id/trace") { request, context -> Response in
            let (after, limit) = try bounds(of: request)
            return try Response.json(try trace(context, after: after, limit: limit))
        }
        router.get("/devices/:id") { _, context -> Response in
            let id = try name(context)
            guard let device = ports.devices.devices().first(where: { $0.id == id }) else { throw unknown }
            let page = try trace(context, after: nil, limit: configuration.tracePageRows)
            return frame.page(
                title: device.id, body: DevicePage(device: device, trace: page, clock: frame.clock).body)
        }
        router.get("/devices/:id/capture") { _, context -> Response in
            let page = try trace(context, after: 0, limit: .max)
            var response = Response.text(CaptureFile.text(page))
            response.headers[.contentDisposition] = "attachment; filename=\"\(fileName(page.device)).capture\""
            return response
        }
    }

    private var unknown: RequestRefusal {
        RequestRefusal(.notFound, "No device of this name is configured. `labrador devices` lists them.")
    }

    /// The device's name, which may hold any character.
    private func name(_ context: BasicRequestContext) throws -> String {
        let segment = try context.parameters.require("id")
        guard let name = segment.removingPercentEncoding else { throw unknown }
        return name
    }

    private func trace(_ context: BasicRequestContext, after: Int64?, limit: Int) throws -> TracePage {
        let id = try name(context)
        guard let page = ports.devices.trace(id, after: after, limit: limit) else { throw unknown }
        return page
    }

    private func bounds(of request: Request) throws(RequestRefusal) -> (after: Int64?, limit: Int) {
        var (after, limit): (Int64?, Int) = (nil, configuration.defaultRows)
        for (key, value) in request.uri.queryParameters {
            switch key {
            case "after":
                guard let number = Int64(value), number >= 0 else {
                    throw RequestRefusal(.badRequest, "after: must be the number of an entry, or 0.")
                }
                after = number
            case "limit":
                guard let number = Int(value), number > 0 else {
                    throw RequestRefusal(
                        .badRequest, "limit: must be a number from 1 to \(configuration.maximumRows).")
                }
                limit = min(number, configuration.maximumRows)
            default:
                throw RequestRefusal(
                    .badRequest, "This address does not know \"\(key.prefix(64))\". It takes: after, limit.")
            }
        }
        return (after, limit)
    }

    /// A name that is safe in a header and on any disk.
    private func fileName(_ device: String) -> String {
        String(device.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    }
}
