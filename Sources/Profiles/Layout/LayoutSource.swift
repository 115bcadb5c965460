/// The fields around one result of a device of blocks, by name.
struct LayoutSource: FieldSource {
    /// Of the result itself, and what held when it was read.
    var own: [String: String]
    /// Of the specimen as a whole.
    var shared: [String: String]

    init(own: [String: String] = [:], shared: [String: String]) {
        self.own = own
        self.shared = shared
    }

    private func text(_ name: String) -> String? { own[name] ?? shared[name] }

    func repeats(_ path: FieldPath) -> Int { text(path) == nil ? 0 : 1 }

    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String? {
        number == 1 && component == 1 ? path.fieldName.flatMap(text) : nil
    }

    func components(_ path: FieldPath, repeat number: Int) -> Int { 1 }

    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]] {
        path.fieldName.flatMap(text).map { [[$0]] } ?? []
    }

    func byteCount(_ path: FieldPath) -> Int { path.fieldName.flatMap(text)?.utf8.count ?? 0 }

    var componentMark: String { " " }
    var repeatMark: String { " " }
}
