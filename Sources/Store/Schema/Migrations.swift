import Core
import GRDB

/// The numbered steps that bring a database file to this version.
///
/// A step that has been released is never edited.
enum Migrations {
    /// Every step, in order.
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Migration0001.register(in: &migrator)
        Migration0002.register(in: &migrator)
        Migration0003.register(in: &migrator)
        Migration0004.register(in: &migrator)
        Migration0005.register(in: &migrator)
        Migration0006.register(in: &migrator)
        return migrator
    }

    /// Brings the file up to date; refuses one that a newer version has written.
    static func run(on writer: DatabaseQueue) throws {
        let migrations = all
        if try writer.read({ try migrations.hasBeenSuperseded($0) }) {
            throw StoreError.refused(
                "the database was written by a newer version of Labrador. Start that version, or restore a backup "
                    + "taken before it was installed.")
        }
        try migrations.migrate(writer)
    }
}
