import Core

extension WriteSession {
    /// Compares the devices that are told of orders with those of the last start.
    ///
    /// A new one gets the open laboratory orders of the last `downloadBackfill` due; for one that is gone nothing is due
    /// any more.
    func configureDownloads() throws {
        let known = Dictionary(
            uniqueKeysWithValues: try query("SELECT device, places FROM download_device").all {
                ($0.int(0), $0.flag(1))
            })
        var configured: [Int64: Bool] = [:]
        for device in settings.downloads { configured[try number(of: device.id)] = device.places }
        guard known != configured else { return }
        for (device, placed) in known.sorted(by: { $0.key < $1.key }) {
            if configured[device] == nil {
                // Withdrawals too: whether it still has the order nobody knows when it is configured again.
                try takeOffDue(of: device, acts: [.place, .withdraw])
                try query("DELETE FROM download_device WHERE device = ?").run([.int(device)])
            } else if placed, configured[device] == false {
                try takeOffDue(of: device, acts: [.place])
            }
        }
        for (device, places) in configured.sorted(by: { $0.key < $1.key }) {
            try query("INSERT OR REPLACE INTO download_device (device, places) VALUES (?, ?)")
                .run([.int(device), .flag(places)])
            if places, known[device] != true { try backfill(device) }
        }
    }

    private func takeOffDue(of device: Int64, acts: [Core.Dispatch.Act]) throws {
        let update = try query(
            "UPDATE dispatch SET state = ?, act = ? WHERE device = ? AND state < 2 AND state = ? AND act = ?")
        for act in acts {
            try update.run([
                .code(StoredDispatch.off), .code(Core.Dispatch.Act.place), .int(device), .code(StoredDispatch.due),
                .code(act),
            ])
        }
    }

    /// Open orders that came lately, but for those it has, was told of, or has reported on.
    private func backfill(_ device: Int64) throws {
        let now = now
        try query(
            """
            INSERT INTO dispatch (device, order_id, state, act, attempt, placed, wish, not_before, failures, since)
            SELECT ?1, o.id, \(StoredDispatch.due.code), \(Core.Dispatch.Act.place.code), 0, '', 0, 0, 0, ?2
            FROM orders o INDEXED BY orders_open
            WHERE o.kind = \(OrderKind.laboratory.code) AND o.state = \(OrderState.open.code) AND o.received >= ?3
                AND NOT EXISTS (SELECT 1 FROM report r INDEXED BY report_identity
                    WHERE r.specimen = o.accession AND r.device = ?1 AND r.results > 0 AND r.order_id = o.id)
            ORDER BY o.received, o.id
            ON CONFLICT (order_id, device) DO UPDATE SET state = excluded.state, act = excluded.act
                WHERE state = \(StoredDispatch.off.code) AND placed = ''
            """
        ).run([
            .int(device), .int(now.microseconds),
            .int(now.advanced(by: .zero - settings.limits.downloadBackfill).microseconds),
        ])
    }
}
