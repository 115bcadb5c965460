import GRDB

/// Performed procedure steps, and their deliveries.
enum Migration0005 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0005") { database in
            for part in [steps, events, references, studies, deliveries] { try database.execute(sql: part) }
        }
    }

    /// `content` is the step as JSON, `attributes` all it consists of, as the radiology side writes it. `mrn` is the
    /// patient ID that the modality named.
    private static let steps = """
        CREATE TABLE performed_step (
            id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, device INTEGER NOT NULL REFERENCES device(id),
            state INTEGER NOT NULL, mrn TEXT NOT NULL, began INTEGER NOT NULL, changed INTEGER NOT NULL,
            content TEXT NOT NULL, attributes BLOB NOT NULL) STRICT;
        CREATE INDEX performed_step_open ON performed_step(changed) WHERE state = 1;
        CREATE INDEX performed_step_mrn ON performed_step(mrn) WHERE mrn <> '';
        """

    /// Every N-CREATE and N-SET with the message that holds its bytes, refused ones too; `step` is NULL where there is
    /// none. `replays` counts how often the same bytes came again. What was ended here has no message.
    private static let events = """
        CREATE TABLE performed_step_event (
            id INTEGER PRIMARY KEY, uid TEXT NOT NULL, step INTEGER REFERENCES performed_step(id),
            operation INTEGER NOT NULL, message INTEGER REFERENCES message(id), at INTEGER NOT NULL,
            status INTEGER NOT NULL, syntax TEXT NOT NULL, remarks TEXT, replays INTEGER NOT NULL) STRICT;
        CREATE INDEX performed_step_event_uid ON performed_step_event(uid);
        CREATE INDEX performed_step_event_message ON performed_step_event(message) WHERE message IS NOT NULL;
        """

    /// What each step was scheduled as. `scheduled` is the row of our own step, NULL where none may be trusted to be it;
    /// then `hold` says why. A step that nobody scheduled has the number 0 alone.
    private static let references = """
        CREATE TABLE performed_step_scheduled (
            performed INTEGER NOT NULL REFERENCES performed_step(id), number INTEGER NOT NULL, study_uid TEXT NOT NULL,
            accession TEXT NOT NULL, step_id TEXT NOT NULL, order_id INTEGER REFERENCES orders(id),
            scheduled INTEGER REFERENCES step(id), hold INTEGER REFERENCES hold(id),
            PRIMARY KEY (performed, number)) STRICT, WITHOUT ROWID;
        CREATE INDEX performed_step_of_step ON performed_step_scheduled(scheduled) WHERE scheduled IS NOT NULL;
        CREATE INDEX performed_step_of_order ON performed_step_scheduled(order_id) WHERE order_id IS NOT NULL;
        CREATE INDEX performed_step_study ON performed_step_scheduled(study_uid) WHERE scheduled IS NULL;
        CREATE INDEX performed_step_accession ON performed_step_scheduled(accession) WHERE accession <> '';
        """

    private static let studies = """
        CREATE INDEX orders_study ON orders(study_uid) WHERE kind = 2;
        CREATE INDEX step_study ON step(rp_study_uid) WHERE rp_study_uid IS NOT NULL;
        """

    /// A delivery is of a report or of a performed step; of a step `round` is the event that queued it.
    private static let deliveries = """
        CREATE TABLE delivery_0005 (
            id INTEGER PRIMARY KEY, destination INTEGER NOT NULL REFERENCES destination(id), key TEXT NOT NULL,
            report INTEGER REFERENCES report(id), performed INTEGER REFERENCES performed_step(id),
            round INTEGER NOT NULL, state INTEGER NOT NULL, head INTEGER NOT NULL, attempts INTEGER NOT NULL,
            not_before INTEGER NOT NULL, queued INTEGER NOT NULL,
            CHECK ((report IS NULL) <> (performed IS NULL))) STRICT;
        INSERT INTO delivery_0005 (id, destination, key, report, round, state, head, attempts, not_before, queued)
            SELECT id, destination, key, report, round, state, head, attempts, not_before, queued FROM delivery;
        DROP TABLE delivery;
        ALTER TABLE delivery_0005 RENAME TO delivery;
        CREATE INDEX delivery_head ON delivery(destination, id, not_before) WHERE head = 1 AND state < 2;
        CREATE INDEX delivery_unfinished ON delivery(destination, key, id) WHERE state < 10;
        CREATE INDEX delivery_skipped ON delivery(id) WHERE state = 11;
        CREATE INDEX delivery_report ON delivery(report) WHERE report IS NOT NULL;
        CREATE INDEX delivery_performed ON delivery(performed) WHERE performed IS NOT NULL;
        """
}
