import ArgumentParser
import Core
import DICOM
import Foundation
import Glibc
import Logging

/// The hidden command behind one request that is passed on; only `serve` starts it.
struct StepForwardRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: StepForward.command, abstract: "One procedure step passed on by `serve`.", shouldDisplay: false)

    func run() async throws {
        let request: StepForward.Request
        do throws(RadiologyProcessError) {
            try RadiologyChild.tieToParent()
            request = try HandedFile.read(StepForward.Request.self, from: EchoProcess.request)
            try RadiologyChild.boundMemory(bytes: EchoProcess.maxMemoryBytes)
        } catch {
            throw CommandFailure("\(error)")
        }
        let answer = await withCheckedContinuation { (done: CheckedContinuation<StepPassing, Never>) in
            // It blocks, so it gets a thread outside Swift's pool.
            Thread { done.resume(returning: Self.pass(request)) }.start()
        }
        let bytes = try JSONEncoder().encode(StepForward.Answer(answer))
        let written = bytes.withUnsafeBytes { write(EchoProcess.answer, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw CommandFailure("the daemon does not listen") }
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
