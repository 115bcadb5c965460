import Foundation
import Profiles

/// Profiles in a folder that is gone with its owner.
final class TemporaryProfiles {
    let path: String

    /// - Parameter profiles: by `maker/model`.
    init(_ profiles: [String: String]) throws {
        path = NSTemporaryDirectory() + "labrador-profiles-\(UInt64.random(in: .min ... .max))"
        for (folder, text) in profiles { try write(text, to: "\(folder)/profile.yaml") }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var library: ProfileLibrary { ProfileLibrary(directories: [path]) }

    func write(_ text: String, to file: String) throws {
        let url = URL(fileURLWithPath: "\(path)/\(file)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ file: String) throws -> String { try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }
}
