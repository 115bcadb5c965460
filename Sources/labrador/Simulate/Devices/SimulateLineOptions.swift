import ArgumentParser
import Core
import Foundation
import Links
import NIOCore
import NIOPosix
import Profiles

/// What the simulated analyser and the simulated host have in common: a language, a place, and faults.
struct SimulateLineOptions: ParsableArguments {
    @Option(help: "The profile whose language it speaks.")
    var profile: String

    @Option(help: ArgumentHelp("Where to: tcp://HOST:PORT or serial:PATH.", valueName: "place"))
    var to: String?

    @Option(help: ArgumentHelp("Wait for the other side's connections there.", valueName: "host:port"))
    var listen: String?

    @Flag(help: "Make a pseudo-terminal and print its path on the first line.")
    var pty = false

    @Option(help: ArgumentHelp("Bits a second of a serial port.", valueName: "rate"))
    var baud = 9600

    @Option(
        help: ArgumentHelp(
            "Something that goes wrong (see FAULTS); may be repeated. Without N every 5th time.", valueName: "name[:N]")
    )
    var fault: [String] = []

    @Option(help: "Decides which of every N is struck; the same number gives the same course. Default: the N-th.")
    var seed: UInt64?

    @Flag(help: "All waiting times a twentieth of the standard's.")
    var fast = false

    @Flag(help: "Refuse whatever comes.")
    var refuse = false

    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    /// The last part of the help.
    static var faultHelp: String {
        let width = SimulatedFault.allCases.map(\.rawValue.count).max() ?? 0
        return "FAULTS:\n"
            + SimulatedFault.allCases.map { fault in
                "  " + fault.rawValue.padding(toLength: width + 2, withPad: " ", startingAt: 0) + fault.explanation
            }.joined(separator: "\n")
    }

    func validate() throws {
        guard [to != nil, listen != nil, pty].count(where: { $0 }) == 1 else {
            throw ValidationError("Say where: one of --to, --listen and --pty.")
        }
        guard SerialLink.bauds.contains(baud) else {
            throw ValidationError("--baud is one of \(SerialLink.bauds.map(String.init).joined(separator: ", ")).")
        }
        if let wrong = fault.first(where: { FaultRequest($0) == nil }) {
            let known = SimulatedFault.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--fault \(wrong) is not NAME or NAME:N, N from 1. Names are \(known).")
        }
    }

    /// The place that was named.
    func place() throws -> SimulatedPlace {
        if pty { return .pseudoTerminal }
        if let listen {
            guard let address = SocketAddressText(listen) else {
                throw CommandFailure("--listen \(listen) is not of the form HOST:PORT.", code: 2)
            }
            return .listen(host: address.host, port: address.port)
        }
        let to = to ?? ""
        if to.hasPrefix("serial:"), to.count > 7 {
            var link = SerialLink(port: String(to.dropFirst(7)))
            link.baud = baud
            return .serial(link)
        }
        guard to.hasPrefix("tcp://"), let address = SocketAddressText(String(to.dropFirst(6))) else {
            throw CommandFailure("--to \(to) is not of the form tcp://HOST:PORT or serial:PATH.", code: 2)
        }
        return .connect(host: address.host, port: address.port)
    }

    /// What the peer is made from.
    func setup(_ profile: Profile, _ role: SimulatedRole, _ facility: Facility) throws -> SimulatedStation.Setup {
        let faults = fault.compactMap { FaultRequest($0) }
        if let mistake = FaultRequest.mistake(in: faults, SimulatedSpeech(profile)) {
            throw CommandFailure(mistake, code: 2)
        }
        var setup = SimulatedStation.Setup(profile: profile, role: role, place: try place())
        setup.facility = facility
        setup.refuses = refuse
        setup.faults = faults
        setup.seed = seed
        setup.times = SimulatedTimes(fast: fast)
        return setup
    }

    /// Opens the place, and says where it is when the other side has to come.
    func open(
        _ setup: SimulatedStation.Setup, tell: @escaping @Sendable (SimulationNews) -> Void
    ) async throws -> SimulatedStation {
        let station: SimulatedStation
        do {
            station = try await SimulatedStation.open(
                setup, group: MultiThreadedEventLoopGroup.singleton, clock: Self.now, tell: tell)
        } catch let failure as NoSuchLine {
            throw CommandFailure(failure.sentence)
        } catch {
            throw CommandFailure(Self.words(error, setup.place))
        }
        switch setup.place {
        case .pseudoTerminal: say("pty \(station.address ?? "")\n")
        case .listen: say("listening on \(station.address ?? "")\n")
        case .connect, .serial: break
        }
        return station
    }

    /// The time as it is.
    static let now: @Sendable () -> Timestamp = {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    private static func words(_ error: any Error, _ place: SimulatedPlace) -> String {
        switch place {
        case .connect(let host, let port):
            "Cannot connect to tcp://\(authority(host, port)): \(reason(error)). Is the other side running, and is the "
                + "device configured?"
        case .listen(let host, let port): "Cannot listen on \(authority(host, port)): \(reason(error))."
        case .serial(let link): "\(link.port) cannot be opened: \(reason(error))."
        case .pseudoTerminal: "No pseudo-terminal can be had: \(reason(error))."
        }
    }

    /// The system's words for a connection that failed, without the library's around them.
    private static func reason(_ error: any Error) -> String {
        let tries = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        guard let failed = tries.lazy.compactMap({ $0 as? IOError }).first else { return "\(error)" }
        return String(cString: strerror(failed.errnoCode))
    }
}
