/// Compares texts line by line, as `diff -u` shows it.
enum LineDifference {
    /// Lines of a text that are compared one by one; longer texts are compared from their first difference on.
    private static let limit = 600
    /// Equal lines shown around a difference.
    private static let context = 2

    /// A unified diff, `-` what is expected and `+` what came out; empty for equal texts.
    ///
    /// The line end at the very end does not count.
    static func unified(_ wanted: [UInt8], _ found: [UInt8], file: String) -> [String] {
        let (left, right) = (lines(wanted), lines(found))
        if left == right { return [] }
        return ["--- \(file), expected", "+++ \(file), now"] + hunks(edits(left, right))
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var bytes = bytes[...]
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
    }

    /// A line with what becomes of it.
    private typealias Edit = (mark: Character, line: String)

    private static func edits(_ left: [String], _ right: [String]) -> [Edit] {
        let head = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.dropFirst(head).reversed(), right.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let (a, b) = (Array(left[head..<(left.count - tail)]), Array(right[head..<(right.count - tail)]))
        let same = { (lines: ArraySlice<String>) in lines.map { Edit(" ", $0) } }
        return same(left.prefix(head)) + middle(a, b) + same(left.suffix(tail))
    }

    /// By the longest common subsequence.
    private static func middle(_ a: [String], _ b: [String]) -> [Edit] {
        guard a.count <= limit, b.count <= limit else { return a.map { ("-", $0) } + b.map { ("+", $0) } }
        var length = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : max(length[i + 1][j], length[i][j + 1])
            }
        }
        var (i, j) = (0, 0)
        var edits: [Edit] = []
        while i < a.count || j < b.count {
            if i < a.count, j < b.count, a[i] == b[j] {
                edits.append((" ", a[i]))
                (i, j) = (i + 1, j + 1)
            } else if j == b.count || (i < a.count && length[i + 1][j] >= length[i][j + 1]) {
                edits.append(("-", a[i]))
                i += 1
            } else {
                edits.append(("+", b[j]))
                j += 1
            }
        }
        return edits
    }

    private static func hunks(_ edits: [Edit]) -> [String] {
        let changed = edits.indices.filter { edits[$0].mark != " " }
        var shown: Set<Int> = []
        for index in changed { shown.formUnion(max(0, index - context)...min(edits.count - 1, index + context)) }
        var out: [String] = []
        var (left, right, isOpen) = (0, 0, false)
        for (index, edit) in edits.enumerated() {
            if edit.mark != "+" { left += 1 }
            if edit.mark != "-" { right += 1 }
            guard shown.contains(index) else {
                isOpen = false
                continue
            }
            if !isOpen { out.append("@@ line \(edit.mark == "+" ? right : left) @@") }
            isOpen = true
            out.append("\(edit.mark)\(edit.line)")
        }
        return out
    }
}
