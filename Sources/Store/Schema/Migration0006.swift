import GRDB

/// What modalities ask.
enum Migration0006 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0006") { database in try database.execute(sql: queries) }
    }

    /// The last worklist query of each AE title: one row each. `identifier` is NULL when it was too long to be kept.
    private static let queries = """
        CREATE TABLE worklist_query (
            ae_title TEXT PRIMARY KEY, at INTEGER NOT NULL, identifier BLOB, transfer_syntax TEXT NOT NULL,
            status INTEGER NOT NULL, matches INTEGER NOT NULL, replaced INTEGER NOT NULL) STRICT;
        """
}
