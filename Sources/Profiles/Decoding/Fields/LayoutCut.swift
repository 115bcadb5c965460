/// The fields that a layout cuts out of a unit, or out of a result inside one.
struct LayoutCut {
    /// Its record's name; `unit|3` for one that fits no record.
    var at: String
    var record: String
    var fields: [String: String]
    /// What no field covers, with its place; looked for only where people are told.
    var rest: [(place: String, text: String)] = []
}

extension FieldRoles {
    /// What each field of a device of blocks is used for.
    func uses(of cuts: [LayoutCut]) -> [FieldUse] {
        cuts.flatMap { cut in
            cut.fields.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { name, text in
                FieldUse(at: cut.at, path: name, text: Self.shown(text), uses: words(field: name))
            }
                + cut.rest.map { place, text in
                    FieldUse(at: cut.at, path: place, text: Self.shown(trimmed(text)), uses: [])
                }
        }
    }

    private static func shown(_ text: String) -> String {
        text.count > FieldUse.textLimit ? text.prefix(FieldUse.textLimit) + "…" : text
    }
}
