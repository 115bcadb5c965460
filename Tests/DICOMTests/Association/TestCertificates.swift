import Foundation
import Testing

@testable import DICOM

/// Certificates made for one test with openssl: an authority, what it issued, and some that stand alone.
final class TestCertificates: Sendable {
    static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")
    private static let key = "ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

    let folder: String

    /// - Parameter names: those the authority issues one for.
    init(_ names: String...) throws {
        folder = NSTemporaryDirectory() + "certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try openssl("req -x509 -newkey \(Self.key) -days 2 -subj /CN=Authority -keyout ca.key -out ca.pem")
        let configuration = """
            [ca]
            default_ca = here
            [here]
            database = index.txt
            new_certs_dir = .
            default_md = sha256
            policy = names
            rand_serial = yes
            unique_subject = no
            copy_extensions = copy
            [names]
            commonName = supplied

            """
        try configuration.write(toFile: file("ca.cnf"), atomically: true, encoding: .utf8)
        try "".write(toFile: file("index.txt"), atomically: true, encoding: .utf8)
        for name in names { try issue(name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// `name.pem` and `name.key`, issued by the authority for this machine.
    func issue(_ name: String, from start: String = "20200101000000Z", to end: String = "20991231000000Z") throws {
        try openssl(
            "req -new -newkey \(Self.key) -subj /CN=\(name) -addext subjectAltName=DNS:localhost,IP:127.0.0.1 "
                + "-keyout \(name).key -out \(name).csr")
        try openssl(
            "ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -startdate \(start) "
                + "-enddate \(end) -in \(name).csr -out \(name).pem")
    }

    /// `name.pem` and `name.key` that nobody has issued.
    func selfSigned(_ name: String, key: String = TestCertificates.key) throws {
        try openssl("req -x509 -newkey \(key) -days 2 -subj /CN=\(name) -keyout \(name).key -out \(name).pem")
    }

    func file(_ name: String) -> String { folder + "/" + name }

    func pin(_ name: String) throws -> CertificatePin {
        let text = try openssl("x509 -noout -fingerprint -sha256 -in \(name).pem")
        let print = text.split(separator: "=").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return try #require(CertificatePin("sha256:" + print))
    }

    func tls(
        _ name: String = "server", trust: String? = "ca", _ asked: AssociationTLS.ClientCertificate = .required
    ) -> AssociationTLS {
        AssociationTLS(
            certificateFile: file(name + ".pem"), keyFile: file(name + ".key"),
            trustFile: trust.map { file($0 + ".pem") }, clientCertificate: asked)
    }

    /// For pynetdicom.
    func peer(_ name: String? = nil, _ more: [String: String] = [:]) -> [String: String] {
        var settings = ["trust": file("ca.pem")].merging(more) { $1 }
        if let name { (settings["certificate"], settings["key"]) = (file(name + ".pem"), file(name + ".key")) }
        return settings
    }

    @discardableResult
    private func openssl(_ arguments: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.arguments = arguments.split(separator: " ").map(String.init)
        let out = Pipe()
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments)")
        return String(decoding: text, as: UTF8.self)
    }
}
