import ArgumentParser
import Core
import Foundation
import Links
import Profiles

/// `labrador simulate analyser`: speaks the analyser's side of a link.
struct SimulateAnalyser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyser",
        abstract: "Speaks as an analyser would: sends results, asks for orders, takes orders; and says how each fared.",
        discussion: """
            Without --results, --query and --receive it sends the results of the profile's own test cases. Exit code 1: \
            a message was not accepted, or a query brought no orders.

            \(SimulateLineOptions.faultHelp)
            """)

    @OptionGroup var line: SimulateLineOptions

    @Option(help: "A recording to send, framed or not, or a saved trace; by default the profile's own test cases.")
    var results: String?

    @Option(help: "Messages a second; by default as fast as they are acknowledged.")
    var rate: Double?

    @Option(name: .customLong("repeat"), help: "How often the messages are sent.")
    var rounds = 1

    @Option(
        help: ArgumentHelp(
            "Ask for the orders of this specimen; ALL for all of them. May be repeated.", valueName: "specimen"))
    var query: [String] = []

    @Option(
        defaultAsFlag: SimulateAnalyser.longestReceive,
        help: ArgumentHelp("Then stay and take the orders that are sent unasked.", valueName: "seconds"))
    var receive: Double?

    @Option(help: "How often a message or a query is tried; default 1, with --fault 5.")
    var tries: Int?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    /// Longest time to receive in seconds, and the default: a day.
    static let longestReceive: Double = 86_400
    /// How long the other side may take to connect or to open the line.
    static let connectTime = Duration.seconds(60)

    func validate() throws {
        if let rate, !(0.001...100_000).contains(rate) {
            throw ValidationError("--rate is a number of messages a second from 0.001 to 100000.")
        }
        if rounds < 1 { throw ValidationError("--repeat must be at least 1.") }
        if let tries, !(1...1_000).contains(tries) { throw ValidationError("--tries is 1 to 1000.") }
        if let receive, !(0...Self.longestReceive).contains(receive) {
            throw ValidationError("--receive is a number of seconds, at most 86400.")
        }
    }

    func run() async throws {
        let library = try CommandProfiles(folders: line.profiles)
        let profile = try library.profile(line.profile)
        let setup = try line.setup(profile, .analyser, library.facility)
        let messages = try messages(of: profile, in: library)
        if !query.isEmpty, !profile.answersQueries {
            throw CommandFailure("A device of profile \(profile.id) asks for no orders (`orders:` in its profile).")
        }
        let words = SimulationWords(isJSON: json)
        let station = try await line.open(setup) { news in words.tell(news) }
        guard await station.connected(within: Self.connectTime) else {
            throw CommandFailure("Nobody connected within \(Self.connectTime.components.seconds) s.")
        }
        let speaker = SimulatedSpeaker(
            station: station, words: words, tries: tries ?? (line.fault.isEmpty ? 1 : 5),
            retriesRefusals: profile.wire != .hl7)
        let refused = try await speaker.send(messages, rounds: rounds, rate: rate)
        let unanswered = await speaker.ask(query)
        if let receive { await Self.stay(at: station, for: .milliseconds(Int64(receive * 1_000))) }
        await station.close()
        if refused > 0 { throw CommandFailure("\(refused) of \(messages.count * rounds) messages were not accepted.") }
        if unanswered > 0 { throw CommandFailure("\(unanswered) of \(query.count) queries brought no orders.") }
    }

    /// Keeps the line open for a while, and connects again where it is lost.
    static func stay(at station: SimulatedStation, for time: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now + time
        while clock.now < end, await station.connected(within: end - clock.now) {
            do { try await clock.sleep(for: min(.milliseconds(200), end - clock.now)) } catch { return }
        }
    }

    private func messages(of profile: Profile, in library: CommandProfiles) throws -> [SimulatedMessage] {
        if results == nil, !query.isEmpty || receive != nil { return [] }
        let messages = try recordings(of: profile, in: library)
            .flatMap { SimulatedMessage.messages(in: $0, profile: profile) }
            // Test cases also hold queries, whose answers nobody would wait for.
            .filter { results != nil || profile.query(in: $0.content) == nil }
        guard messages.isEmpty else { return messages }
        throw CommandFailure(
            results.map { "There is no message to send in \($0)." }
                ?? "The test cases of \(profile.id) hold no results; name a recording with --results, or ask with --query."
        )
    }

    private func recordings(of profile: Profile, in library: CommandProfiles) throws -> [[UInt8]] {
        guard let results else { return try library.recordings(of: profile.id) }
        guard let data = FileManager.default.contents(atPath: results) else {
            throw CommandFailure("Cannot read \(results).")
        }
        do throws(CaptureMistake) {
            return try CaptureFile.recordings(in: Array(data))
        } catch {
            throw CommandFailure("\(results): \(error)")
        }
    }
}
