import DICOM
import Foundation
import Glibc
import Logging

/// Looks at the files of `dicom.tls`: a renewed certificate is taken without a restart, and one that ends is told.
///
/// Belongs to one thread.
final class CertificateWatch {
    /// What changes with a file.
    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var bytes: Int
        var seconds: Int
        var nanoseconds: Int
        /// Owner and permissions count too.
        var changed: Int
        var changedNanoseconds: Int

        /// Nil for a file that is not there: it may be on its way.
        init?(_ path: String) {
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            (device, inode, bytes) = (UInt64(found.st_dev), UInt64(found.st_ino), Int(found.st_size))
            (seconds, nanoseconds) = (found.st_mtim.tv_sec, found.st_mtim.tv_nsec)
            (changed, changedNanoseconds) = (found.st_ctim.tv_sec, found.st_ctim.tv_nsec)
        }
    }

    /// Between two warnings of the same, seconds.
    private static let secondsBetweenWarnings: TimeInterval = 86_400

    private let tls: AssociationTLS
    private let logger: Logger
    private var stamps: [Stamp?]
    private var warned: Date?

    init(_ tls: AssociationTLS, logger: Logger) {
        self.tls = tls
        self.logger = logger
        stamps = Self.stamps(tls)
    }

    private static func stamps(_ tls: AssociationTLS) -> [Stamp?] {
        [tls.certificateFile, tls.keyFile, tls.trustFile].compactMap { $0 }.map { Stamp($0) }
    }

    /// Takes files that have changed.
    ///
    /// Where only one of two is there yet, the certificate or its key, they do not fit, and the next look takes both.
    func look(_ server: RadiologyServer) {
        warn()
        let now = Self.stamps(tls)
        guard now != stamps, now.allSatisfy({ $0 != nil }) else { return }
        stamps = now
        do {
            try server.renewTLS()
            warned = nil
            logger.notice("the files of dicom.tls have changed and are in use")
        } catch {
            logger.warning("the files of dicom.tls have changed and are of no use, the old ones stay: \(error)")
        }
    }

    private func warn() {
        let now = Date()
        if let warned, now.timeIntervalSince(warned) < Self.secondsBetweenWarnings { return }
        warned = now
        if let words = CertificateLifetime(tls)?.warning(now: now) { logger.warning("\(words)") }
    }
}
