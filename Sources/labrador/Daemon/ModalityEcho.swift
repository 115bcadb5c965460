import Console
import Core
import DICOM
import Dispatch
import Logging

/// C-ECHO to a configured modality, for `labrador echo`.
struct ModalityEcho: EchoPort {
    let section: DICOMSection
    let logger: Logger

    func echo(ae: String) async -> RequestOutcome {
        guard let modality = section.modalities.first(where: { $0.id == ae || $0.aeTitle == ae }) else {
            let known = section.modalities.map(\.aeTitle).joined(separator: ", ")
            return .refused("No modality '\(ae)' is configured. Configured: \(known.isEmpty ? "none" : known).")
        }
        guard !modality.host.isEmpty, let port = UInt16(exactly: modality.port) else {
            return .refused("Modality \(modality.id) has no `host` in the configuration, so it cannot be called.")
        }
        let target = EchoTarget(
            host: modality.host, port: port, calledAETitle: modality.aeTitle, callingAETitle: section.aeTitle)
        let logger = logger
        // The toolkit blocks its thread; Swift's own must not be.
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Echo.run(target, logger: logger)) }
        }
        switch result {
        case .success(let took): return .done("\(modality.id) answered in \(took.wholeMicroseconds / 1_000) ms.")
        case .failure(let why): return .refused(why)
        }
    }
}
