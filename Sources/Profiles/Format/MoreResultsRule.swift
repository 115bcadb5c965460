import ASTM
import Core

/// Results that stand in other records than R or OBX (`more_results`).
struct MoreResultsRule: Sendable {
    /// The letter of the record, or the name of the segment.
    var record: String
    /// All must hold.
    var conditions: [Condition]
    /// The profile with the places of this rule: how such a record is read.
    var reading: Profile
    /// Whether these results make a report of their own, because the rule names their kind or their specimen.
    var isApart = false

    /// Records that stand for all that follows, so that no result can stand in them.
    static let never: Set<String> = ["H", "P", "L", "MSH", "PID", "ORC", "SPM", "SAC"]
}

extension Profile {
    /// The Q records of a message that ask for something; those that hold results by a rule do not.
    func queries(of message: ASTMMessage) -> [Record] {
        let all = message.records.filter { $0.type == .query }
        let rules = moreResults.filter { $0.record == "Q" }
        if rules.isEmpty || all.isEmpty { return all }
        var source = ASTMSource(message)
        source.set("H", message.header)
        return all.filter { record in
            source.set("Q", record)
            return !rules.contains { source.holds($0.conditions) }
        }
    }
}
