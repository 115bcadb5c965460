import GRDB

/// The first schema.
///
/// Moments are microseconds since 1970 in UTC; states and reasons are the numbers of `StoredCode`.
enum Migration0001 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0001") { database in
            for part in [names, journal, orders, results, holds, deliveries] { try database.execute(sql: part) }
        }
    }

    /// Configured names and URIs that many rows repeat.
    private static let names = """
        CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE destination (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE mrn_system (id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE) STRICT;
        """

    /// A message's bytes are written once and never touched again; what becomes of it stands in the narrow `progress`.
    ///
    /// `processable` counts the leading bytes of its joined text that may be understood; NULL is all.
    private static let journal = """
        CREATE TABLE message (
            id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device(id), wire INTEGER NOT NULL,
            received INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE message_part (
            id INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES message(id), part INTEGER NOT NULL,
            received INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX message_part_number ON message_part(message, part);
        CREATE TABLE progress (
            message INTEGER PRIMARY KEY REFERENCES message(id), state INTEGER NOT NULL, parts INTEGER NOT NULL,
            processable INTEGER, incomplete TEXT, resend_of INTEGER) STRICT;
        CREATE INDEX progress_waiting ON progress(state, message) WHERE state < 2;
        """

    private static let orders = """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, accession TEXT NOT NULL, kind INTEGER NOT NULL,
            mrn_system INTEGER NOT NULL REFERENCES mrn_system(id), mrn TEXT NOT NULL,
            state INTEGER NOT NULL, priority INTEGER NOT NULL, placer TEXT,
            family TEXT, given TEXT, birth_date TEXT, sex INTEGER, abha TEXT, tests TEXT,
            specimen_type TEXT, collected TEXT,
            procedure_code TEXT, procedure_text TEXT, modality TEXT, station_ae TEXT, scheduled TEXT,
            start_date TEXT, start_time TEXT, study_uid TEXT, requested_by TEXT,
            received INTEGER NOT NULL, source INTEGER REFERENCES message(id)) STRICT;
        CREATE UNIQUE INDEX orders_identity ON orders(accession, kind, mrn_system, mrn);
        CREATE INDEX orders_mrn ON orders(mrn);
        CREATE INDEX orders_worklist ON orders(start_date, start_time, modality) WHERE kind = 2;
        CREATE INDEX orders_station ON orders(station_ae, start_date) WHERE kind = 2;
        CREATE TABLE order_change (
            order_id INTEGER NOT NULL REFERENCES orders(id), number INTEGER NOT NULL, at INTEGER NOT NULL,
            cancelled INTEGER NOT NULL, source INTEGER REFERENCES message(id),
            PRIMARY KEY (order_id, number)) STRICT, WITHOUT ROWID;
        CREATE INDEX orders_source ON orders(source) WHERE source IS NOT NULL;
        """

    /// `report.performed` is the run time of all its results, empty when the device gave none; NULL when they differ,
    /// and then each result has its own and `report_run` lists them.
    ///
    /// `scope` is the message's digest where nothing else identifies its results, else empty.
    ///
    /// A result's identity (device, specimen, code, run time) is found over `report_identity`: an index over the random
    /// result ids would dirty one page for each result. A corrected result is a new row under the later report; the
    /// former row stays, marked `replaced`. `round` tells which delivery of the report carries a result; 0 is none.
    private static let results = """
        CREATE TABLE report (
            id INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES message(id),
            device INTEGER NOT NULL REFERENCES device(id), received INTEGER NOT NULL, recorded INTEGER NOT NULL,
            kind INTEGER NOT NULL, specimen TEXT NOT NULL, scope TEXT NOT NULL, performed TEXT, results INTEGER NOT NULL,
            duplicates INTEGER NOT NULL, rounds INTEGER NOT NULL, assigned INTEGER NOT NULL,
            order_id INTEGER REFERENCES orders(id), problem TEXT, claim TEXT, authority TEXT) STRICT;
        CREATE INDEX report_identity ON report(specimen, device, performed, scope) WHERE results > 0;
        CREATE INDEX report_message ON report(message);
        CREATE INDEX report_assigned ON report(order_id) WHERE assigned = 1;
        CREATE TABLE report_run (
            specimen TEXT NOT NULL, device INTEGER NOT NULL, performed TEXT NOT NULL, scope TEXT NOT NULL,
            report INTEGER NOT NULL REFERENCES report(id),
            PRIMARY KEY (specimen, device, performed, scope, report)) STRICT, WITHOUT ROWID;
        CREATE TABLE result (
            report INTEGER NOT NULL REFERENCES report(id), position INTEGER NOT NULL, id BLOB NOT NULL,
            state INTEGER NOT NULL, round INTEGER NOT NULL, replaced INTEGER NOT NULL, hold INTEGER,
            at TEXT NOT NULL, code TEXT NOT NULL, name TEXT, loinc TEXT, kind INTEGER NOT NULL, comparator INTEGER,
            value TEXT NOT NULL, unit TEXT, device_unit TEXT NOT NULL, flags TEXT, device_flags TEXT,
            status INTEGER NOT NULL, range TEXT, performed TEXT, notes TEXT, occurrence INTEGER NOT NULL,
            held INTEGER, held_what TEXT,
            PRIMARY KEY (report, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX result_set_aside ON result(state, report) WHERE state < 10;
        """

    /// `sameness` is what makes a hold without results the same when its cause is sent again.
    private static let holds = """
        CREATE TABLE hold (
            id INTEGER PRIMARY KEY, state INTEGER NOT NULL, reason INTEGER NOT NULL, accession TEXT NOT NULL,
            message INTEGER NOT NULL REFERENCES message(id), report INTEGER REFERENCES report(id),
            what TEXT NOT NULL, opened INTEGER NOT NULL, sameness TEXT UNIQUE) STRICT;
        CREATE INDEX hold_accession ON hold(accession, state);
        CREATE INDEX hold_message ON hold(message);
        CREATE INDEX hold_open ON hold(id) WHERE state = 0;
        CREATE TABLE decision_log (
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, act INTEGER NOT NULL, hold INTEGER REFERENCES hold(id),
            delivery INTEGER REFERENCES delivery(id), note TEXT NOT NULL) STRICT;
        CREATE INDEX decision_log_hold ON decision_log(hold) WHERE hold IS NOT NULL;
        CREATE INDEX decision_log_delivery ON decision_log(delivery) WHERE delivery IS NOT NULL;
        """

    /// `head` is 1 for the oldest unfinished delivery of its destination and key: the only one that may be leased.
    private static let deliveries = """
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY, destination INTEGER NOT NULL REFERENCES destination(id), key TEXT NOT NULL,
            report INTEGER NOT NULL REFERENCES report(id), round INTEGER NOT NULL, state INTEGER NOT NULL,
            head INTEGER NOT NULL, attempts INTEGER NOT NULL, not_before INTEGER NOT NULL, queued INTEGER NOT NULL)
            STRICT;
        CREATE INDEX delivery_head ON delivery(destination, id, not_before) WHERE head = 1 AND state < 2;
        CREATE INDEX delivery_unfinished ON delivery(destination, key, id) WHERE state < 10;
        CREATE INDEX delivery_skipped ON delivery(id) WHERE state = 11;
        CREATE INDEX delivery_report ON delivery(report);
        CREATE TABLE delivery_attempt (
            delivery INTEGER NOT NULL REFERENCES delivery(id), number INTEGER NOT NULL, at INTEGER NOT NULL,
            outcome INTEGER NOT NULL, answer TEXT NOT NULL,
            PRIMARY KEY (delivery, number)) STRICT, WITHOUT ROWID;
        """
}
