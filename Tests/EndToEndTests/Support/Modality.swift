import Foundation

/// A modality that asks with DCMTK's own programs (Debian package dcmtk).
struct Modality: Sendable {
    let aeTitle: String
    let port: Int

    static let tools = "/usr/bin"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: tools + "/findscu") }

    /// What a worklist query found: attributes by tag, an entry each. Throws when there was no whole answer.
    func worklist(_ keys: [String: String] = [:]) async throws -> [[String: String]] {
        var arguments = [
            "-W", "-aet", aeTitle, "-aec", "LABRADOR", "-to", "10", "-td", "10", "-ta", "10", "127.0.0.1", "\(port)",
        ]
        let query = [
            "0008,0005": "", "0008,0050": "", "0010,0010": "", "0010,0020": "", "0020,000d": "", "0032,1060": "",
            "0040,0100[0].0008,0060": "", "0040,0100[0].0040,0001": "", "0040,0100[0].0040,0002": "",
        ].merging(keys) { $1 }
        for (tag, value) in query.sorted(by: { $0.key < $1.key }) {
            arguments += ["-k", value.isEmpty ? tag : "\(tag)=\(value)"]
        }
        let output = try await run(Self.tools + "/findscu", arguments, within: .seconds(15))
        guard output.code == 0 else { throw TestFailure("findscu ended with \(output.code): \(output.err)") }
        var entries: [[String: String]] = []
        for line in (output.out + output.err).components(separatedBy: "\n") {
            if line.contains("Find Response:"), line.contains("Pending") { entries.append([:]) }
            guard !entries.isEmpty, let open = line.firstIndex(of: "("), let from = line.firstIndex(of: "["),
                let to = line.lastIndex(of: "]"), from < to
            else { continue }
            let tag = String(line[line.index(after: open)...].prefix(9))
            entries[entries.count - 1][tag] = line[line.index(after: from)..<to].trimmingCharacters(
                in: .whitespaces.union(.controlCharacters))
        }
        return entries
    }

    /// C-ECHO to the daemon; the exit code.
    func echo() async throws -> Int32 {
        try await run(
            Self.tools + "/echoscu", ["-aet", aeTitle, "-aec", "LABRADOR", "-to", "10", "127.0.0.1", "\(port)"]
        ).code
    }
}
