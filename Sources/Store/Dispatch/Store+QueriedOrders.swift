import Core

extension Store: QueriedOrders {
    /// The numbers are written in slices of `noteSlice`, one after the other, so that acknowledgements never wait for a
    /// long answer. After a failure some may be counted that were never used.
    public func attempts(
        for orders: [Int64], device: DeviceID, done: @escaping @Sendable (Result<[Int64: Int], StoreError>) -> Void
    ) {
        inSlices(of: orders, lane: .prompt, [:]) { session, slice, numbers in
            let device = try session.number(of: device)
            for order in slice { numbers[order] = try session.countAttempt(order: order, device: device) }
        } done: {
            done($0)
        }
    }

    /// Each order gets a step in its story, and is withdrawn later on where the device can do that.
    public func noteAsked(
        _ orders: [Int64], device: DeviceID, at: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        inSlices(of: orders, lane: .background, ()) { session, slice, _ in
            for order in slice { try session.noteAsked(order: order, device: device, at: at) }
        } done: {
            done($0)
        }
    }

    /// Works on slices of orders, each in a transaction of its own, the next when the one before is durable.
    private func inSlices<Value: Sendable>(
        of orders: [Int64], lane: Lane, _ value: Value,
        _ work: @escaping @Sendable (WriteSession, ArraySlice<Int64>, inout Value) throws -> Void,
        done: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        guard !orders.isEmpty else { return done(.success(value)) }
        let slice = orders.prefix(max(1, settings.limits.noteSlice))
        let rest = Array(orders.dropFirst(slice.count))
        writer.submit(
            Job(
                guarded: true,
                { session in
                    var value = value
                    try work(session, slice, &value)
                    return value
                },
                done: { [self] outcome in
                    guard case .success(let value) = outcome else { return done(outcome) }
                    inSlices(of: rest, lane: lane, value, work, done: done)
                }), lane: lane)
    }
}

extension WriteSession {
    /// Counts one more attempt; returns its number.
    fileprivate func countAttempt(order: Int64, device: Int64) throws -> Int {
        var row = try entry(order: order, device: device)
        row.entry.handle(.attempted)
        try save(row)
        return row.entry.attempt
    }

    fileprivate func noteAsked(order: Int64, device: DeviceID, at: Timestamp) throws {
        var row = try entry(order: order, device: try number(of: device))
        let before = row.entry
        row.entry.handle(.asked)
        // The order was cancelled between the answer and this note.
        if let manner = settings.downloads.first(where: { $0.id == device }),
            try query("SELECT state FROM orders WHERE id = ?").first([.int(order)], { $0.int(0) })
                == OrderState.cancelled.code
        {
            row.entry.handle(.order(.cancelled, manner))
        }
        if row.entry != before { try save(row) }
        try keepStep(row.id, .asked, .place, attempt: before.attempt, answer: "", at: at)
    }

    private func entry(order: Int64, device: Int64) throws -> StoredDispatchRow {
        if let row = try dispatch(order: order, device: device) { return row }
        guard try query("SELECT 1 FROM orders WHERE id = ?").first([.int(order)], { _ in true }) == true else {
            throw Refusal(why: "there is no order number \(order)")
        }
        return try insertDispatch(order: order, device: device, state: .off, at: now)
    }
}
