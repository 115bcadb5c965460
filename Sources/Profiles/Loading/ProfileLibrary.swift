import Core
import Foundation

/// The device profiles that can be found, by id.
///
/// Directories are looked up in order and the first that has an id wins, so that a site can override what is shipped.
public struct ProfileLibrary: Sendable {
    /// A profile that was found.
    public struct Entry: Hashable, Sendable {
        /// Folder names joined.
        public var id: String
        /// Its file.
        public var file: String
        /// The profile's folder.
        public var directory: String { String(file.prefix(max(0, file.count - "/profile.yaml".count))) }

        init(id: String, file: String) {
            self.id = id
            self.file = file
        }

        init(id: String, directory: String) { self.init(id: id, file: directory + "/profile.yaml") }
    }

    /// Where profiles are looked for, first to last.
    public let directories: [String]
    /// What was found, by id.
    public let entries: [Entry]
    private let byID: [String: [Entry]]

    /// Lists the directories; those that do not exist are passed over.
    ///
    /// Nothing is read yet.
    public init(directories: [String]) { self.init(directories, entries: Self.entries(in:)) }

    /// Lists folders each of which is a library, a maker's folder in one, or a profile's own.
    /// - Parameter bases: Libraries in which only what those profiles extend is looked for.
    public init(insideOrAt folders: [String], bases: [String] = []) {
        self.init(folders, bases: bases, entries: Self.entries(insideOrAt:))
    }

    private init(_ directories: [String], bases: [String] = [], entries found: (String) -> [Entry]) {
        self.directories = directories
        var byID: [String: [Entry]] = [:]
        for entry in Self.passedOver(directories, found: directories.map(found))
        where byID[entry.id]?.contains(entry) != true {
            byID[entry.id, default: []].append(entry)
        }
        entries = byID.values.compactMap(\.first).sorted { $0.id < $1.id }
        for entry in bases.flatMap(Self.entries(in:))
        where byID[entry.id]?.contains(where: { $0.isSame(entry) }) != true {
            byID[entry.id, default: []].append(entry)
        }
        self.byID = byID
    }

    /// Every profile file there is, also those that others win over.
    public var files: [String] { byID.values.flatMap { $0.map(\.file) } }

    /// All profiles of one id, those that win first.
    func layers(of id: String) -> [Entry] { byID[id] ?? [] }

    /// The ids near one that is not there, nearest first; for "did you mean".
    public func idsNear(_ id: String) -> [String] { nearWords(id, byID.keys.sorted()) }

    /// The directories of the configuration: `configured` alone if there are any, else `profiles/` beside the
    /// configuration file, `device-profiles/` in the working directory, and the system's.
    public static func standardDirectories(configured: [String], configurationFile: String?) -> [String] {
        let beside = configurationFile.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? "."
        if !configured.isEmpty { return configured.map { $0.hasPrefix("/") ? $0 : beside + "/" + $0 } }
        return [beside + "/profiles", "device-profiles", "/usr/share/labrador/device-profiles"]
    }

    /// That the profiles which come with Labrador were not found, and where they were looked for; nil when they were.
    public var missingShipped: String? {
        if entries.contains(where: { $0.id.hasPrefix("generic-") }) { return nil }
        return "The profiles that come with Labrador were not found; looked at were "
            + "\(directories.isEmpty ? "no folders" : directories.joined(separator: ", ")). Name their folder with --profiles, "
            + "usually /usr/share/labrador/device-profiles."
    }

