import Foundation
import Glibc

/// What the hidden commands behind `EchoProcess.ask` have in common: tied to the daemon and bounded in memory they take one
/// request and give one answer.
enum HelperRole {
    /// `work` blocks, so it gets a thread outside Swift's pool.
    static func answer<Request: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ type: Request.Type, _ work: @escaping @Sendable (Request) -> Answer
    ) async throws {
        let request: Request
        do throws(RadiologyProcessError) {
            try RadiologyChild.tieToParent()
            request = try HandedFile.read(type, from: EchoProcess.request)
            try RadiologyChild.boundMemory(bytes: EchoProcess.maxMemoryBytes)
        } catch {
            throw CommandFailure("\(error)")
        }
        let answer = await withCheckedContinuation { (done: CheckedContinuation<Answer, Never>) in
            Thread { done.resume(returning: work(request)) }.start()
        }
        let bytes = try JSONEncoder().encode(answer)
        let written = bytes.withUnsafeBytes { write(EchoProcess.answer, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw CommandFailure("the daemon does not listen") }
    }
}
