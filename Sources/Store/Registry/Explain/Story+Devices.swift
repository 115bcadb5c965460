import Core

extension Story {
    /// Which devices were told of the orders, or asked for them, and what they said.
    mutating func tellDispatches() throws {
        for order in scope.orders.sorted() {
            let rows = try Query(
                database,
                """
                SELECT c.id, d.name, c.state, c.act, c.since FROM dispatch c INDEXED BY dispatch_order
                JOIN device d ON d.id = c.device WHERE c.order_id = ? ORDER BY d.name
                """
            ).all([.int(order)]) { row in
                (
                    id: row.int(0), device: row.text(1), state: try row.code(2, as: StoredDispatch.self),
                    act: try row.code(3, as: Core.Dispatch.Act.self), since: Timestamp(microseconds: row.int(4))
                )
            }
            for row in rows {
                let last = try tellSteps(of: row.id, row.device)
                guard row.state == .due || row.state == .sending else { continue }
                let doing = row.act == .place ? "sent to" : "withdrawn from"
                tell(
                    max(last ?? row.since, row.since), .due,
                    row.state == .due ? "Waits to be \(doing) \(row.device)." : "It is being \(doing) \(row.device).",
                    "")
            }
        }
    }

    /// Returns when the last step was.
    private mutating func tellSteps(of dispatch: Int64, _ device: String) throws -> Timestamp? {
        let steps = try Query(
            database, "SELECT at, kind, act, attempt, answer FROM dispatch_step WHERE dispatch = ? ORDER BY number"
        ).all([.int(dispatch)]) { row in
            (
                at: Timestamp(microseconds: row.int(0)), kind: try row.code(1, as: DispatchStep.self),
                act: try row.code(2, as: Core.Dispatch.Act.self), attempt: row.int(3), answer: row.text(4)
            )
        }
        for (at, kind, act, attempt, answer) in steps {
            let isPlace = act == .place
            switch kind {
            case .taken where isPlace: tell(at, .sent, "Sent to \(device) (attempt \(attempt)).", "")
            case .taken: tell(at, .withdrawn, "Withdrawn from \(device).", "")
            case .notForDevice where isPlace: tell(at, .passed, "Not for \(device): no test it knows.", "")
            case .notForDevice: tell(at, .withdrawn, "\(device) has none of it any more.", "")
            case .refused where isPlace: tell(at, .refused, "\(device) refused it: \(answer)", "")
            case .refused: tell(at, .refused, "\(device) did not withdraw it: \(answer)", "")
            case .later, .notSent, .lost: tell(at, .retry, "\(device), attempt \(attempt): \(answer)", "")
            case .asked: tell(at, .asked, "Asked for by \(device).", "")
            }
        }
        return steps.last?.at
    }
}
