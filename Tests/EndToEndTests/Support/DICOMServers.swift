import Core
import Foundation

/// pynetdicom's worklist, step receiver and archive (`Peers/dicom_servers.py`) as a process.
final class DICOMServers: Sendable {
    private let program: Program
    let port: String

    /// Starts them; `settings` is a JSON object, explained in the script.
    init(_ settings: String, folder: TemporaryFolder) async throws {
        let file = try folder.write(settings, to: "dicom-servers.json")
        let program = try Python.start("dicom_servers", "settings", file, folder: folder)
        try await eventually("pynetdicom listens", within: .seconds(30)) {
            if !program.isRunning { throw TestFailure(program.err) }
            return program.out.hasSuffix("\n")
        }
        port = String(program.out.split(separator: "\n")[0])
        self.program = program
    }

    /// `127.0.0.1:PORT`.
    var place: String { "127.0.0.1:\(port)" }

    /// What was asked of them so far, in order.
    func asked() throws -> [JSONValue] {
        try program.out.split(separator: "\n").dropFirst().map {
            try JSONValue(parsing: Array($0.utf8), maximumDepth: 32)
        }
    }

    func stop() async throws { try await program.kill() }

    /// Settings with this worklist, and more members of the object.
    static func settings(_ entries: [String], _ more: String = "") -> String {
        #"{"worklist": ["# + entries.joined(separator: ", ") + "]" + (more.isEmpty ? "" : ", " + more) + "}"
    }

    /// A worklist entry.
    static func entry(
        _ accession: String, name: String = "RAO^ASHA", step: String? = nil, study: String = "1.2.3",
        characterSet: String = "ISO_IR 192"
    ) -> String {
        #"{"00080005": "\#(characterSet)", "00080050": "\#(accession)", "00100010": "\#(name)", "00100020": "MRN0001", "#
            + #""00100030": "19810402", "00100040": "F", "0020000D": "\#(study)", "00321060": "CT head", "#
            + #""00401001": "RP1", "00400100": [{"00080060": "CT", "00400001": "CT01", "00400002": "20261122", "#
            + #""00400003": "100000", "00400007": "CT head plain", "00400009": "\#(step ?? "S-" + accession)"}]}"#
    }
}