    /// Reads a profile.
    /// - Throws: its mistakes; or, for an unknown id, one mistake that names what there is.
    public func profile(id: String) throws(ConfigurationMistakes) -> Profile {
        guard let entry = byID[id]?.first else {
            let near = idsNear(id)
            let place = directories.isEmpty ? "no directory" : directories.joined(separator: ", ")
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: id, line: 1,
                    what: "there is no profile '\(id)' in \(place)"
                        + (near.isEmpty
                            ? "; `labrador profile list` shows what there is"
                            : ", did you mean '\(near[0])'?"
                                + (near.count > 1 ? " Near it too: \(near.dropFirst().joined(separator: ", "))" : "")))
            ])
        }
        return try read(entry)
    }

    /// A profile's file as it is written, for `labrador profile show`; nil for an unknown id.
    public func text(id: String) -> String? {
        byID[id]?.first.flatMap { FileManager.default.contents(atPath: $0.file) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads every profile, several at a time.
    /// - Returns: in the order of `entries`, each with its profile or its mistakes.
    public func readAll() -> [(entry: Entry, profile: Result<Profile, ConfigurationMistakes>)] {
        let read = inParallel(entries) { entry in
            Result { () throws(ConfigurationMistakes) in try self.read(entry) }
        }
        return zip(entries, read).map { ($0, $1) }
    }

    /// Reads every profile and gives all mistakes of all of them, each once.
    public func validate() -> [ConfigurationMistake] {
        ConfigurationMistakes(
            readAll().flatMap { _, profile -> [ConfigurationMistake] in
                if case .failure(let error) = profile { error.mistakes } else { [] }
            }
        ).mistakes
    }

    /// Reads a profile from its text.
    /// - Parameter library: where what it extends is found.
    public static func read(
        text: String, id: String, file: String, library: ProfileLibrary? = nil
    ) throws(ConfigurationMistakes) -> Profile {
        try ProfileReader.read(try ProfileTree(library: library).whole(text, id: id, file: file), id: id, file: file)
    }

    private func read(_ entry: Entry) throws(ConfigurationMistakes) -> Profile {
        try ProfileReader.read(try ProfileTree(library: self).whole(entry), id: entry.id, file: entry.file)
    }
}

// MARK: - Finding files

extension ProfileLibrary {
    private static func entries(in directory: String) -> [Entry] {
        names(in: directory).flatMap { entries(of: $0, in: directory) }
    }

    /// The entries of some folders in their order, with those whose file is lost where a later folder has the same id: a
    /// site's profile that cannot be read must not give way to another one in silence.
    private static func passedOver(_ directories: [String], found: [[Entry]]) -> [Entry] {
        zip(directories, found).enumerated().flatMap { index, folder -> [Entry] in
            let (directory, own) = folder
            let later = Set(found.dropFirst(index + 1).joined().map(\.id)).subtracting(own.map(\.id))
            if later.isEmpty { return own }
            let lost = names(in: directory).flatMap { maker -> [Entry] in
                if FileKind(directory + "/" + maker) == .lostLink {
                    return later.filter { $0.hasPrefix(maker + "-") }.sorted().map {
                        Entry(id: $0, directory: "\(directory)/\(maker)/\($0.dropFirst(maker.count + 1))")
                    }
                }
                return names(in: "\(directory)/\(maker)").compactMap { model in
                    let folder = "\(directory)/\(maker)/\(model)"
                    guard later.contains("\(maker)-\(model)"), FileKind(folder) != .file else { return nil }
                    return Entry(id: "\(maker)-\(model)", directory: folder)
                }
            }
            return own + lost
        }
    }

    private enum FileKind {
        case nothing, file, folder, lostLink

        init(_ path: String) {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
                self = isFolder.boolValue ? .folder : .file
            } else {
                self = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil ? .nothing : .lostLink
            }
        }
    }

    private static func entries(of maker: String, in directory: String) -> [Entry] {
        names(in: "\(directory)/\(maker)").compactMap { model in
            let entry = Entry(id: "\(maker)-\(model)", directory: "\(directory)/\(maker)/\(model)")
            return FileManager.default.fileExists(atPath: entry.file) ? entry : nil
        }
    }

    private static func entries(insideOrAt folder: String) -> [Entry] {
        let url = URL(fileURLWithPath: folder).standardizedFileURL
        let above = url.deletingLastPathComponent()
        if FileManager.default.fileExists(atPath: folder + "/profile.yaml") {
            let maker = above.lastPathComponent
            return entries(of: maker, in: above.deletingLastPathComponent().path)
                .filter { $0.id == "\(maker)-\(url.lastPathComponent)" }
        }
        let ofMaker = entries(of: url.lastPathComponent, in: above.path)
        return ofMaker.isEmpty ? entries(in: folder) : ofMaker
    }

    private static func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
}

extension ProfileLibrary.Entry {
    /// Whether both are one file, however its path is written.
    fileprivate func isSame(_ other: Self) -> Bool {
        id == other.id
            && URL(fileURLWithPath: file).standardizedFileURL == URL(fileURLWithPath: other.file).standardizedFileURL
    }
}
