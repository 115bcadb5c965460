import Core

extension WriteSession {
    /// Puts down what devices are to be told after an order changed; returns how many entries fell due.
    ///
    /// Without devices that are told unasked it costs nothing.
    func noteForDevices(_ id: Int64, from former: Order?, to order: Order) throws -> Int {
        guard !settings.downloads.isEmpty, order.kind == .laboratory, let news = OrderNews(from: former, to: order)
        else { return 0 }
        var due = 0
        for device in settings.downloads {
            let number = try number(of: device.id)
            guard var row = former == nil ? nil : try dispatch(order: id, device: number) else {
                guard device.places, news == .changed || news == .opened else { continue }
                _ = try insertDispatch(order: id, device: number, state: .due, at: now)
                due += 1
                continue
            }
            let before = row.entry
            row.entry.handle(.order(news, device))
            guard row.entry != before else { continue }
            try save(row)
            guard row.entry.state == .due else { continue }
            try query("UPDATE dispatch SET since = ? WHERE id = ?").run([.int(now.microseconds), .int(row.id)])
            due += 1
        }
        return due
    }

    /// Entries that were out when the process ended: the device may have the order, and is told again under a new
    /// attempt. Returns how many.
    ///
    /// What waited for its moment is tried at once: the device may be back, or the clock have been wrong.
    func recoverDispatches() throws -> Int {
        let out = try query(
            """
            SELECT \(StoredDispatchRow.columns) FROM dispatch INDEXED BY dispatch_due
            WHERE state < 2 AND state = \(StoredDispatch.sending.code)
            """
        ).all { try StoredDispatchRow($0) }
        for var row in out {
            let (act, attempt) = (row.entry.act, row.entry.attempt)
            row.entry.handle(.lost)
            try save(row)
            try keepStep(
                row.id, .lost, act, attempt: attempt, answer: "the daemon ended before the answer came", at: now)
        }
        try query(
            """
            UPDATE dispatch SET not_before = 0 WHERE id IN (
                SELECT id FROM dispatch INDEXED BY dispatch_due WHERE state < 2 AND not_before > 0)
            """
        ).run()
        return out.count
    }
}
