import ArgumentParser
import Core
import Foundation
import Links
import NIOCore
import NIOPosix
import Profiles

/// `labrador simulate analyser`: speaks the analyser's side of a link.
struct SimulateAnalyser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyser",
        abstract: "Sends messages as an analyser would, and says how each was answered.")

    @Option(help: "The profile whose language it speaks.")
    var profile: String

    @Option(help: "Where to: tcp://HOST:PORT.")
    var to: String

    @Option(help: "A recording to send, framed or not; by default the profile's own test cases.")
    var results: String?

    @Option(help: "Messages a second; by default as fast as they are acknowledged.")
    var rate: Double?

    @Option(name: .customLong("repeat"), help: "How often the messages are sent.")
    var rounds = 1

    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    func validate() throws {
        if let rate, !(0.001...100_000).contains(rate) {
            throw ValidationError("--rate is a number of messages a second from 0.001 to 100000.")
        }
        if rounds < 1 { throw ValidationError("--repeat must be at least 1.") }
    }

    func run() async throws {
        let library = try CommandProfiles(folders: profiles)
        let profile = try library.profile(profile)
        let address = try Self.address(to)
        let messages = try recordings(of: profile, in: library)
            .flatMap { SimulatedMessage.messages(in: $0, wire: profile.wire) }
        guard !messages.isEmpty else {
            throw CommandFailure("There is no message to send in \(results ?? "its test cases").")
        }
        let simulator: AnalyserSimulator
        do {
            simulator = try await .connect(
                host: address.host, port: address.port, wire: profile.wire,
                group: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure(
                "Cannot connect to \(to): \(Self.reason(error)). Is the daemon running, and the device configured?")
        }
        let failures = try await send(messages, over: simulator)
        await simulator.close()
        if failures > 0 {
            throw CommandFailure("\(failures) of \(messages.count * rounds) messages were not accepted.")
        }
    }

    /// The system's words for a connection that failed, without the library's around them.
    private static func reason(_ error: any Error) -> String {
        let tries = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        guard let failed = tries.lazy.compactMap({ $0 as? IOError }).first else { return "\(error)" }
        return String(cString: strerror(failed.errnoCode))
    }

    private func send(_ messages: [SimulatedMessage], over simulator: AnalyserSimulator) async throws -> Int {
        var failures = 0
        var number = 0
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<rounds {
            for message in messages {
                if let rate { try await clock.sleep(until: start + .seconds(Double(number) / rate)) }
                number += 1
                let began = clock.now
                switch try await simulator.send(message) {
                case .accepted:
                    say("message \(number): accepted in \(milliseconds(clock.now - began)) ms\n")
                case .refused(let why), .lost(let why):
                    failures += 1
                    say("message \(number): not accepted: \(why)\n")
                }
            }
        }
        return failures
    }

    private func recordings(of profile: Profile, in library: CommandProfiles) throws -> [[UInt8]] {
        guard let results else { return try library.recordings(of: profile.id) }
        guard let data = FileManager.default.contents(atPath: results) else {
            throw CommandFailure("Cannot read \(results).")
        }
        return [Array(data)]
    }

    private static func address(_ text: String) throws -> SocketAddressText {
        guard text.hasPrefix("tcp://"), let address = SocketAddressText(String(text.dropFirst(6))) else {
            throw CommandFailure("--to \(text) is not of the form tcp://HOST:PORT.", code: 2)
        }
        return address
    }

    private func milliseconds(_ duration: Duration) -> String {
        let micros = duration.wholeMicroseconds
        return "\(micros / 1_000).\(micros % 1_000 / 100)"
    }
}
