import Core
import Foundation

/// `labrador simulate hms` as a process.
final class StandIn: Sendable {
    private let program: Program
    let port: Int
    /// Every body it received, a JSON object a line.
    let logFile: String

    /// Starts it and waits until it listens.
    init(folder: TemporaryFolder, port: Int = 0, name: String = "hms", options: [String] = []) async throws {
        logFile = folder.path + "/\(name).jsonl"
        let program = try Program(
            Binary.path, ["simulate", "hms", "--port", "\(port)", "--log", logFile] + options, folder: folder,
            name: name)
        try await eventually("the stand-in HMS listens", within: .seconds(20), every: .milliseconds(10)) {
            if !program.isRunning { throw TestFailure("the stand-in HMS ended: \(program.err)") }
            return program.out.contains("listening on http://") && program.out.hasSuffix("\n")
        }
        guard let digits = program.out.split(separator: "\n").first?.split(separator: ":").last, let port = Int(digits)
        else { throw TestFailure("no port in '\(program.out)'") }
        self.program = program
        self.port = port
    }

    func stop() async throws {
        program.signal(SIGTERM)
        try await program.ended()
    }

    /// Observations received, unique and again; bodies by what became of them.
    func stats() async throws -> [String: Int] {
        guard case .object(let members) = try await get("/stats") else { return [:] }
        return Dictionary(members.map { ($0.key, $0.value.text.flatMap { Int($0) } ?? -1) }) { $1 }
    }

    /// All it has, or what carries the identifier.
    func observations(identifier: String? = nil) async throws -> [SeenObservation] {
        let query = identifier.map { "?identifier=\($0)" } ?? ""
        let found = try await get("/Observation\(query)")
        let specimens = try await get("/Specimen")
        var accessions: [String: String] = [:]
        for entry in specimens["entry"]?.list ?? [] {
            let resource = entry["resource"]
            accessions["Specimen/\(resource?["id"]?.text ?? "")"] = resource?["accessionIdentifier"]?["value"]?.text
        }
        return (found["entry"]?.list ?? []).map { SeenObservation($0["resource"] ?? .null, accessions) }
    }

    private func get(_ path: String) async throws -> JSONValue {
        do {
            return try await HTTP.get(port: port, path).json
        } catch {
            let state = program.isRunning ? "running" : "ended"
            throw TestFailure("GET \(path) of the stand-in HMS, which is \(state): \(error). \(program.err)")
        }
    }

    /// The bodies it was sent in their order, with what became of each.
    func log() throws -> [JSONValue] {
        let data = FileManager.default.contents(atPath: logFile) ?? Data()
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0), maximumDepth: 64) }
    }
}

/// An Observation as the HMS holds it, every text as it came.
struct SeenObservation: Sendable, Equatable {
    var id: String
    var accession: String
    var mrn: String
    var code: String
    var loinc: String?
    /// Comparator and number token, or the text; nil when there is no value.
    var value: String?
    var unit: String?
    var ucum: String?
    var flags: [String]
    var status: String
    var range: String?
    var absent: String?
    var notes: [String]
    var performed: String?

    init(_ json: JSONValue, _ accessions: [String: String]) {
        id = json["identifier"]?.list.first?["value"]?.text ?? ""
        accession = accessions[json["specimen"]?["reference"]?.text ?? ""] ?? ""
        mrn = json["subject"]?["identifier"]?["value"]?.text ?? ""
        code = json["code"]?["text"]?.text ?? ""
        loinc = json["code"]?["coding"]?.list.first?["code"]?.text
        let quantity = json["valueQuantity"]
        value = quantity.map { ($0["comparator"]?.text ?? "") + ($0["value"]?.text ?? "") } ?? json["valueString"]?.text
        unit = quantity?["unit"]?.text
        ucum = quantity?["code"]?.text
        flags = (json["interpretation"]?.list ?? []).compactMap { $0["coding"]?.list.first?["code"]?.text }
        status = json["status"]?.text ?? ""
        range = json["referenceRange"]?.list.first?["text"]?.text
        absent = json["dataAbsentReason"]?["coding"]?.list.first?["code"]?.text
        notes = (json["note"]?.list ?? []).compactMap { $0["text"]?.text }
        performed = json["effectiveDateTime"]?.text
    }
}
