import GRDB
import GRDBSQLite

/// A prepared statement with values bound straight through SQLite's C interface.
///
/// GRDB prepares, caches and finalizes it; binding and stepping go past GRDB because its generic values cost several
/// times the insert itself on the journal's path.
struct Query {
    private let statement: Statement
    private let handle: OpaquePointer

    /// The connection's cached statement for this text.
    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// Runs it to its end.
    func run(_ values: [SQLValue] = []) throws {
        try each(values) { _ in }
    }

    /// What `read` makes of the first row, nil without rows.
    func first<Value>(_ values: [SQLValue] = [], _ read: (Columns) throws -> Value) throws -> Value? {
        defer { release() }
        try bind(values)
        return try step() ? read(Columns(handle: handle)) : nil
    }

    /// What `read` makes of every row.
    ///
    /// The statement must not be used again inside `read`.
    func all<Value>(_ values: [SQLValue] = [], _ read: (Columns) throws -> Value) throws -> [Value] {
        var found: [Value] = []
        try each(values) { found.append(try read($0)) }
        return found
    }

    /// Hands every row to `body`.
    ///
    /// The statement must not be used again inside `body`.
    func each(_ values: [SQLValue] = [], _ body: (Columns) throws -> Void) throws {
        defer { release() }
        try bind(values)
        while try step() { try body(Columns(handle: handle)) }
    }

    /// Hands rows to `body` until it says false.
    ///
    /// The statement must not be used again inside `body`.
    func eachWhile(_ values: [SQLValue] = [], _ body: (Columns) throws -> Bool) throws {
        defer { release() }
        try bind(values)
        while try step() { guard try body(Columns(handle: handle)) else { return } }
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLFailure(connection: sqlite3_db_handle(handle))
        }
    }

    private func release() {
        // Its result repeats the error that `step` has already reported.
        _ = sqlite3_reset(handle)
        // Large or private values do not linger in an idle statement.
        _ = sqlite3_clear_bindings(handle)
    }

    private func bind(_ values: [SQLValue]) throws {
        var index: Int32 = 0
        for value in values {
            index += 1
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, index)
            case .int(let number): code = sqlite3_bind_int64(handle, index, number)
            case .text(var text):
                code = text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        // A nil pointer would bind NULL: an empty text stays a text.
                        guard let start = $0.baseAddress, !$0.isEmpty else {
                            return sqlite3_bind_text(handle, index, "", 0, Self.copies)
                        }
                        return sqlite3_bind_text64(
                            handle, index, start, UInt64($0.count), Self.copies, UInt8(SQLITE_UTF8))
                    }
                }
            case .blob(let bytes):
                code = bytes.withUnsafeBytes {
                    $0.isEmpty
                        ? sqlite3_bind_zeroblob(handle, index, 0)
                        : sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copies)
                }
            }
            guard code == SQLITE_OK else { throw SQLFailure(connection: sqlite3_db_handle(handle)) }
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite copies the bytes before the call returns.
    private static var copies: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The columns of the row a query stands on.
struct Columns {
    let handle: OpaquePointer

    func int(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

    func flag(_ index: Int32) -> Bool { int(index) != 0 }

    func intOrNil(_ index: Int32) -> Int64? { isNull(index) ? nil : int(index) }

    func text(_ index: Int32) -> String {
        guard let start = sqlite3_column_text(handle, index) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func textOrNil(_ index: Int32) -> String? { isNull(index) ? nil : text(index) }

    func blob(_ index: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
    }

    func blobOrNil(_ index: Int32) -> [UInt8]? { isNull(index) ? nil : blob(index) }

    /// The text's UTF-8, for as long as the row stands.
    func withUTF8<Result>(_ index: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let start = sqlite3_column_text(handle, index)
        return try body(
            UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index))))
    }

    func code<Value: StoredCode>(_ index: Int32, as type: Value.Type = Value.self) throws -> Value {
        try Value(code: int(index))
    }

    private func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }
}
