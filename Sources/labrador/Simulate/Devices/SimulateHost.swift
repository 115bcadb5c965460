import ArgumentParser
import Console
import Core
import Foundation
import Links
import Profiles

/// `labrador simulate host`: speaks the host's side of a link, without a daemon and without a store.
struct SimulateHost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "A host to try an analyser against: acknowledges results, answers queries, sends orders.",
        discussion: """
            Nothing is stored: what comes is acknowledged, printed in one line and forgotten (--save keeps the bytes). \
            It runs until Ctrl-C, or for --seconds.

            \(SimulateLineOptions.faultHelp)
            """)

    @OptionGroup var line: SimulateLineOptions

    @Option(help: ArgumentHelp("Orders to answer queries from, as JSON (one object or a list).", valueName: "file"))
    var orders: String?

    @Flag(help: "Send all orders of the file as soon as the analyser is connected.")
    var sendOrders = false

    @Option(help: ArgumentHelp("Append every message received to this file, its framing undone.", valueName: "file"))
    var save: String?

    @Option(help: "End after so many seconds.")
    var seconds: Double?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func validate() throws {
        if sendOrders, orders == nil { throw ValidationError("--send-orders needs --orders FILE.") }
        if let seconds, !(0...SimulateAnalyser.longestReceive).contains(seconds) {
            throw ValidationError("--seconds is at most 86400.")
        }
    }

    func run() async throws {
        let library = try CommandProfiles(folders: line.profiles)
        let profile = try library.profile(line.profile)
        if sendOrders, !profile.canDownload {
            throw CommandFailure(
                "A device of profile \(profile.id) takes no orders unasked (`orders:` in its profile).")
        }
        let work = try workOrders(library.facility)
        let setup = try line.setup(profile, .host(orders: work, sendsOrders: sendOrders), library.facility)
        let words = SimulationWords(isJSON: json)
        let file = try save.map { try AppendedFile($0) }
        let station = try await line.open(setup) { news in
            words.tell(news)
            switch news {
            case .message(let bytes, _, _), .query(let bytes, _, _, _): file?.append(bytes)
            case .connected, .disconnected, .answered, .orders, .order, .undelivered: break
            }
        }
        if !json { say("Nothing is stored: what comes is acknowledged, shown and forgotten.\n") }
        let time = Duration.milliseconds(Int64((seconds ?? SimulateAnalyser.longestReceive) * 1_000))
        await SimulateAnalyser.stay(at: station, for: time)
        await station.close()
    }

    private func workOrders(_ facility: Facility) throws -> [WorkOrder] {
        guard let orders else { return [] }
        let now = SimulateLineOptions.now()
        let json = try InputFile.read(orders)
        do throws(IntakeRefusal) {
            let changes = try orderChanges(json: json, facility: facility)
            return changes.enumerated().compactMap { index, change in
                guard case .place(let order) = change else { return nil }
                return WorkOrder(number: Int64(index + 1), order: order, received: now)
            }
        } catch {
            let lines = error.mistakes.map { "\(orders): \(printable($0.sentence))" }
            throw CommandFailure(lines.joined(separator: "\n"))
        }
    }
}

/// A file that grows by what is received; on one event loop.
final class AppendedFile: Sendable {
    private let handle: FileHandle
    private let path: String

    init(_ path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw CommandFailure("\(path) cannot be written.") }
        }
        do {
            handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
        } catch {
            throw CommandFailure("\(path) cannot be written.")
        }
        self.path = path
    }

    func append(_ bytes: [UInt8]) {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            printError("\(path) cannot be written any more; this message is not in it.")
        }
    }
}
