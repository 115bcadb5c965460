import ArgumentParser
import Console
import Core
import Foundation

struct DevicesTraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "What went over a device's link: bytes both ways, and what was made of them.",
        discussion: """
            The newest entries are kept, within a bound; what is no longer kept is said. A saved file is a capture that \
            `labrador decode` and `labrador simulate analyser --results` read. It holds patient data.
            """)

    /// How often a followed trace is asked for.
    static let pause = Duration.milliseconds(300)
    /// Entries asked for at once.
    static let rowsPerRequest = 2_000

    @OptionGroup var options: ClientOptions
    @Argument(help: "The device's configured name.") var id: String
    @Flag(help: "Go on with what comes, until Ctrl-C.") var follow = false
    @Option(help: "Write a capture to this file, only for your eyes, instead of printing.") var save: String?

    func validate() throws {
        if id.isEmpty { throw ValidationError("Name the device: `labrador devices` lists them.") }
        if save != nil, options.json { throw ValidationError("--save writes a capture; leave out --json.") }
    }

    func run() async throws {
        try await withDaemon(options) { client in
            var output = try Output(command: self, clock: client.clock)
            var after: Int64 = 0
            while true {
                let page = try await page(client, after: after)
                try output.write(page)
                after = page.next
                if page.rows.count == Self.rowsPerRequest { continue }
                guard follow else { break }
                try await Task.sleep(for: Self.pause)
            }
            try output.finish()
        }
    }

    private func page(_ client: DaemonClient, after: Int64) async throws -> TracePage {
        let bytes = try await client.get(
            APIPath.trace(id), query: [("after", String(after)), ("limit", String(Self.rowsPerRequest))])
        return try JSONDecoder().decode(TracePage.self, from: Data(bytes))
    }

    /// Where the entries go: lines, JSON, or a file.
    private enum Output {
        case lines(TraceLines)
        case json
        case file(CaptureWriter, entries: Int, isBegun: Bool)

        init(command: DevicesTraceCommand, clock: WallClock) throws {
            if let path = command.save {
                self = .file(try CaptureWriter(path: path), entries: 0, isBegun: false)
            } else {
                self = command.options.json ? .json : .lines(TraceLines(clock: clock))
            }
        }

        mutating func write(_ page: TracePage) throws {
            switch self {
            case .lines(var lines):
                say(lines.lines(page))
                self = .lines(lines)
            case .json:
                if page.lost > 0 { printError("\(page.lost) entries are no longer kept.") }
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                for row in page.rows { StandardOutput.write(Array(try encoder.encode(row)) + [UInt8(ascii: "\n")]) }
            case .file(let file, let entries, let isBegun):
                try file.write(isBegun ? CaptureFile.lines(page) : CaptureFile.text(page))
                self = .file(file, entries: entries + page.rows.count, isBegun: true)
            }
        }

        func finish() throws {
            guard case .file(let file, let entries, _) = self else { return }
            try file.close()
            printError("\(entries) entries are in \(printable(file.path)). The file holds patient data.")
        }
    }
}
