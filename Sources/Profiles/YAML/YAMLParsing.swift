import Yams

extension YAMLNode {
    /// Most pieces a file may have, aliases written out: a hundred times the longest profile.
    static let nodeLimit = 200_000

    /// Parses a text; JSON is accepted, being YAML.
    /// - Returns: nil when the text holds nothing.
    /// - Throws: where it is no YAML.
    static func parse(_ text: String, file: String) throws(ConfigurationMistakes) -> YAMLNode? {
        do {
            // Without its rules for numbers and dates the parser is several times as fast; every value is read as text here.
            guard let node = try Yams.compose(yaml: plain(text), .basic) else { return nil }
            var budget = nodeLimit
            return try YAMLNode(node, file: file, line: 1, &budget)
        } catch let error as YamlError {
            throw ConfigurationMistakes([mistake(error, file, text)])
        } catch let error as ConfigurationMistakes {
            throw error
        } catch {
            throw ConfigurationMistakes([
                ConfigurationMistake(file: file, line: 1, what: "this is not YAML: \(error)")
            ])
        }
    }

    private init(_ node: Node, file: String, line: Int, _ budget: inout Int) throws(ConfigurationMistakes) {
        self.file = file
        budget -= 1
        if budget < 0 {
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: file, line: line,
                    what: "this file holds more than \(Self.nodeLimit) values; aliases count as often "
                        + "as they are used")
            ])
        }
        switch node {
        case .scalar(let scalar):
            self.line = scalar.mark?.line ?? line
            content = .scalar(scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let sequence):
            self.line = sequence.mark?.line ?? line
            var nodes: [YAMLNode] = []
            nodes.reserveCapacity(sequence.count)
            for node in sequence { nodes.append(try YAMLNode(node, file: file, line: self.line, &budget)) }
            content = .sequence(nodes)
        case .mapping(let mapping):
            self.line = mapping.mark?.line ?? line
            var entries: [Entry] = []
            entries.reserveCapacity(mapping.count)
            for (key, value) in mapping {
                let keyLine = key.mark?.line ?? self.line
                var value = try YAMLNode(value, file: file, line: keyLine, &budget)
                // A value written below its key is reported where it stands, a missing one at its key.
                if value.scalar == "" { value.line = keyLine }
                entries.append(Entry(key: key.scalar?.string, file: file, line: keyLine, value: value))
            }
            content = .mapping(entries, removed: [])
        case .alias(let alias):
            self.line = alias.mark?.line ?? line
            content = .scalar("*\(alias.anchor.rawValue)", isPlain: true)
        }
    }

    /// The text without a byte order mark and with bare line feeds, as some editors of Windows do not leave it; the
    /// parser would count the mark as a character of the first line's indentation.
    private static func plain(_ text: String) -> String {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return text.utf8.contains(0x0D) ? text.replacing("\r\n", with: "\n") : text
    }

    /// The line in which a key stands again, below its first one; nil where both are on one line.
    private static func again(_ key: String, after mark: Mark, in text: String) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated().dropFirst(mark.line) {
            let rest = line.dropFirst(mark.column - 1)
            guard line.prefix(mark.column - 1).allSatisfy({ $0 == " " }) else { continue }
            if [key, "'\(key)'", "\"\(key)\""].contains(where: { rest.hasPrefix("\($0):") }) { return index + 1 }
        }
        return nil
    }

    private static func mistake(_ error: YamlError, _ file: String, _ text: String) -> ConfigurationMistake {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationMistake(
                file: file, line: mark.line,
                what: "this is not YAML here: \(problem); check indentation, quotes and brackets")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationMistake(
                file: file, line: context.mark.line,
                what: "\(keys.map { "'\($0)'" }.joined(separator: ", ")) stands twice in one mapping"
                    + (again(keys[0], after: context.mark, in: plain(text)).map { ", again in line \($0)" } ?? "")
                    + "; keep one")
        case .reader(let problem, let offset, _, let text):
            ConfigurationMistake(
                file: file, line: text.prefix(offset ?? 0).count { $0.isNewline } + 1,
                what: "a character here cannot be read: \(problem)")
        default:
            ConfigurationMistake(file: file, line: 1, what: "this is not YAML: \(error)")
        }
    }
}
