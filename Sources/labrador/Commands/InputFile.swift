import Foundation

/// Reads a file that a command is given: a plain one, `-` for standard input, a pipe (`<(…)`) or `/dev/stdin`.
enum InputFile {
    /// Bytes a file may have.
    static let maximumBytes = 1 << 30
    /// Bytes read at once.
    private static let chunkBytes = 1 << 20

    /// A recording, which must hold something.
    static func recording(_ path: String) throws -> [UInt8] {
        let bytes = try read(path)
        if bytes.isEmpty {
            throw CommandFailure(
                "\(path == "-" ? "Standard input" : path) is empty. Record what the device sends, for example with "
                    + "`labrador devices trace`, and try again.")
        }
        return bytes
    }

    static func read(_ path: String) throws -> [UInt8] {
        let handle: FileHandle
        if path == "-" {
            handle = .standardInput
        } else {
            do {
                handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            } catch {
                throw CommandFailure("\(path) cannot be read; does it exist, and may you read it?")
            }
        }
        var bytes: [UInt8] = []
        do {
            // A pipe has no size to ask for: it is read to its end.
            while let chunk = try handle.read(upToCount: chunkBytes), !chunk.isEmpty {
                bytes += chunk
                guard bytes.count <= maximumBytes else {
                    throw CommandFailure("\(path) is longer than \(maximumBytes >> 20) MiB; that is more than is read.")
                }
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(path) cannot be read; is it a file, and not a folder?")
        }
        return bytes
    }
}
