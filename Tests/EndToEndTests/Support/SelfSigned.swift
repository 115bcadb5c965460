import Foundation

/// A certificate that vouches for itself, made with openssl for one test.
struct SelfSigned: Sendable {
    static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let certificate: String
    let key: String
    /// As `tls.pin` has it.
    let pin: String

    /// In `folder`, for `days` from now.
    init(_ name: String, in folder: TemporaryFolder, days: Int = 2) async throws {
        certificate = "\(folder.path)/\(name).pem"
        key = "\(folder.path)/\(name).key"
        let made = try await run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                "\(days)",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
        guard made.code == 0 else { throw TestFailure("openssl req: \(made.err)") }
        let print = try await run(
            "/usr/bin/openssl", ["x509", "-noout", "-fingerprint", "-sha256", "-in", certificate])
        let digits = print.out.split(separator: "=").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        pin = "sha256:" + digits
    }
}
