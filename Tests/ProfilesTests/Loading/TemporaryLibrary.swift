import Foundation
import Profiles

/// Profile folders of a test, below a folder of their own that goes when the test is over.
final class TemporaryLibrary {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("profiles-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Writes `<folder>/<maker>/<model>/profile.yaml`.
    func write(_ place: String, _ text: String) throws {
        let folder = "\(root)/\(place)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/profile.yaml"))
    }

    /// The library of these folders, first to last.
    func library(_ folders: String...) -> ProfileLibrary {
        ProfileLibrary(directories: folders.map { "\(root)/\($0)" })
    }

    /// The mistakes of a profile, without the folder of this test.
    func mistakes(_ id: String, in library: ProfileLibrary) -> [String] {
        do throws(ConfigurationMistakes) {
            _ = try library.profile(id: id)
            return []
        } catch {
            return error.mistakes.map { $0.description.replacingOccurrences(of: root + "/", with: "") }
        }
    }
}
