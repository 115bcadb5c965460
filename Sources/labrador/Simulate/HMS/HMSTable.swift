import Core
import Upstream

/// The Observations as a plain table, newest first, values as they came.
struct HMSTable {
    private static let columns = ["MRN", "ACCESSION", "TEST", "VALUE", "UNIT", "FLAGS", "STATUS", "VERSION", "RESULT"]

    /// The table.
    static func text(of records: HMSRecords, limit: Int) -> String {
        let observations = records.records.filter { $0.type == "Observation" }
        var rows = [columns]
        rows += observations.suffix(limit).reversed().map { row(for: $0, in: records) }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }.joined().trimmingBlanksAtEnd
        }
        let counts = records.counts
        return "Stand-in HMS: \(counts.unique) observations (\(counts.received) received, \(counts.duplicates) again, "
            + "\(counts.corrections) corrected)\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private static func row(for record: HMSRecords.Record, in records: HMSRecords) -> [String] {
        let resource = record.resource
        let specimen = resource["specimen"]?["reference"]?.text.flatMap { records.read($0)?.resource }
        let flags = (resource["interpretation"]?.elements ?? []).compactMap {
            $0["coding"]?.elements.first?["code"]?.text
        }
        return [
            resource["subject"]?["identifier"]?["value"]?.text ?? "",
            specimen?["accessionIdentifier"]?["value"]?.text ?? "",
            resource["code"]?["text"]?.text ?? resource["code"]?["coding"]?.elements.first?["code"]?.text ?? "",
            value(of: resource), resource["valueQuantity"]?["unit"]?.text ?? "", flags.joined(separator: ","),
            resource["status"]?.text ?? "", String(record.version),
            String((resource["identifier"]?.elements.first?["value"]?.text ?? "").prefix(8)),
        ].map { $0.replacing("\n", with: " ") }
    }

    private static func value(of resource: JSONValue) -> String {
        if let quantity = resource["valueQuantity"], case .number(let token)? = quantity["value"] {
            return (quantity["comparator"]?.text ?? "") + token
        }
        if let text = resource["valueString"]?.text { return text }
        let reason = resource["dataAbsentReason"]
        return "(\(reason?["text"]?.text ?? reason?["coding"]?.elements.first?["code"]?.text ?? "none"))"
    }
}

extension String {
    fileprivate var trimmingBlanksAtEnd: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
