import Foundation
import Testing

extension EndToEnd {
    /// The worked example of docs/device-profiles.md is followed command by command.
    @Suite("Documents")
    struct Documents {
        /// A fenced part of the text.
        private struct Fence {
            var language: String
            var lines: [String]
        }

        private func fences(inSection title: String, of file: String) throws -> [Fence] {
            let text = try String(contentsOfFile: Binary.repository + "/" + file, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let start = try #require(lines.firstIndex(of: "## " + title))
            var fences: [Fence] = []
            var open: Fence?
            for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("## ") }) {
                if let fence = open {
                    if line == "```" {
                        fences.append(fence)
                        open = nil
                    } else {
                        open?.lines.append(line)
                    }
                } else if line.hasPrefix("```") {
                    open = Fence(language: String(line.dropFirst(3)), lines: [])
                }
            }
            return fences
        }

        private func words(_ text: some StringProtocol) -> String {
            text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }

        @Test("the worked example about profiles can be followed")
        func workedExample() async throws {
            let folder = try TemporaryFolder()
            for name in ["samples", "device-profiles"] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder.path)/\(name)", withDestinationPath: "\(Binary.repository)/\(name)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/labrador", withDestinationPath: Binary.path)
            var output = ""
            var commands = 0
            for fence in try fences(inSection: "A worked example", of: "docs/device-profiles.md") {
                switch fence.language {
                case "sh":
                    output = ""
                    for command in fence.lines {
                        let done = try await run(
                            "/bin/bash", ["-c", "PATH=$PWD:$PATH; " + command], directory: folder.path)
                        #expect(done.code == 0, "\(command)\n\(done)")
                        output += done.out
                        commands += 1
                    }
                case "text":
                    // Wrapped lines and columns of the terminal are not the point.
                    for line in fence.lines {
                        #expect(words(output).contains(words(line)), "\(line)\nis not in\n\(output)")
                    }
                case "yaml" where fence.lines.contains("protocol: astm"):
                    try folder.write(
                        fence.lines.joined(separator: "\n") + "\n", to: "profiles/acme/chem-7/profile.yaml")
                default: break
                }
            }
            #expect(commands == 6)
            let check = try await labrador(
                "profile", "show", "acme-chem-7", "--profiles", folder.path + "/profiles")
            #expect(check.code == 0)
        }

        @Test("the worked example about radiology can be followed", .enabled("DCMTK is there") { Modality.isInstalled })
        func radiologyExample() async throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/labrador", withDestinationPath: Binary.path)
            // The text's ports may be in use here.
            let ports = Dictionary(
                uniqueKeysWithValues: try ["11112", "8080", "11114"].map { ($0, try Loopback.freePort()) })
            func text(_ line: String) -> String {
                ports.reduce(line) { $0.replacing("127.0.0.1:\($1.key)", with: "127.0.0.1:\($1.value)") }
            }
            var started: [Program] = []
            var output = ""
            var commands = 0
            for fence in try fences(inSection: "A worked example", of: "docs/radiology.md") {
                switch fence.language {
                case "sh":
                    output = ""
                    for command in fence.lines.map(text) {
                        commands += 1
                        if command.hasSuffix(" &") {
                            let words = command.split(separator: " ").dropLast().map { String($0) }
                            let program = words[0] == "labrador" ? Binary.path : Modality.tools + "/" + words[0]
                            started.append(
                                try Program(
                                    program,
                                    words.dropFirst().map { $0.replacing("11114", with: "\(ports["11114"] ?? 0)") },
                                    folder: folder, name: "started-\(commands)", directory: folder.path))
                            if words[0] == "labrador", let daemon = started.last {
                                try await eventually("`ready`") { daemon.out.hasPrefix("ready\n") }
                            } else if let port = ports["11114"] {
                                try await eventually("the archive listens") { (try? TCPClient(port: port)) != nil }
                            }
                            continue
                        }
                        let done = try await run(
                            "/bin/bash", ["-c", "PATH=$PWD:$PATH; " + command], directory: folder.path)
                        #expect(done.code == 0, "\(command)\n\(done)")
                        output += done.out
                    }
                case "text":
                    for line in fence.lines {
                        #expect(words(output).contains(words(line)), "\(line)\nis not in\n\(output)")
                    }
                case "yaml", "json":
                    let name = fence.language == "yaml" ? "labrador.yaml" : "order.json"
                    try folder.write(fence.lines.map(text).joined(separator: "\n") + "\n", to: name)
                default: break
                }
            }
            #expect(commands == 8)
            for program in started { try await program.kill() }
        }

        @Test("the README of every shipped profile says what the guide asks for")
        func readmes() throws {
            let folders = try FileManager.default.subpathsOfDirectory(atPath: Binary.profiles)
                .filter { $0.hasSuffix("/profile.yaml") }.map { String($0.dropLast("/profile.yaml".count)) }
            #expect(folders.count > 10)
            for folder in folders {
                let file = "\(Binary.profiles)/\(folder)/README.md"
                let text = try? String(contentsOfFile: file, encoding: .utf8)
                #expect(text?.hasPrefix("# ") == true, "\(file)")
            }
        }
    }
}
