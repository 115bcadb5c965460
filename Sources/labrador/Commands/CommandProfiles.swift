import Console
import Core
import Foundation
import Profiles

/// The profiles a command without daemon can name, and the hospital whose zone and systems it reads with.
struct CommandProfiles {
    let library: ProfileLibrary
    let facility: Facility

    /// Folders given on the command line come first, then those of the configuration, else the usual ones.
    ///
    /// - Parameter config: A configuration's file; without one and without folders the same is taken as `serve` takes, if
    ///   it is there.
    init(folders: [String], config: String? = nil) throws {
        let file = config ?? (folders.isEmpty ? ConfigurationFile.found : nil)
        let configuration = try file.map { try ConfigurationFile.load($0, readsProfilesOnly: true) }
        facility = configuration?.facility ?? Facility()
        library = ProfileLibrary(
            directories: folders
                + (configuration?.profileFolders
                    ?? ProfileLibrary.standardDirectories(configured: [], configurationFile: nil)))
    }

    /// A profile, or the reason why there is none.
    func profile(_ id: String) throws -> Profile {
        guard library.entries.contains(where: { $0.id == id }) else { throw CommandFailure(unknown(id)) }
        do throws(ConfigurationMistakes) {
            return try library.profile(id: id)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private func unknown(_ id: String) -> String {
        let near = library.idsNear(id)
        let hint =
            near.isEmpty
            ? "`labrador profile list` shows what there is." : "Near it: \(near.joined(separator: ", "))."
        return "There is no profile '\(printable(id))' in \(library.directories.joined(separator: ", ")). \(hint)"
    }

    /// The recordings of a profile's test cases, without those that are meant to be refused and those about orders.
    func recordings(of id: String) throws -> [[UInt8]] {
        guard let entry = library.entries.first(where: { $0.id == id }) else { return [] }
        return try ProfileCase.cases(of: entry).filter(\.holdsResults).map { test in
            do throws(CaseFault) {
                return try test.capture().bytes
            } catch {
                throw CommandFailure(error.what)
            }
        }
    }
}
