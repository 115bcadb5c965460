import Console
import Core
import Dispatch
import Synchronization

/// C-ECHO to a configured modality, for `labrador echo`.
final class ModalityEcho: EchoPort {
    /// Echoes at a time, each of them a process.
    static let maxEchoes = 4

    private let section: DICOMSection
    private let running = Mutex(0)

    init(section: DICOMSection) { self.section = section }

    func echo(ae: String) async -> RequestOutcome {
        guard let modality = section.modalities.first(where: { $0.id == ae || $0.aeTitle == ae }) else {
            let known = section.modalities.map(\.aeTitle).joined(separator: ", ")
            return .refused("No modality '\(ae)' is configured. Configured: \(known.isEmpty ? "none" : known).")
        }
        guard !modality.host.isEmpty, let port = UInt16(exactly: modality.port) else {
            return .refused("Modality \(modality.id) has no `host` in the configuration, so it cannot be called.")
        }
        guard begin() else { return .refused("\(Self.maxEchoes) echoes are under way; try again in a moment.") }
        let request = EchoProcess.Request(
            host: modality.host, port: port, calledAETitle: modality.aeTitle, callingAETitle: section.aeTitle,
            tls: section.callTLS(modality))
        // It blocks its thread; Swift's own must not be.
        let answer = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: EchoProcess.run(request)) }
        }
        running.withLock { $0 -= 1 }
        if let milliseconds = answer.milliseconds { return .done("\(modality.id) answered in \(milliseconds) ms.") }
        return .refused(answer.failure ?? "\(modality.id) did not answer.")
    }

    private func begin() -> Bool {
        running.withLock { running in
            guard running < Self.maxEchoes else { return false }
            running += 1
            return true
        }
    }
}
