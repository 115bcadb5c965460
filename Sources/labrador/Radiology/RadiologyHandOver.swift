import Core
import DICOM
import Foundation
import Glibc

/// What the daemon hands to the radiology process: descriptors at agreed numbers and its own process id.
enum RadiologyHandOver {
    /// The hidden command.
    static let command = "radiology"
    /// The listening socket.
    ///
    /// The daemon keeps it open, so that modalities queue while the process is restarted.
    static let listeningSocket: Int32 = 3
    /// Read end of a pipe whose write end only the daemon holds: end of file means that the process is to end, or that
    /// the daemon is gone.
    static let lifeline: Int32 = 4
    /// Write end of a pipe: one byte says that the process serves; end of file that it is gone.
    static let status: Int32 = 5
    /// A file with the configuration as it was checked at the start.
    ///
    /// The process must come back whatever became of the configuration file meanwhile.
    static let settings: Int32 = 6
    /// The listening socket for TLS, where there is one.
    static let tlsSocket: Int32 = 7
    /// Names the daemon's process id in the environment.
    static let parentVariable = "LABRADOR_RADIOLOGY_PARENT"
    /// What a process started from here finds in its environment.
    ///
    /// Swift's own report of a crash is switched off: it would keep a dead process for half a minute, while modalities
    /// wait for the next one, and write memory into the log that may be about patients.
    static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment[parentVariable] = String(getpid())
        environment["SWIFT_BACKTRACE"] = "enable=no"
        return environment
    }
    /// The byte that says it.
    static let ready = UInt8(ascii: "R")
    /// The byte that says that peers can still be let in.
    static let alive = UInt8(ascii: "A")
    /// The byte that says that something was stored that destinations wait for.
    static let stored = UInt8(ascii: "D")
    /// Between two of them, seconds.
    static let secondsBetweenSigns: UInt32 = 2
}

/// What the radiology process is told.
struct RadiologySettings: Codable, Equatable {
    /// Folder of the store.
    var storePath: String
    /// What it serves, and whom.
    var configuration: RadiologyConfiguration
    /// Where performed procedure steps go.
    var steps: ProcedureStepSettings

    init(_ section: DICOMSection, storePath: String, facility: Facility, destinations: [DestinationID]) {
        self.storePath = storePath
        steps = ProcedureStepSettings(
            facility: facility, destinations: destinations, forwards: section.mpps.forwards.map(\.destination),
            idleSeconds: section.mpps.idle.components.seconds)
        configuration = RadiologyConfiguration(
            aeTitle: section.aeTitle,
            modalities: section.modalities.map { modality in
                var told = RadiologyModality(id: modality.id, caller: section.caller(modality), rules: modality.rules)
                told.worklist = section.profile(modality)
                told.characterSets = section.characterSets(modality)
                return told
            })
        for (index, modality) in section.modalities.enumerated() {
            configuration.modalities[index].mpps = modality.mpps
        }
        configuration.timeZone = facility.timeZone
        configuration.limits = section.limits
        configuration.ignoresCase = section.ignoresCase
        configuration.tls = section.tls?.files
        configuration.stationRules = section.stationRules
    }
}

/// Values handed to a process of ours in a nameless file.
enum HandedFile {
    /// The descriptor to hand over.
    static func make<Value: Encodable>(_ value: Value) throws(RadiologyProcessError) -> Int32 {
        guard let bytes = try? JSONEncoder().encode(value) else {
            throw RadiologyProcessError("the settings cannot be written down")
        }
        do throws(HelperProcess.SystemError) {
            return try HelperProcess.memoryFile(Array(bytes))
        } catch {
            throw RadiologyProcessError("the settings cannot be handed over", code: error.code)
        }
    }

    /// What was handed over.
    ///
    /// From the beginning, wherever an earlier process that shared the file stopped reading.
    static func read<Value: Decodable>(_ type: Value.Type, from descriptor: Int32) throws(RadiologyProcessError)
        -> Value
    {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &part, part.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        guard let value = try? JSONDecoder().decode(type, from: Data(bytes)) else {
            throw RadiologyProcessError("this command is for `labrador serve`, which starts it itself; run that")
        }
        return value
    }
}

/// Something of the operating system that did not work, with what it said.
struct RadiologyProcessError: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, code: Int32? = nil) {
        description = code.map { "\(what): \(String(cString: strerror($0)))" } ?? what
    }
}
