import ArgumentParser
import DICOM
import Foundation
import Glibc
import Logging

/// The hidden command behind one C-ECHO; only `serve` starts it.
struct ModalityEchoRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: EchoProcess.command, abstract: "One C-ECHO of `serve`.", shouldDisplay: false)

    func run() async throws {
        let request: EchoProcess.Request
        do throws(RadiologyProcessError) {
            try RadiologyChild.tieToParent()
            request = try HandedFile.read(EchoProcess.Request.self, from: EchoProcess.request)
            try RadiologyChild.boundMemory(bytes: EchoProcess.maxMemoryBytes)
        } catch {
            throw CommandFailure("\(error)")
        }
        let target = EchoTarget(
            host: request.host, port: request.port, calledAETitle: request.calledAETitle,
            callingAETitle: request.callingAETitle, tls: request.tls)
        let answer = await withCheckedContinuation { (done: CheckedContinuation<EchoProcess.Answer, Never>) in
            // It blocks, so it gets a thread outside Swift's pool.
            Thread { done.resume(returning: Self.answer(target)) }.start()
        }
        let bytes = try JSONEncoder().encode(answer)
        let written = bytes.withUnsafeBytes { write(EchoProcess.answer, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw CommandFailure("the daemon does not listen") }
    }

    private static func answer(_ target: EchoTarget) -> EchoProcess.Answer {
        let logger = Logger(label: "labrador.echo", factory: { _ in SwiftLogNoOpLogHandler() })
        switch Echo.run(target, logger: logger) {
        case .success(let took): return EchoProcess.Answer(milliseconds: Int64(took / .milliseconds(1)))
        case .failure(let why): return EchoProcess.Answer(failure: String(why.prefix(500)))
        }
    }
}
