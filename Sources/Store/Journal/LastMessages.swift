import Core

extension Store {
    /// When the newest whole message of each device arrived, for the devices that sent one of the journal's newest
    /// messages (`StoreConfiguration.lastMessageScan`).
    public func lastMessages() async throws(StoreError) -> [DeviceID: Timestamp] {
        let limit = Int64(settings.limits.lastMessageScan)
        return try await readers.read { database in
            let rows = try Query(
                database,
                """
                SELECT d.name, max(n.received) FROM (SELECT id, device, received FROM message ORDER BY id DESC LIMIT ?) n
                JOIN progress p ON p.message = n.id JOIN device d ON d.id = n.device
                WHERE p.incomplete IS NULL GROUP BY n.device
                """
            ).all([.int(limit)]) { (DeviceID($0.text(0)), Timestamp(microseconds: $0.int(1))) }
            return Dictionary(rows) { max($0, $1) }
        }
    }
}
