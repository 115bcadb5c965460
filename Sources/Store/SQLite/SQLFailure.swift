import Core
import GRDB
import GRDBSQLite

/// A failed SQLite call: its extended result code and SQLite's own words, which name tables but hold no values.
struct SQLFailure: Error, Equatable {
    /// Extended result code (https://www.sqlite.org/rescode.html).
    let code: Int32
    /// SQLite's message.
    let message: String

    /// What the last call on a connection failed with.
    init(connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }
}

/// A row that this version cannot read back: our own mistake or a damaged file, never a device's.
struct UnreadableRow: Error {
    /// Table and column, and what stood there if it is no patient data.
    let what: String
}

extension StoreError {
    /// Sorts whatever a database call threw by what must follow from it.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let failure as SQLFailure:
            self.init(code: failure.code, message: failure.message)
        case let failure as DatabaseError:
            self.init(code: failure.extendedResultCode.rawValue, message: failure.message ?? "no message")
        case let row as UnreadableRow:
            self = .refused("a stored row cannot be read: \(row.what)")
        default:
            self = .refused("\(type(of: error))")
        }
    }

    private init(code: Int32, message: String) {
        let text = "SQLite \(code): \(message)"
        // The primary code is the low byte.
        switch code & 0xFF {
        case SQLITE_FULL:
            self = .full(text)
        case SQLITE_IOERR where code == Self.sharedMemorySize:
            // The WAL index is scratch memory that could not grow: nothing durable is in doubt.
            self = .full(text)
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB:
            self = .storageFailed(text)
        default:
            self = .refused(text)
        }
    }

    /// `SQLITE_IOERR_SHMSIZE`, a macro that Swift does not import.
    private static let sharedMemorySize = SQLITE_IOERR | (19 << 8)
}
