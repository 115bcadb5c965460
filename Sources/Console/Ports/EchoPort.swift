import Core

/// What the console asks of the radiology side: C-ECHO (DICOM PS3.4 annex A) to a configured peer.
public protocol EchoPort: Sendable {
    /// Verifies the connection to a modality or archive.
    ///
    /// - Parameter ae: Its configured id or its AE title.
    /// - Returns: `done` when it answered, else why it did not and what to look at.
    func echo(ae: String) async -> RequestOutcome
}
