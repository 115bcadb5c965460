import Core
import Foundation

/// The folder that holds the database and its lock.
struct StoreFolder: Sendable {
    /// The folder.
    let url: URL
    /// The database file in it.
    var database: URL { url.appendingPathComponent("labrador.sqlite") }
    /// The lock file of the daemon.
    var lock: URL { url.appendingPathComponent("labrador.lock") }

    /// Creates folder (0700) and database file (0600) as needed: patients' data is nobody else's to read.
    func prepare() throws(StoreError) {
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .refused("the folder \(url.path) cannot be created: \(error.localizedDescription)")
        }
        // SQLite gives the log and its index the permissions of the database file.
        let descriptor = open(database.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .refused("\(database.path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
        // After a power cut a file that no folder names is lost, whatever was synced into it.
        try Self.sync(url)
        try Self.sync(url.deletingLastPathComponent())
    }

    private static func sync(_ folder: URL) throws(StoreError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A parent that this account may not read is not ours to sync: the folder was there before.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .storageFailed("the folder \(folder.path) cannot be synced: \(String(cString: strerror(errno)))")
        }
    }
}

/// The lock of the one daemon that writes to a folder.
///
/// The system lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or says who has it.
    init(_ folder: StoreFolder) throws(StoreError) {
        let path = folder.lock.path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .refused("\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = (try? String(contentsOf: folder.lock, encoding: .utf8))?.trimmingBlanks() ?? ""
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw .refused("\(path) cannot be locked: \(String(cString: strerror(reason)))")
            }
            throw .refused(
                "another Labrador\(holder.isEmpty ? "" : " (process \(holder))") already uses \(folder.url.path). "
                    + "Stop it first, or give this one another folder in store.path.")
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        // The number only makes the refusal above clearer; the lock holds without it.
        if ftruncate(descriptor, 0) == 0 { _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }
    }

    deinit { close(descriptor) }
}
