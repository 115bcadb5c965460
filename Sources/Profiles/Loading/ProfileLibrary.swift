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
        /// The profile's folder.
        public var directory: String
        /// Its file.
        public var file: String { directory + "/profile.yaml" }
    }

    /// Where profiles are looked for, first to last.
    public let directories: [String]
    /// What was found, by id.
    public let entries: [Entry]
    private let byID: [String: Entry]

    /// Lists the directories; those that do not exist are passed over.
    ///
    /// Nothing is read yet.
    public init(directories: [String]) { self.init(directories, entries: Self.entries(in:)) }

    /// Lists folders each of which is a library, a maker's folder in one, or a profile's own.
    public init(insideOrAt folders: [String]) { self.init(folders, entries: Self.entries(insideOrAt:)) }

    private init(_ directories: [String], entries found: (String) -> [Entry]) {
        self.directories = directories
        var byID: [String: Entry] = [:]
        for entry in directories.flatMap(found) where byID[entry.id] == nil { byID[entry.id] = entry }
        self.byID = byID
        entries = byID.values.sorted { $0.id < $1.id }
    }

    /// The ids near one that is not there, nearest first; for "did you mean".
    public func idsNear(_ id: String) -> [String] { nearWords(id, entries.map(\.id)) }

    /// The directories of the configuration: `configured` alone if there are any, else `profiles/` beside the
    /// configuration file, `device-profiles/` in the working directory, and the system's.
    public static func standardDirectories(configured: [String], configurationFile: String?) -> [String] {
        let beside = configurationFile.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? "."
        if !configured.isEmpty { return configured.map { $0.hasPrefix("/") ? $0 : beside + "/" + $0 } }
        return [beside + "/profiles", "device-profiles", "/usr/share/labrador/device-profiles"]
    }

    /// Reads a profile.
    /// - Throws: its mistakes; or, for an unknown id, one mistake that names what there is.
    public func profile(id: String) throws(ConfigurationMistakes) -> Profile {
        guard let entry = byID[id] else {
            let suggestion = didYouMean(id, entries.map(\.id))
            let place = directories.isEmpty ? "no directory" : directories.joined(separator: ", ")
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: id, line: 1,
                    what: "there is no profile '\(id)' in \(place)"
                        + (suggestion.isEmpty ? "; `labrador profile list` shows what there is" : suggestion))
            ])
        }
        return try Self.read(entry)
    }

    /// A profile's file as it is written, for `labrador profile show`; nil for an unknown id.
    public func text(id: String) -> String? {
        byID[id].flatMap { FileManager.default.contents(atPath: $0.file) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads every profile and gives all mistakes of all of them.
    public func validate() -> [ConfigurationMistake] {
        entries.flatMap { entry -> [ConfigurationMistake] in
            do throws(ConfigurationMistakes) {
                _ = try Self.read(entry)
                return []
            } catch {
                return error.mistakes
            }
        }
    }

    /// Reads a profile from its text.
    public static func read(text: String, id: String, file: String) throws(ConfigurationMistakes) -> Profile {
        try ProfileReader.read(text, id: id, file: file)
    }

    private static func read(_ entry: Entry) throws(ConfigurationMistakes) -> Profile {
        guard let data = FileManager.default.contents(atPath: entry.file),
            let text = String(data: data, encoding: .utf8)
        else {
            throw ConfigurationMistakes([
                ConfigurationMistake(file: entry.file, line: 1, what: "the file cannot be read as UTF-8 text")
            ])
        }
        return try ProfileReader.read(text, id: entry.id, file: entry.file)
    }

    private static func entries(in directory: String) -> [Entry] {
        names(in: directory).flatMap { entries(of: $0, in: directory) }
    }

    /// The profiles of one maker.
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
