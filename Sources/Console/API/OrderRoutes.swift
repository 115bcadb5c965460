import Core
import HTTPTypes
import Hummingbird

/// `POST /api/v1/orders`: 201 with counts once the orders are committed, 400 with every mistake, 503 when the store
/// refuses.
///
/// All orders of one request are taken, or none.
struct OrderRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration

    func add(to router: Router<BasicRequestContext>) {
        router.post(RouterPath(APIPath.orders)) { request, _ -> Response in
            let body = try await request.bytes(upTo: configuration.orderBodyBytes)
            let changes: [OrderChange]
            do throws(IntakeRefusal) {
                changes = try orderChanges(json: body, facility: configuration.facility, limits: configuration.intake)
            } catch {
                throw RequestRefusal(error)
            }
            let outcome = await withCheckedContinuation { continuation in
                ports.orders.apply(changes, source: nil) { continuation.resume(returning: $0) }
            }
            switch outcome {
            case .success(let receipt): return try Response.json(OrdersAnswer(receipt), status: .created)
            case .failure(let error): throw RequestRefusal(error)
            }
        }
    }
}
