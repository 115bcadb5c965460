/// Something wrong in a file that people write: a profile or the configuration.
public struct ConfigurationMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as the user named it.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// What is wrong, and what would be right.
    public var what: String

    /// A mistake.
    public init(file: String, line: Int, what: String) {
        self.file = file
        self.line = line
        self.what = what
    }

    /// `FILE:LINE: what is wrong, and what would be right`.
    public var description: String { "\(file):\(line): \(what)" }
}

/// All the mistakes of one or more files, in the order they stand there.
public struct ConfigurationMistakes: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var mistakes: [ConfigurationMistake]

    /// Sorted by file and line, each once.
    public init(_ mistakes: [ConfigurationMistake]) {
        var seen: Set<ConfigurationMistake> = []
        self.mistakes = mistakes.filter { seen.insert($0).inserted }
            .enumerated().sorted {
                ($0.element.file, $0.element.line, $0.offset) < ($1.element.file, $1.element.line, $1.offset)
            }
            .map(\.element)
    }

    /// One mistake a line.
    public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
