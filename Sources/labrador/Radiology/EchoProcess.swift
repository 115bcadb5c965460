import Core
import DICOM
import Foundation
import Glibc

/// A C-ECHO in a process of its own: what a modality answers is parsed by the toolkit, which must not run in the daemon
/// (architecture rule 11).
enum EchoProcess {
    /// The hidden command.
    static let command = "modality-echo"
    /// A file with the `Request`.
    static let request: Int32 = 3
    /// Write end of a pipe for the `Answer`.
    static let answer: Int32 = 4
    /// Longer than all of the echo's own time-outs together, seconds; then the process is killed.
    static let longestSeconds = 150
    /// Largest answer, bytes.
    static let maxAnswerBytes = 4096
    /// What the process may allocate, bytes.
    static let maxMemoryBytes = 256 * 1024 * 1024

    /// Whom to call.
    struct Request: Codable, Equatable {
        var host: String
        var port: UInt16
        var calledAETitle: String
        var callingAETitle: String
        var tls: EchoTLS?
    }

    /// How it went: either of the two.
    struct Answer: Codable, Equatable {
        var milliseconds: Int64?
        var failure: String?
    }

    /// Calls the peer; blocks its thread, on which the process depends, until there is an answer.
    static func run(_ request: Request) -> Answer {
        do throws(RadiologyProcessError) {
            return try ask(command, request)
        } catch {
            return Answer(failure: error.description)
        }
    }

    /// Starts the hidden command, hands it a request and waits for its answer, at most `longestSeconds`.
    static func ask<Asked: Encodable, Answered: Decodable>(
        _ command: String, _ request: Asked
    ) throws(RadiologyProcessError) -> Answered {
        let environment = RadiologyHandOver.environment
        let file = try HandedFile.make(request)
        defer { close(file) }
        let process: pid_t
        let told: (read: Int32, write: Int32)
        do throws(HelperProcess.SystemError) {
            told = try HelperProcess.pipe()
            defer { close(told.write) }
            do throws(HelperProcess.SystemError) {
                process = try HelperProcess.spawn(
                    arguments: ["labrador", command], environment: environment, descriptors: [file, told.write])
            } catch {
                close(told.read)
                throw error
            }
        } catch {
            throw RadiologyProcessError("the helper process cannot be started", code: error.code)
        }
        defer { close(told.read) }
        let bytes = readAll(told.read)
        // It has answered, hangs, or died of what the peer sent.
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard let answer = try? JSONDecoder().decode(Answered.self, from: Data(bytes)) else {
            throw RadiologyProcessError("the peer's answer could not be read to its end")
        }
        return answer
    }

    /// What comes until the end of file, the time or the size is reached.
    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(longestSeconds)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1024)
        while clock.now < end, bytes.count < maxAnswerBytes {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 1_000) > 0 else { continue }
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return bytes
    }
}
