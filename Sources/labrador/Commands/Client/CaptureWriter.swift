import Console
import Foundation
import Glibc

/// A new file that only its owner may read, since a capture holds patient data.
struct CaptureWriter {
    let path: String
    private let handle: FileHandle

    /// Creates the file, or empties one that is there.
    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // One that was there may have been open to others.
        guard fchmod(descriptor, 0o600) == 0 else { throw Self.failure(path) }
    }

    func write(_ text: String) throws {
        do { try handle.write(contentsOf: Data(text.utf8)) } catch { throw Self.failure(path) }
    }

    func close() throws {
        do { try handle.close() } catch { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(printable(path)) cannot be written: \(String(cString: strerror(errno))).")
    }
}
