import NIOSSL

/// What is wrong with the files a destination names, told before it is opened.
extension FHIRConfiguration {
    /// Why a token file cannot be used; nil when it can.
    public static func fault(inTokenFile file: String) -> String? {
        do {
            _ = try BearerToken(file: file)
            return nil
        } catch {
            return error.why
        }
    }

    /// Why a certificate file cannot be used; nil when it can.
    public static func fault(inTrustFile file: String) -> String? {
        do {
            _ = try trustedCertificates(in: file)
            return nil
        } catch {
            return error.why
        }
    }

    /// The certificates of a PEM file, at least one.
    static func trustedCertificates(in file: String) throws(DestinationError) -> [NIOSSLCertificate] {
        let certificates = try? NIOSSLCertificate.fromPEMFile(file)
        guard let certificates, !certificates.isEmpty else {
            throw .certificates(file: file, why: "no certificate could be read from it")
        }
        return certificates
    }
}

extension DestinationError {
    fileprivate var why: String {
        switch self {
        case .address(let url): url
        case .token(_, let why), .certificates(_, let why): why
        }
    }
}
