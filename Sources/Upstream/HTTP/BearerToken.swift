import Core
import NIOConcurrencyHelpers

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A bearer token (RFC 6750) that lives in a file and may be replaced there while we run.
final class BearerToken: Sendable {
    /// Bytes of a token file that are read.
    static let limit = 16_384

    private let file: String
    private let header: NIOLockedValueBox<String>

    /// Reads the file.
    init(file: String) throws(DestinationError) {
        self.file = file
        header = NIOLockedValueBox(try Self.read(file))
    }

    /// The value of the `Authorization` header.
    var authorization: String { header.withLockedValue { $0 } }

    /// Reads the file again after `refused` was refused; whether there is another token now.
    func refresh(after refused: String) -> Bool {
        // A file that cannot be read now (it is just being replaced) leaves the refused token in place: the lane stops
        // with the server's 401, and reads again at its next probe.
        guard let fresh = try? Self.read(file) else { return false }
        return header.withLockedValue { current in
            current = fresh
            return fresh != refused
        }
    }

    private static func read(_ file: String) throws(DestinationError) -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw .token(
                file: file, why: "it cannot be read; check that it exists and that Labrador's user may read it")
        }
        guard data.count <= limit else { throw .token(file: file, why: "it has more than \(limit) bytes") }
        let token = String(decoding: data, as: UTF8.self).trimmingBlanks()
        guard !token.isEmpty else { throw .token(file: file, why: "it is empty") }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .token(file: file, why: "a token is one word of printable ASCII characters")
        }
        return "Bearer \(token)"
    }
}
