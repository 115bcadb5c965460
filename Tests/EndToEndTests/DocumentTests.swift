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
