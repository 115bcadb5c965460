import GRDB

/// What a profile says of a test and of a report besides what the first schema knew.
enum Migration0003 {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("0003") { database in try database.execute(sql: columns) }
    }

    /// `result.local` is the laboratory's own code of the test. `report.grows` is 1 where a report is a part of one that
    /// grows with every message about its specimen.
    private static let columns = """
        ALTER TABLE result ADD COLUMN local TEXT;
        ALTER TABLE report ADD COLUMN grows INTEGER NOT NULL DEFAULT 0;
        """
}
