import Core

extension DecodeReport.Message {
    /// What said something and was used by nothing, in a sentence; each place once, whatever the number of its lines.
    func unusedSentence(width: Int) -> [String] {
        var order: [String] = []
        var found: [String: (text: String, count: Int, differs: Bool)] = [:]
        for use in fields where use.uses.isEmpty {
            if let known = found[use.path] {
                found[use.path] = (known.text, known.count + 1, known.differs || known.text != use.text)
            } else {
                order.append(use.path)
                found[use.path] = (use.text, 1, false)
            }
        }
        if order.isEmpty { return [] }
        let places = order.compactMap { path in
            found[path].map { place in
                let text = Self.cut(place.text, 24)
                let times = place.count == 1 ? "" : place.differs ? " and \(place.count - 1) more" : " ×\(place.count)"
                return "\(path) '\(text)'\(times)"
            }
        }
        return hung("Not used: \(places.joined(separator: ", ")).", width: width)
    }

    /// Every field with what it was used for, a line each.
    func fieldTable(width: Int) -> [String] {
        let at = fields.map(\.at.count).max() ?? 0
        let path = fields.map(\.path.count).max() ?? 0
        let uses = fields.map { $0.uses.isEmpty ? "not used" : $0.uses.joined(separator: ", ") }
        let use = min(uses.map(\.count).max() ?? 0, 40)
        return zip(fields, uses).map { field, words in
            let head = "  \(padded(field.at, at))  \(padded(field.path, path))  \(padded(words, use))  "
            return head + Self.cut(field.text, max(8, width - head.count))
        }
    }

    private static func cut(_ text: String, _ most: Int) -> String {
        text.count > most ? text.prefix(most - 1) + "…" : text
    }
}

/// A text filled with blanks to a width.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// Breaks a sentence at blanks, two blanks before its first line and four before the others; a longer word stands on a
/// line of its own.
func hung(_ sentence: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = " "
    for word in sentence.split(separator: " ", omittingEmptySubsequences: true) {
        if line.count + 1 + word.count > width, !line.allSatisfy({ $0 == " " }) {
            lines.append(line)
            line = "   "
        }
        line += " \(word)"
    }
    lines.append(line)
    return lines
}
