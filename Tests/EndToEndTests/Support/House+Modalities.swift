import Foundation

extension House {
    /// Says more of a modality than the house does by itself: members of its entry in the configuration, before the
    /// daemon starts.
    func modality(_ aeTitle: String, _ more: String) throws {
        try rewrite("ae_title: \(aeTitle), ", as: "ae_title: \(aeTitle), \(more), ")
    }

    /// Adds modalities, a line each, before the daemon starts.
    func add(modalities lines: String) throws {
        let entries = lines.split(separator: "\n").map { "    - \($0)\n" }.joined()
        try rewrite("  modalities:\n", as: "  modalities:\n" + entries)
    }

    /// Answers to another AE title than LABRADOR.
    func answer(to aeTitle: String) throws { try rewrite("  ae_title: LABRADOR\n", as: "  ae_title: \(aeTitle)\n") }

    private func rewrite(_ old: String, as new: String) throws {
        let text = try String(contentsOfFile: config, encoding: .utf8)
        guard text.contains(old) else { throw TestFailure("'\(old)' is not in the configuration") }
        try text.replacingOccurrences(of: old, with: new).write(toFile: config, atomically: true, encoding: .utf8)
    }

    /// Imports orders, one JSON list; throws unless all are placed.
    func importOrders(_ json: String, count: Int) async throws {
        let file = try folder.write(json, to: "orders.json")
        let imported = try await command("orders", "import", file)
        guard imported.code == 0, imported.out.hasPrefix("\(count) placed") else {
            throw TestFailure("orders: \(imported.out) \(imported.err)")
        }
    }
}
