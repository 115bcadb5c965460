import Core
import DICOM
import Glibc
import Logging
import Synchronization

/// A worklist in memory.
final class TestSource: WorklistSource {
    struct Broken: Error {}

    private let entries: [WorklistEntry]
    private let isBroken: Bool

    init(_ entries: [WorklistEntry], isBroken: Bool = false) {
        self.entries = entries
        self.isBroken = isBroken
    }

    func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws {
        if isBroken { throw Broken() }
        for entry in entries { guard try body(entry) else { return } }
    }

    static func entry(
        _ accession: String, family: String = "RAO", given: String = "ASHA", id: String = "MRN0001",
        modality: String = "CT", station: String = "CT01", date: String = "20261122", time: String = "100000",
        change: (inout WorklistEntry) -> Void = { _ in }
    ) -> WorklistEntry {
        var entry = WorklistEntry(
            accession: accession, patientName: WorklistPersonName(family: family, given: given), patientID: id,
            modality: modality, stationAETitles: [station], startDate: date, startTime: time,
            stepDescription: "CT head", stepID: "S-\(accession)", requestedProcedureID: "P-\(accession)",
            requestedProcedureDescription: "CT head", studyInstanceUID: "1.2.826.0.1.3680043.9.1")
        change(&entry)
        return entry
    }

    static func many(_ count: Int) -> TestSource {
        TestSource((0..<count).map { entry("R26-\(100_000 + $0)", given: "ASHA \($0)", id: "MRN\($0)") })
    }
}

/// Log lines, kept for looking at.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func contains(_ part: String) -> Bool { all.contains { $0.contains(part) } }

    func logger() -> Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    fileprivate func add(_ line: String) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.level) \(event.message) \(metadata)") }
    }
}

/// The queries that a server noted.
final class KeptQueries: WorklistQueryLog {
    private let kept = Mutex<[WorklistQueryRecord]>([])

    var all: [WorklistQueryRecord] { kept.withLock { $0 } }

    func note(_ query: WorklistQueryRecord) { kept.withLock { $0.append(query) } }
}

/// A server in this process on a free port of the loopback interface.
final class TestServer {
    let port: UInt16
    /// Where TLS is spoken, if it is.
    let tlsPort: UInt16?
    let log = LogLines()
    let queries = KeptQueries()
    let server: RadiologyServer
    private let sockets: [Int32]

    private static func listening() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 128) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        struct NoPort: Error {}
        guard bound else { throw NoPort() }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    init(
        _ source: TestSource, scope: WorklistScope = .all, limits: (inout RadiologyLimits) -> Void = { _ in },
        steps: PerformedSteps? = nil,
        rules: (inout RadiologyConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = RadiologyConfiguration(
            aeTitle: "LABRADOR",
            modalities: [
                RadiologyModality(id: "ct-1", caller: WorklistCaller(aeTitle: "CT01", modality: "CT", scope: scope)),
                RadiologyModality(id: "mr-1", caller: WorklistCaller(aeTitle: "MR01", modality: "MR", scope: scope)),
            ])
        configuration.limits.stopGrace = 1
        configuration.timeZone = "Asia/Kolkata"
        limits(&configuration.limits)
        rules(&configuration)
        let clear = try Self.listening()
        let tls = configuration.tls == nil ? nil : try Self.listening()
        sockets = [clear.socket, tls?.socket].compactMap(\.self)
        (port, tlsPort) = (clear.port, tls?.port)
        server = RadiologyServer(
            configuration: configuration, source: source, steps: steps, queries: queries, logger: log.logger(),
            now: { Timestamp(microseconds: 1_795_000_000_000_000) })
        try server.start(listeningSocket: clear.socket, tlsSocket: tls?.socket)
    }

    deinit {
        server.stop()
        for socket in sockets { close(socket) }
    }

    /// A TCP connection to it, for peers that misbehave.
    func connect(tls: Bool = false) -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        address.sin_port = (tls ? tlsPort ?? 0 : port).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return connected == 0 ? descriptor : -1
    }

    /// Sends bytes on a new connection and gives back what comes until the server closes it.
    func exchange(_ bytes: [UInt8], tls: Bool = false) -> [UInt8] {
        let descriptor = connect(tls: tls)
        defer { close(descriptor) }
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 15_000) > 0 else { return answer }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}
