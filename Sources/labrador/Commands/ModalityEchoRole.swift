import ArgumentParser
import DICOM
import Logging

/// The hidden command behind one C-ECHO; only `serve` starts it.
struct ModalityEchoRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: EchoProcess.command, abstract: "One C-ECHO of `serve`.", shouldDisplay: false)

    func run() async throws {
        try await HelperRole.answer(EchoProcess.Request.self) { request in
            Self.answer(
                EchoTarget(
                    host: request.host, port: request.port, calledAETitle: request.calledAETitle,
                    callingAETitle: request.callingAETitle, tls: request.tls))
        }
    }

    private static func answer(_ target: EchoTarget) -> EchoProcess.Answer {
        let logger = Logger(label: "labrador.echo", factory: { _ in SwiftLogNoOpLogHandler() })
        switch Echo.run(target, logger: logger) {
        case .success(let took): return EchoProcess.Answer(milliseconds: Int64(took / .milliseconds(1)))
        case .failure(let why): return EchoProcess.Answer(failure: String(why.prefix(500)))
        }
    }
}
