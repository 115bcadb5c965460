import Foundation

/// Finds the files of a profile: its own and, where it says `extends`, those it is laid over.
struct ProfileTree {
    /// Most profiles laid over each other.
    static let depthLimit = 8

    /// Most bytes of one file.
    static let sizeLimit = 1 << 20

    let library: ProfileLibrary?

    /// The file a path leads to: the size of a link is no file's.
    private static func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// What a profile says once it is laid over what it extends.
    struct Whole {
        var node: YAMLNode
        var mistakes: [ConfigurationMistake] = []
        /// Its own file first, then its base's, and so on.
        var files: [ProfileFile] = []
    }

    /// Reads the file of a profile that was found.
    func whole(_ entry: ProfileLibrary.Entry) throws(ConfigurationMistakes) -> Whole {
        try whole(entry, over: [])
    }

    /// Reads a profile from its text.
    func whole(_ text: String, id: String, file: String) throws(ConfigurationMistakes) -> Whole {
        try whole(text, ProfileLibrary.Entry(id: id, file: file), over: [])
    }

    private func whole(
        _ entry: ProfileLibrary.Entry, over above: [ProfileLibrary.Entry]
    ) throws(ConfigurationMistakes) -> Whole {
        func refusal(_ what: String) -> ConfigurationMistakes {
            ConfigurationMistakes([ConfigurationMistake(file: entry.file, line: 1, what: what)])
        }
        guard FileManager.default.fileExists(atPath: entry.file) else {
            throw refusal(
                "this file cannot be found or read (a link that leads nowhere, or a folder without profile.yaml), and a later "
                    + "folder's '\(entry.id)' is not taken in its place: put the file back, or take the folder away")
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: Self.real(entry.file))[.size]) as? Int ?? 0
        if size > Self.sizeLimit {
            throw refusal(
                "a profile has at most \(Self.sizeLimit) bytes, and this file has \(size); is it another file?")
        }
        guard let data = FileManager.default.contents(atPath: entry.file),
            let text = String(data: data, encoding: .utf8)
        else {
            throw refusal("the file cannot be read as UTF-8 text")
        }
        return try whole(text, entry, over: above)
    }

    private func whole(
        _ text: String, _ entry: ProfileLibrary.Entry, over above: [ProfileLibrary.Entry]
    ) throws(ConfigurationMistakes) -> Whole {
        let node = try YAMLNode.parse(text, file: entry.file) ?? .empty(file: entry.file)
        let own = ProfileFile(path: entry.file, text: text)
        guard let extends = node.entry("extends") else { return Whole(node: node, files: [own]) }
        let chain = above + [entry]
        let base = try whole(try base(of: entry, extends, chain), over: chain)
        var overlay = ProfileOverlay()
        let merged = try overlay.merged(node, onto: base.node)
        return Whole(node: merged, mistakes: base.mistakes + overlay.mistakes, files: [own] + base.files)
    }

    private func base(
        of entry: ProfileLibrary.Entry, _ extends: YAMLNode.Entry, _ chain: [ProfileLibrary.Entry]
    ) throws(ConfigurationMistakes) -> ProfileLibrary.Entry {
        func refusal(_ what: String) -> ConfigurationMistakes {
            ConfigurationMistakes([
                ConfigurationMistake(file: extends.value.file, line: extends.value.line, what: "extends: \(what)")
            ])
        }
        guard let id = extends.value.scalar, !extends.value.isNull else {
            throw refusal("the id of the profile that this one is laid over belongs here, such as sysmex-xn")
        }
        guard let library else { throw refusal("there are no profile folders here in which '\(id)' could be found") }
        let found = library.layers(of: id)
        // A profile's own id means the next folder that has it.
        let place = id == entry.id ? found.firstIndex(of: entry).map { $0 + 1 } ?? 0 : 0
        guard place < found.count else {
            let folders = library.directories.joined(separator: ", ")
            if id == entry.id {
                throw refusal(
                    "'\(id)' is this profile itself, and no folder after its own has another of that id (\(folders))")
            }
            let near = library.idsNear(id)
            throw refusal(
                "there is no profile '\(id)' in \(folders); "
                    + (near.isEmpty
                        ? "`labrador profile list` shows what there is" : "near it: \(near.joined(separator: ", "))"))
        }
        let base = found[place]
        if let first = chain.firstIndex(of: base) {
            let circle = (chain[first...].map(\.id) + [base.id]).joined(separator: " → ")
            throw refusal("this goes round in a circle: \(circle); take one 'extends' out")
        }
        if chain.count >= Self.depthLimit {
            throw refusal(
                "more than \(Self.depthLimit) profiles are laid over each other: \(chain.map(\.id).joined(separator: " → ")); "
                    + "extend a base directly")
        }
        return base
    }
}

/// A file a profile was read from.
public struct ProfileFile: Hashable, Sendable {
    /// Its path as it was opened.
    public let path: String
    /// Differs when the content differs, within one run of the program.
    let digest: Int

    init(path: String, text: String) {
        self.path = path
        digest = text.hashValue
    }
}
