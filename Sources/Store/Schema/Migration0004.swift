import Core
import GRDB

/// Scheduled procedure steps: an imaging order has one or several.
enum Migration0004 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0004") { database in
            try database.execute(sql: columns)
            try database.execute(sql: steps)
            try database.execute(sql: carryOver)
            try foldNames(database)
            try database.execute(sql: withoutStep)
        }
    }

    /// `orders_name` repeats the columns of its condition, without which SQLite would look each order up.
    ///
    /// `details` is a list of names of attributes (PS3.6) and values in turn. `name_folded` is the name of an imaging
    /// order's patient as `WorklistNameKey` compares it.
    private static let columns = """
        ALTER TABLE orders ADD COLUMN procedure_scheme TEXT;
        ALTER TABLE orders ADD COLUMN requested_procedure_id TEXT;
        ALTER TABLE orders ADD COLUMN referring_physician TEXT;
        ALTER TABLE orders ADD COLUMN details TEXT;
        ALTER TABLE orders ADD COLUMN name_prefix TEXT;
        ALTER TABLE orders ADD COLUMN name_suffix TEXT;
        ALTER TABLE orders ADD COLUMN name_ideographic TEXT;
        ALTER TABLE orders ADD COLUMN name_phonetic TEXT;
        ALTER TABLE orders ADD COLUMN name_folded TEXT;
        CREATE INDEX orders_name ON orders(name_folded, kind, state) WHERE kind = 2 AND state = 0;
        """

    /// `station` is what a query for one station is looked up by: its AE title, empty when the order names none, `*`
    /// when it names several (`station_ae` lists them). `number` counts the steps of an order from 1; no step is ever
    /// deleted. The columns from `rp_id` on are those of a requested procedure that is not the order's own.
    ///
    /// A query of the worklist goes over one of the partial indexes; it must say `state <= 2` in so many words.
    private static let steps = """
        CREATE TABLE step (
            id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id), number INTEGER NOT NULL,
            step_id TEXT NOT NULL, state INTEGER NOT NULL, modality TEXT NOT NULL, station TEXT NOT NULL,
            station_ae TEXT, station_name TEXT, location TEXT, scheduled TEXT, start_date TEXT, start_time TEXT,
            performing_physician TEXT, description TEXT, protocol_code TEXT, protocol_scheme TEXT,
            protocol_meaning TEXT, placer TEXT, details TEXT,
            rp_id TEXT, rp_code TEXT, rp_text TEXT, rp_scheme TEXT, rp_study_uid TEXT) STRICT;
        CREATE UNIQUE INDEX step_order ON step(order_id, number);
        CREATE INDEX step_station ON step(station, start_date, modality) WHERE state <= 2;
        CREATE INDEX step_modality ON step(modality, start_date) WHERE state <= 2;
        CREATE INDEX step_date ON step(start_date) WHERE state <= 2;
        """

    private static let carryOver = """
        INSERT INTO step (order_id, number, step_id, state, modality, station, station_ae, scheduled, start_date,
            start_time)
        SELECT id, 1, accession, CASE state WHEN 0 THEN 1 WHEN 2 THEN 3 ELSE 5 END, modality,
            coalesce(station_ae, ''), nullif(station_ae, ''), scheduled, start_date, start_time
        FROM orders WHERE kind = 2 AND modality IS NOT NULL ORDER BY id;
        """

    private static let withoutStep = """
        DROP INDEX orders_worklist;
        DROP INDEX orders_station;
        ALTER TABLE orders DROP COLUMN modality;
        ALTER TABLE orders DROP COLUMN station_ae;
        ALTER TABLE orders DROP COLUMN scheduled;
        ALTER TABLE orders DROP COLUMN start_date;
        ALTER TABLE orders DROP COLUMN start_time;
        """

    private static func foldNames(_ database: Database) throws {
        let names = try Query(database, "SELECT id, family, given FROM orders WHERE kind = 2").all {
            (id: $0.int(0), name: WorklistPersonName(family: $0.text(1), given: $0.text(2)))
        }
        let update = try Query(database, "UPDATE orders SET name_folded = ? WHERE id = ?")
        for (id, name) in names { try update.run([.text(WorklistNameKey.folded(name.text)), .int(id)]) }
    }
}
