import Core
import HTTPTypes
import Hummingbird

/// The pages, their forms and their assets.
struct PageRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration
    let frame: PageFrame

    func add(to router: Router<BasicRequestContext>) {
        router.get("/") { _, _ in try await overview() }
        router.get("/explain") { _, _ in
            frame.page(title: "Explain", body: ExplainPage(asked: nil, clock: frame.clock).body)
        }
        router.post("/explain") { request, _ -> Response in
            let id = try await form(of: request).required("id", "Type what is to be explained.")
            let story = try await asking { () async throws(StoreError) in try await ports.registry.explain(id) }
            return frame.page(
                title: "Explain", body: ExplainPage(asked: (id, story), clock: frame.clock).body,
                status: story == nil ? .notFound : .ok)
        }
        for action in HoldAction.allCases {
            router.post("/holds/:id/\(action.rawValue)") { request, context -> Response in
                let id = try context.parameters.require("id")
                return try await overview(after: decisions.decide(hold: id, action, try await form(of: request)))
            }
        }
        for action in DeliveryAction.allCases {
            router.post("/queue/:id/\(action.rawValue)") { request, context -> Response in
                let id = try context.parameters.require("id")
                return try await overview(after: decisions.decide(delivery: id, action, try await form(of: request)))
            }
        }
        for asset in Asset.all {
            router.get(RouterPath(asset.path)) { _, _ in asset.response }
        }
    }

    private var decisions: Decisions { Decisions(registry: ports.registry) }

    /// The first page, after a decision with its outcome on top.
    private func overview(after outcome: RequestOutcome? = nil) async throws -> Response {
        let filter = ListingFilter(limit: configuration.pageRows)
        let registry = ports.registry
        let content = OverviewPage.Content(
            devices: ports.devices.devices(), holds: try await registry.holds(filter),
            queue: try await registry.queue(filter), results: try await registry.results(filter))
        let page = OverviewPage(content: content, clock: frame.clock, rows: configuration.pageRows)
        var status = HTTPResponse.Status.ok
        if case .refused = outcome { status = .conflict }
        return frame.page(
            title: "Overview", body: page.body(notice: outcome.map(OverviewPage.Notice.init)), status: status)
    }

    private func form(of request: Request) async throws -> RequestFields {
        let bytes = try await request.bytes(upTo: configuration.requestBodyBytes)
        let values: [String: String]
        do {
            values = try URLEncodedFormDecoder().decode(
                [String: String].self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw RequestRefusal(.badRequest, "The form could not be read.")
        }
        return try RequestFields(values, maximumCharacters: configuration.typedCharacters)
    }
}
