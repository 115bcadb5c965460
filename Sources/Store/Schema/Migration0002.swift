import GRDB

/// Orders on their way to analysers.
enum Migration0002 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0002") { database in
            for part in [openOrders, dispatches] { try database.execute(sql: part) }
        }
    }

    /// What a host query for all orders goes over, oldest first.
    private static let openOrders = """
        CREATE INDEX orders_open ON orders(received, id) WHERE kind = 1 AND state = 0;
        """

    /// `dispatch` has one row for a device and an order it was told of, or is to be told of. No row is ever deleted:
    /// `attempt` only rises, and the row's number names nothing else.
    ///
    /// `placed` lists the attempts under which the device has the order, or may have it; empty is none. `wish` is what
    /// became of the order while the dispatch was out. `since` is when it last fell due by a change of the order. `dispatch_step` is its
    /// story.
    ///
    /// `download_device` holds the devices that were told of orders unasked at the last start; `places` is 0 for those
    /// that are told of withdrawals only.
    private static let dispatches = """
        CREATE TABLE dispatch (
            id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device(id),
            order_id INTEGER NOT NULL REFERENCES orders(id), state INTEGER NOT NULL, act INTEGER NOT NULL,
            attempt INTEGER NOT NULL, placed TEXT NOT NULL, wish INTEGER NOT NULL, not_before INTEGER NOT NULL,
            failures INTEGER NOT NULL, since INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX dispatch_order ON dispatch(order_id, device);
        CREATE INDEX dispatch_due ON dispatch(device, state, not_before, id) WHERE state < 2;
        CREATE INDEX dispatch_refused ON dispatch(device) WHERE state = 3;
        CREATE TABLE dispatch_step (
            dispatch INTEGER NOT NULL REFERENCES dispatch(id), number INTEGER NOT NULL, at INTEGER NOT NULL,
            kind INTEGER NOT NULL, act INTEGER NOT NULL, attempt INTEGER NOT NULL, answer TEXT NOT NULL,
            PRIMARY KEY (dispatch, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE download_device (
            device INTEGER PRIMARY KEY REFERENCES device(id), places INTEGER NOT NULL) STRICT;
        """
}
