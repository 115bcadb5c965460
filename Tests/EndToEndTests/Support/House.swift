import Core
import Foundation

/// A hospital made for one test: a folder with the configuration and the store, and free ports for every listener.
struct House: Sendable {
    let folder: TemporaryFolder
    let config: String
    /// Console and API.
    let api: Int
    /// Orders in HL7.
    let orders: Int
    /// The port of each device.
    let devices: [String: Int]
    /// DICOM; listened to only in a house with modalities.
    let dicom: Int
    /// Where modalities are called for C-ECHO.
    let modality: Int
    /// Where the HMS is expected.
    let hms: Int

    /// - Parameters:
    ///   - devices: names with their profiles.
    ///   - modalities: AE titles with their modality.
    ///   - posts: false for a house without destination.
    ///   - profiles: `profile.yaml` of the site's own profiles, by `vendor/model`.
    ///   - links: `link` of the devices we do not listen for.
    ///   - told: devices with `orders: download`.
    ///   - dicomMore: lines of the section `dicom`, indented.
    ///   - modalityMore: keys of each modality, after a comma.
    init(
        _ devices: KeyValuePairs<String, String>, modalities: KeyValuePairs<String, String> = [:], posts: Bool = true,
        profiles: [String: String] = [:], links: [String: String] = [:], told: Set<String> = [],
        more: String = "", dicomMore: String = "", modalityMore: String = ""
    ) throws {
        try self.init(
            devices: devices.map { ($0.key, $0.value) }, modalities: modalities, posts: posts, profiles: profiles,
            links: links, told: told, more: more, dicomMore: dicomMore, modalityMore: modalityMore)
    }

    /// The same for devices that a test counts up.
    init(
        devices: [(id: String, profile: String)], modalities: KeyValuePairs<String, String> = [:], posts: Bool = true,
        profiles: [String: String] = [:], links: [String: String] = [:], told: Set<String> = [],
        more: String = "", dicomMore: String = "", modalityMore: String = ""
    ) throws {
        folder = try TemporaryFolder()
        (api, orders) = (try Loopback.freePort(), try Loopback.freePort())
        (dicom, modality, hms) = (try Loopback.freePort(), try Loopback.freePort(), try Loopback.freePort())
        var ports: [String: Int] = [:]
        var lines = [
            "facility: { name: Test, time_zone: Asia/Kolkata, mrn_system: 'urn:test:mrn',",
            "  accession_system: 'urn:test:accession', authorities: { OTHER: 'urn:test:other' } }",
            "store: { path: \(folder.path)/store }", "profiles: [\(folder.path)/profiles, \(Binary.profiles)]",
            "api: { listen: 127.0.0.1:\(api) }", "orders: { hl7: { listen: 127.0.0.1:\(orders) } }",
        ]
        try Self.write(profiles, in: folder)
        if !devices.isEmpty { lines.append("devices:") }
        for (id, profile) in devices {
            if links[id] == nil { ports[id] = try Loopback.freePort() }
            let link = links[id] ?? "{ tcp: { listen: 127.0.0.1:\(ports[id] ?? 0) } }"
            let orders = told.contains(id) ? ", orders: download" : ""
            lines.append("  - { id: \(id), profile: \(profile), link: \(link)\(orders) }")
        }
        if !modalities.isEmpty {
            lines += ["dicom:", "  ae_title: LABRADOR", "  listen: 127.0.0.1:\(dicom)"]
            lines += [dicomMore, "  modalities:"]
            for (title, code) in modalities {
                lines.append(
                    "    - { id: \(title.lowercased()), ae_title: \(title), modality: \(code), host: 127.0.0.1, "
                        + "port: \(modality)\(modalityMore) }")
            }
        }
        if posts { lines.append("destinations: [{ id: hms, fhir: { url: 'http://127.0.0.1:\(hms)/fhir' } }]") }
        self.devices = ports
        config = try folder.write(lines.joined(separator: "\n") + "\n" + more, to: "labrador.yaml")
    }

    /// The site's own profiles; an empty folder where there are none.
    private static func write(_ profiles: [String: String], in folder: TemporaryFolder) throws {
        for path in ["profiles"] + profiles.keys.map({ "profiles/\($0)" }) {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + path, withIntermediateDirectories: true)
        }
        for (path, text) in profiles { try folder.write(text, to: "profiles/\(path)/profile.yaml") }
    }

    // MARK: - Processes

    /// Starts the daemon and waits until it is ready.
    func start(run: Int = 0, launcher: [String] = []) async throws -> DaemonProcess {
        let daemon = try DaemonProcess(config: config, folder: folder, run: run, launcher: launcher)
        try await daemon.ready()
        return daemon
    }

    /// Starts the stand-in HMS where the configuration expects it.
    func startHMS(name: String = "hms", options: [String] = []) async throws -> StandIn {
        try await StandIn(folder: folder, port: hms, name: name, options: options)
    }

    // MARK: - Commands

    /// `labrador COMMAND… --config FILE`.
    func command(_ arguments: String...) async throws -> Output {
        try await run(Binary.path, arguments + ["--config", config])
    }

    /// The rows of a listing.
    ///
    /// - Parameter process: Asks from within the mounts of this process, where its control socket is.
    func rows(_ arguments: String..., within process: Int32? = nil) async throws -> [JSONValue] {
        let command = [Binary.path] + arguments + ["--json", "--config", config]
        let enter = process.map { ["/usr/bin/nsenter", "-t", "\($0)", "-U", "-m", "--preserve-credentials"] } ?? []
        let whole = enter + command
        let output = try await run(whole[0], Array(whole.dropFirst()))
        guard output.code == 0 else { throw TestFailure("\(arguments) ended with \(output.code): \(output.err)") }
        return try output.out.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), maximumDepth: 64) }
    }

    /// The reasons of the open holds, sorted.
    func holdReasons() async throws -> [String] {
        try await rows("holds").compactMap { $0["reason"]?.text }.sorted()
    }

    // MARK: - Orders

    /// Places orders over the API; throws unless all are placed.
    func place(_ orders: [MadeUpOrder]) async throws {
        let answer = try await HTTP.post(
            port: api, "/api/v1/orders", json: "[" + orders.map(\.json).joined(separator: ",") + "]")
        guard answer.status == 201 else {
            throw TestFailure("orders: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    /// Sends order messages over one MLLP connection; how each was answered.
    func sendOrders(_ messages: [[UInt8]]) async throws -> [Verdict] {
        try await offPool { [orders] in
            let line = try MLLPLine(port: orders)
            return try messages.map { try line.send($0) }
        }
    }

    // MARK: - Devices

    /// Sends ASTM sessions over one connection; how each was answered.
    func astm(_ device: String, _ sessions: [[[UInt8]]]) async throws -> [Verdict] {
        let port = try port(device)
        return try await offPool {
            let line = try ASTMLine(port: port)
            return try sessions.map { try line.send($0) }
        }
    }

    /// Sends HL7 messages over one connection; how each was answered.
    func hl7(_ device: String, _ messages: [[UInt8]]) async throws -> [Verdict] {
        let port = try port(device)
        return try await offPool {
            let line = try MLLPLine(port: port)
            return try messages.map { try line.send($0) }
        }
    }

    func port(_ device: String) throws -> Int {
        guard let port = devices[device] else { throw TestFailure("no device \(device)") }
        return port
    }
}
