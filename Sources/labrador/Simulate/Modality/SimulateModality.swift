import ArgumentParser
import Core
import DICOM
import Foundation

/// `labrador simulate modality`: does what a modality does on its network side.
struct SimulateModality: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modality",
        abstract: "Acts as a modality: pulls its worklist, and on request performs what it finds there.",
        discussion: """
            --cycle query prints the worklist. --cycle procedure takes the first entry (with --count N the first N), \
            begins its performed procedure step (MPPS), stores made-up images if --store says where, and ends the step. \
            Keys of --key are attributes to match: 0010,0010=RAO* or 0040,0001=CT01; without a value they are only asked \
            for. Exit code 1: there was no association, a request was refused, or there was no entry to perform.
            """)

    /// What it does with its worklist.
    enum Cycle: String, ExpressibleByArgument, CaseIterable { case query, procedure }

    @Option(help: "Its own AE title.") var ae: String
    @Option(help: ArgumentHelp("Where the worklist is.", valueName: "host:port")) var to: String
    @Option(help: "The AE title called there.") var called = "LABRADOR"
    @Option(help: "Only entries of this modality.") var modality: String?
    @Option(help: "Only entries of these days: today, YYYYMMDD, YYYYMMDD-YYYYMMDD (either end may be open) or none.")
    var date = "none"
    @Option(help: ArgumentHelp("A key to match, or an attribute to ask for; may be repeated.", valueName: "tag=value"))
    var key: [String] = []
    @Option(help: "Specific Character Set of the query; none for plain ASCII.") var charset = "ISO_IR 192"
    @Option(help: "query or procedure.") var cycle = Cycle.query
    @Flag(help: "Give the step up (DISCONTINUED) in place of completing it.") var discontinue = false
    @Option(help: ArgumentHelp("Where performed procedure steps go, if not to the worklist's.", valueName: "host:port"))
    var mpps: String?
    @Option(help: "The AE title called there.") var mppsCalled: String?
    @Option(help: ArgumentHelp("Store images there.", valueName: "host:port")) var store: String?
    @Option(help: "The AE title called there.") var storeCalled = "PACS"
    @Option(help: "Images of a procedure.") var images = 1
    @Option(help: "Cancel the query after so many entries.") var cancelAfter: Int?
    @Option(
        help: ArgumentHelp("Go on, with a query every so often (60s, 5m), until Ctrl-C or --count.", valueName: "time"))
    var poll: String?
    @Option(help: "How many queries, or procedures; default 1, with --poll without end.") var count: Int?
    @Option(help: "Seconds an answer may take.") var timeout = 10
    @Flag(help: "Print JSON, one object a line.") var json = false

    /// Images a procedure may have.
    static let maxImages = 1_000
    /// Queries or procedures that may be counted.
    static let maxCount = 1_000_000

    func validate() throws {
        for (name, title) in [
            ("ae", ae), ("called", called), ("mpps-called", mppsCalled ?? called), ("store-called", storeCalled),
        ] where !Self.isTitle(title) {
            throw ValidationError("--\(name) is an AE title: 1 to 16 ASCII characters without backslash.")
        }
        for (name, place) in [("to", to), ("mpps", mpps ?? to), ("store", store ?? to)] {
            guard let address = SocketAddressText(place), address.port > 0 else {
                throw ValidationError("--\(name) \(place) is not of the form HOST:PORT.")
            }
        }
        if let poll, Self.seconds(poll) == nil {
            throw ValidationError("--poll \(poll) is no time from 1s to 24h; write 60s or 5m.")
        }
        guard (1...Self.maxImages).contains(images) else {
            throw ValidationError("--images is 1 to \(Self.maxImages).")
        }
        if let count, !(1...Self.maxCount).contains(count) {
            throw ValidationError("--count is 1 to \(Self.maxCount).")
        }
        if let cancelAfter, cancelAfter < 1 { throw ValidationError("--cancel-after is a number from 1.") }
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout is 1 to 600 seconds.") }
        guard isDate else {
            throw ValidationError("--date \(date) is none of today, YYYYMMDD, YYYYMMDD-YYYYMMDD and none.")
        }
        do throws(ModalityQuery.KeyError) {
            _ = try query()
        } catch {
            throw ValidationError("\(error).")
        }
    }

    func run() async throws {
        let setup = ModalitySetup(
            worklist: target(to, called), performedSteps: target(mpps ?? to, mppsCalled ?? called),
            archive: store.map { target($0, storeCalled) }, station: ae, discontinues: discontinue, images: images,
            performs: cycle == .procedure, cancelAfter: cancelAfter, poll: poll.flatMap { Self.seconds($0) },
            count: count)
        let words = ModalityWords(isJSON: json)
        let failure = await withCheckedContinuation { (done: CheckedContinuation<String?, Never>) in
            // It blocks, so it gets a thread outside Swift's pool.
            Thread {
                done.resume(returning: SimulatedModality(setup, words: words) { try? query() }.run())
            }.start()
        }
        if let failure { throw CommandFailure(failure) }
    }

    /// The query of this moment: `today` is another day tomorrow.
    private func query() throws(ModalityQuery.KeyError) -> ModalityQuery {
        var query = ModalityQuery(characterSet: charset == "none" ? "" : charset)
        if let modality { try query.match(modality: modality) }
        switch date {
        case "none": break
        case "today": try query.match(dates: SimulatedModality.now().date)
        default: try query.match(dates: date)
        }
        for key in key { try query.add(key: key) }
        return query
    }

    private var isDate: Bool {
        if date == "none" || date == "today" { return true }
        let ends = date.split(separator: "-", omittingEmptySubsequences: false)
        return ends.count <= 2 && ends.contains { !$0.isEmpty }
            && ends.allSatisfy { $0.isEmpty || DICOMDate($0) != nil }
    }

    private func target(_ place: String, _ title: String) -> EchoTarget {
        let address = SocketAddressText(place) ?? SocketAddressText(host: "", port: 0)
        var target = EchoTarget(
            host: address.host, port: UInt16(clamping: address.port), calledAETitle: title, callingAETitle: ae)
        target.connectTimeout = timeout
        target.answerTimeout = timeout
        return target
    }

    /// PS3.5 table 6.2-1, VR AE.
    private static func isTitle(_ title: String) -> Bool {
        !title.trimmingBlanks().isEmpty && title.utf8.count <= 16
            && title.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x5C }
    }

    /// `60s`, `5m` or `1h` in seconds, at most a day.
    private static func seconds(_ text: String) -> Int? {
        guard let scale = ["s": 1, "m": 60, "h": 3_600][text.suffix(1)], let number = Int(text.dropLast()),
            (1...86_400 / scale).contains(number)
        else { return nil }
        return number * scale
    }
}
