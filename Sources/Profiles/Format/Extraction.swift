/// Where a text is found and how it is tidied: the places are tried in order, the first that gives something wins.
struct Extraction: Hashable, Sendable {
    /// A place, and when it counts.
    struct Source: Hashable, Sendable {
        /// The place, or the first of several that make one text.
        var path: FieldPath
        /// All must hold.
        var conditions: [Condition] = []
        /// The places after the first whose texts are joined to its.
        var joined: [FieldPath] = []
        /// What stands between joined texts.
        var separator = " "
    }

    var sources: [Source]
    /// What is done to a text that was found.
    var tidying = Tidying()

    /// Plain paths.
    init(_ paths: String...) { sources = paths.compactMap { FieldPath($0).map { Source(path: $0) } } }
    /// Fields of a layout.
    init(fields names: String...) { sources = names.compactMap { FieldPath(field: $0).map { Source(path: $0) } } }
    /// The same, and then two fields of a layout joined, where the first of them says something.
    func or(field: String, joined: String) -> Extraction {
        guard let first = FieldPath(field: field), let second = FieldPath(field: joined) else { return self }
        var both = self
        both.sources.append(Source(path: first, conditions: [Condition(first, .empty(false))], joined: [second]))
        return both
    }

    init(sources: [Source]) { self.sources = sources }

    /// Trims and tidies; nil when nothing is left.
    func tidied(_ raw: String?) -> String? { tidying.tidied(raw) }
}
