import Core
import GRDB

/// What waits for a device, in counts, for its page and the metrics.
public struct DispatchCount: Hashable, Sendable {
    /// Which device.
    public var device: DeviceID
    /// Orders and withdrawals it is still to be told of.
    public var due: Int
    /// Orders it refused, or refused to forget: a person looks.
    public var refused: Int
}

extension Store {
    /// The devices with something due or refused, by name.
    public func dispatchCounts() throws(StoreError) -> [DispatchCount] {
        try readers.readNow { database in
            try Query(
                database,
                """
                SELECT d.name, (SELECT count(*) FROM dispatch INDEXED BY dispatch_due WHERE device = d.id AND state < 2),
                    (SELECT count(*) FROM dispatch INDEXED BY dispatch_refused
                        WHERE device = d.id AND state = \(StoredDispatch.refused.code))
                FROM device d ORDER BY d.name
                """
            ).all {
                DispatchCount(device: DeviceID($0.text(0)), due: Int($0.int(1)), refused: Int($0.int(2)))
            }.filter { $0.due > 0 || $0.refused > 0 }
        }
    }
}
