import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `labrador simulate hms`: a stand-in HMS that speaks FHIR.
struct SimulateHMS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hms",
        abstract: "A stand-in for the HMS: takes FHIR over HTTP, with faults on demand.",
        discussion: """
            Prints `listening on http://HOST:PORT` when it is ready; use http://HOST:PORT/fhir as the destination's url. \
            GET / shows the observations it has, GET /stats the counts, which are also printed at the end.
            """)

    @Option(help: "Address to listen at.") var host = "127.0.0.1"
    @Option(help: "Port; 0 takes any free one.") var port = 0
    @Option(help: ArgumentHelp("Share (0 to 1) answered 503.", valueName: "share")) var failRate = 0.0
    @Option(help: ArgumentHelp("Share refused with 422.", valueName: "share")) var rejectRate = 0.0
    @Option(help: ArgumentHelp("Share taken in, then closed without an answer.", valueName: "share")) var dropRate = 0.0
    @Option(help: ArgumentHelp("How long an answer takes.", valueName: "milliseconds")) var latency = 0
    @Option(
        help: ArgumentHelp(
            "Down (503) for some seconds, counted from the start; may be repeated.", valueName: "start:seconds"))
    var down: [String] = []
    @Option(help: ArgumentHelp("Append every body received to this file, a JSON object a line.", valueName: "file"))
    var log: String?

    func validate() throws {
        for (name, rate) in [("fail", failRate), ("reject", rejectRate), ("drop", dropRate)]
        where !(0...1).contains(rate) {
            throw ValidationError("--\(name)-rate is a share from 0 to 1, such as 0.1.")
        }
        guard failRate + rejectRate + dropRate <= 1 else {
            throw ValidationError("The three rates together are at most 1.")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535.") }
        guard (0...600_000).contains(latency) else { throw ValidationError("--latency is 0 to 600000 milliseconds.") }
        if let wrong = down.first(where: { HMSConfiguration.Outage($0) == nil }) {
            throw ValidationError(
                "--down is START:SECONDS, such as 10:30 for half a minute from second 10; not '\(wrong)'.")
        }
    }

    func run() async throws {
        var hms = HMSConfiguration()
        hms.host = host
        hms.port = port
        hms.failRate = failRate
        hms.rejectRate = rejectRate
        hms.dropRate = dropRate
        hms.latency = .milliseconds(latency)
        hms.outages = down.compactMap { HMSConfiguration.Outage($0) }
        hms.log = log
        let standIn = try StandInHMS(hms)
        var logger = Logger(label: "stand-in-hms")
        logger.logLevel = .error
        let group = ServiceGroup(services: [standIn], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
        print(standIn.summary)
    }
}
