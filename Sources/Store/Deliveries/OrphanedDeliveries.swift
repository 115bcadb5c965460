import Core
import GRDB

extension Store {
    /// Deliveries that wait for destinations the configuration no longer has, with their number.
    ///
    /// Nobody sends them until the destination is configured again, or a person skips them.
    public func orphanedDeliveries() throws(StoreError) -> [(destination: String, count: Int)] {
        let configured = Set((settings.destinations + settings.forwards).map(\.text))
        return try readers.readNow { database in
            try Query(
                database,
                """
                SELECT t.name, count(*) FROM delivery v INDEXED BY delivery_unfinished
                JOIN destination t ON t.id = v.destination WHERE v.state < 10 GROUP BY t.name ORDER BY t.name
                """
            ).all { (destination: $0.text(0), count: Int($0.int(1))) }.filter { !configured.contains($0.destination) }
        }
    }
}
