import Core
import GRDB

/// What the writer's thread works with inside a transaction.
///
/// Never leaves that thread.
final class WriteSession {
    let database: Database
    let settings: StoreSettings
    private var devices: [String: Int64] = [:]
    private var destinations: [String: Int64] = [:]
    private var systems: [String: Int64] = [:]

    init(database: Database, settings: StoreSettings) {
        self.database = database
        self.settings = settings
    }

    /// The wall clock.
    var now: Timestamp { settings.clock() }

    func query(_ sql: String) throws -> Query { try Query(database, sql) }

    /// The number of the row just inserted.
    var lastID: Int64 { database.lastInsertedRowID }

    /// Forgets what a rolled-back transaction may have introduced.
    func forgetNames() {
        devices = [:]
        destinations = [:]
        systems = [:]
    }

    func number(of device: DeviceID) throws -> Int64 {
        try number(of: device.text, in: "device", column: "name", cache: &devices)
    }

    func number(of destination: DestinationID) throws -> Int64 {
        try number(of: destination.text, in: "destination", column: "name", cache: &destinations)
    }

    func number(ofSystem uri: String) throws -> Int64 {
        try number(of: uri, in: "mrn_system", column: "uri", cache: &systems)
    }

    private func number(
        of text: String, in table: String, column: String, cache: inout [String: Int64]
    ) throws -> Int64 {
        if let known = cache[text] { return known }
        let stored = try query("SELECT id FROM \(table) WHERE \(column) = ?").first([.text(text)]) { $0.int(0) }
        let number: Int64
        if let stored {
            number = stored
        } else {
            try query("INSERT INTO \(table) (\(column)) VALUES (?)").run([.text(text)])
            number = lastID
        }
        // Devices and destinations are configured; MRN systems come from the configuration's authorities.
        if cache.count < Self.cachedNames { cache[text] = number }
        return number
    }

    /// Names remembered of each kind.
    private static let cachedNames = 4_096
}

/// What the store was opened with.
struct StoreSettings: Sendable {
    var facility: Facility
    var destinations: [DestinationID]
    /// Who is sent the requests of modalities as they came.
    var forwards: [DestinationID] = []
    var limits: StoreConfiguration
    var stations: WorklistStations?
    /// Devices that are told of orders without asking.
    var downloads: [DownloadDevice]
    var clock: @Sendable () -> Timestamp

    var hasDestinations: Bool { !destinations.isEmpty }
}
