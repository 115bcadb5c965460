import NIOCore
import NIOSSL

/// A TLS set-up that is ready for connections: the files of a `LinkTLS`, read and found to fit together.
struct TLSContext: Sendable {
    let role: LinkTLS.Role
    private let context: NIOSSLContext
    /// The name the server must have; nil where it is known by its address alone.
    private let serverName: String?

    /// - Parameter host: The host connected to; its name is looked for in the certificate unless another is configured.
    init(_ tls: LinkTLS, host: String?) throws(TLSFault) {
        role = tls.role
        context = try tls.context()
        serverName = tls.serverName ?? host.flatMap { IPAddress($0) == nil ? $0 : nil }
    }

    /// The handler of one connection.
    func handler() throws -> any ChannelHandler {
        switch role {
        case .server: NIOSSLServerHandler(context: context)
        case .client: try NIOSSLClientHandler(context: context, serverHostname: serverName)
        }
    }
}

/// What is wrong with the files of a `LinkTLS`.
public struct TLSFault: Error, Sendable, Equatable {
    /// Which of its files.
    public enum File: Sendable, Equatable { case certificate, key, trust }

    /// The file concerned.
    public let file: File
    /// What is wrong and what to do, as the end of a sentence.
    public let why: String
}

extension LinkTLS {
    /// What is wrong with the files, each looked at by itself and then together; empty when they are of use.
    public func faults() -> [TLSFault] {
        var faults: [TLSFault] = []
        func note(_ read: () throws(TLSFault) -> Void) {
            do throws(TLSFault) { try read() } catch { faults.append(error) }
        }
        note { () throws(TLSFault) in _ = try certificates(certificateFile, .certificate) }
        note { () throws(TLSFault) in _ = try key() }
        note { () throws(TLSFault) in _ = try certificates(trustFile, .trust) }
        if faults.isEmpty { note { () throws(TLSFault) in _ = try context() } }
        return faults
    }

    fileprivate func context() throws(TLSFault) -> NIOSSLContext {
        let chain = try certificates(certificateFile, .certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try key().map { NIOSSLPrivateKeySource.privateKey($0) }
        let trusted = try certificates(trustFile, .trust)
        var configuration: TLSConfiguration
        switch role {
        case .server:
            guard let key, !chain.isEmpty else {
                throw TLSFault(file: .certificate, why: "a listener needs a certificate and its key")
            }
            configuration = .makeServerConfiguration(certificateChain: chain, privateKey: key)
            // Which address a device has is the business of `allow`.
            if !trusted.isEmpty { configuration.certificateVerification = .noHostnameVerification }
        case .client:
            configuration = .makeClientConfiguration()
            configuration.certificateChain = chain
            configuration.privateKey = key
        }
        if !trusted.isEmpty { configuration.trustRoots = .certificates(trusted) }
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFault(file: .key, why: "it is not the key of the certificate in \(certificateFile ?? "the file")")
        }
    }

    private func certificates(_ file: String?, _ kind: TLSFault.File) throws(TLSFault) -> [NIOSSLCertificate] {
        guard let file else { return [] }
        let found = try? NIOSSLCertificate.fromPEMFile(file)
        guard let found, !found.isEmpty else {
            throw TLSFault(
                file: kind, why: "no certificate could be read from it; it must be PEM, and readable for this user")
        }
        return found
    }

    private func key() throws(TLSFault) -> NIOSSLPrivateKey? {
        guard let keyFile else { return nil }
        do {
            return try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw TLSFault(
                file: .key,
                why:
                    "no private key could be read from it; it must be PEM without a pass phrase, and readable for this "
                    + "user")
        }
    }
}
