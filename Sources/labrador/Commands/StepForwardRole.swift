import ArgumentParser
import Core
import DICOM
import Logging

/// The hidden command behind one request that is passed on; only `serve` starts it.
struct StepForwardRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StepForward.command, abstract: "One procedure step passed on by `serve`.", shouldDisplay: false)

    func run() async throws {
        try await HelperRole.answer(StepForward.Request.self) { StepForward.Answer(Self.pass($0)) }
    }

    private static func pass(_ request: StepForward.Request) -> StepPassing {
        let target = EchoTarget(
            host: request.host, port: request.port, calledAETitle: request.calledAETitle,
            callingAETitle: request.callingAETitle)
        let step = ProcedureStepRequest(
            operation: request.isCreate ? .create : .set, uid: request.uid, device: "",
            bytes: Array(request.bytes), transferSyntax: request.transferSyntax, received: wallClock())
        return StepPassing.run(
            step, to: target, logger: Logger(label: "labrador.forward", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
