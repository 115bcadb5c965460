import CDCMTK
import Glibc

/// How a peer is called over TLS.
public struct EchoTLS: Sendable, Hashable, Codable {
    /// Our certificate and whom we trust.
    public var own: AssociationTLS
    /// The certificate the peer must show; nil for any that is trusted.
    public var pin: CertificatePin?

    /// A set-up.
    public init(own: AssociationTLS, pin: CertificatePin? = nil) {
        self.own = own
        self.pin = pin
    }

    /// Throws which file is of no use.
    func handle(host: String) throws(TLSFileFault) -> TLSHandle {
        var address = in_addr()
        // A certificate is looked at for names, and not for addresses, which few have.
        return try TLSHandle(client: own, pin: pin, serverName: inet_pton(AF_INET, host, &address) == 1 ? nil : host)
    }
}

/// Why a call came to no association.
struct CallFailure: Error {
    /// Result of A-ASSOCIATE-RJ (PS3.8 table 9-21): 1 permanent, 2 transient; 0 when none came.
    var rejection: UInt16 = 0
    /// What happened, without naming the peer.
    var why: String
}

/// Calling a peer.
extension EchoTarget {
    /// Opens an association, proposing each of the SOP classes with all the transfer syntaxes.
    func call(
        proposing classes: [String], _ syntaxes: [TransferSyntax], limits: RadiologyLimits
    ) throws(CallFailure) -> Association {
        let handle: TLSHandle?
        do throws(TLSFileFault) {
            handle = try tls?.handle(host: host)
        } catch {
            throw CallFailure(why: "a file of dicom.tls cannot be used: \(error.why)")
        }
        var pointer: OpaquePointer?
        var problem = cdcmtk_problem()
        let outcome = withCStrings(classes) { names in
            withCStrings(syntaxes.map(\.rawValue)) { syntaxNames in
                cdcmtk_request(
                    host, port, callingAETitle, calledAETitle, names, classes.count, syntaxNames, syntaxes.count,
                    UInt32(clamping: max(1, connectTimeout)), limits.bridge, handle?.pointer, &pointer, &problem)
            }
        }
        guard outcome == CDCMTK_OK, let pointer else { throw failure(outcome, problem) }
        let association = Association(pointer)
        association.loadContexts()
        return association
    }

    private func failure(_ outcome: cdcmtk_outcome, _ problem: cdcmtk_problem) -> CallFailure {
        switch outcome {
        case CDCMTK_REJECTED:
            CallFailure(
                rejection: problem.reject_result,
                why: PeerText.rejected(
                    result: problem.reject_result, source: problem.reject_source, reason: problem.reject_reason))
        case CDCMTK_TLS_FAILED: CallFailure(why: PeerText.handshake(problem.sentence, isServer: false))
        case _ where tls == nil && PeerText.isTLSRecord(problem.firstBytes):
            CallFailure(why: "it speaks TLS there; configure `tls` for it, or call its clear port")
        default: CallFailure(why: problem.sentence)
        }
    }
}
