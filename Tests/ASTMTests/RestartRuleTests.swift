import ASTM
import Testing

/// LIS02-A2 4.2: what a drop of level made durable need not come again, and after a failure the sender repeats only the
/// ancestors of where it resumes. Whatever the record at which the line fails, no result is missing afterwards, and those
/// that came twice came the same.
@Suite struct RestartRuleTests {
    struct Node {
        let record: String
        let level: Int
    }

    /// Two patients, orders, results with comments and manufacturer records among them.
    static let nodes: [Node] = [
        Node(record: "H|\\^&|||dev", level: 0),
        Node(record: "P|1||M1", level: 1), Node(record: "C|1|I|late", level: 9),
        Node(record: "O|1|S1||^^^ALL", level: 2), Node(record: "R|1|^^^A|1", level: 3),
        Node(record: "C|1|I|note", level: 9), Node(record: "M|1|HIST|x", level: 9),
        Node(record: "R|2|^^^B|2", level: 3),
        Node(record: "O|2|S2||^^^ALL", level: 2), Node(record: "R|1|^^^A|3", level: 3),
        Node(record: "R|2|^^^B|4", level: 3),
        Node(record: "P|2||M2", level: 1), Node(record: "O|1|S3||^^^ALL", level: 2),
        Node(record: "R|1|^^^A|5", level: 3),
        Node(record: "L|1|N", level: 0),
    ]

    /// Result by patient, specimen and test, as a reader sees it.
    static func results(_ text: [UInt8]) throws -> [String: String] {
        var found: [String: String] = [:]
        for message in try ASTMMessage.parseAll(text) {
            for result in message.records(.result) {
                let order = message.order(of: result)?.text(field: 3) ?? "?"
                let patient = message.patient(of: result)?.text(field: 4) ?? "?"
                let test = result.text(field: 3, repeat: 1, component: 4) ?? "?"
                let key = "\(patient) \(order) \(test)"
                let value = result.text(field: 4) ?? ""
                #expect(found[key] == nil || found[key] == value)
                found[key] = value
            }
        }
        return found
    }

    /// Sends records frame by frame and, when the line fails or at EOT, gives what may be processed and how many records
    /// the sender may presume saved: those before the last acknowledged drop of level.
    static func transfer(_ records: [Node], failing after: Int?) throws -> (text: [UInt8], presumed: Int) {
        var link = LinkMachine(role: .computer)
        _ = link.handle(.token(.enq))
        var kept: [UInt8] = []
        var last: Save?
        var presumed = 0
        func store(_ actions: [LinkMachine.Action]) -> Bool {
            for case .save(let save) in actions {
                kept += save.bytes
                last = save
                _ = link.handle(.saved(save.token))
                return true
            }
            return false
        }
        for (index, node) in records.prefix(after ?? records.count).enumerated() {
            // The drop shows in the record that begins the lower level: its acknowledgement says that what precedes is safe.
            if store(link.handle(.token(frame(UInt8((index + 1) % 8), node.record + "\r")))) { presumed = index }
        }
        if after != nil { _ = store(link.handle(.linkLost)) }
        let text = try #require(LinkTranscript.messages(in: kept).messages.first).text
        return (Array(text.prefix(try #require(last).processableText)), presumed)
    }

    @Test(arguments: 1..<nodes.count)
    func aResumedMessageCompletesTheFirst(failing: Int) throws {
        let all = try Self.results(recordText(Self.nodes.map(\.record)))
        let first = try Self.transfer(Self.nodes, failing: failing)
        // The ancestors of the first record not presumed saved, then everything from it on.
        var ancestors: [Node] = []
        for node in Self.nodes[..<first.presumed] where node.level < 9 {
            ancestors.removeAll { $0.level >= node.level }
            ancestors.append(node)
        }
        let resumed = Self.nodes[first.presumed]
        ancestors.removeAll { resumed.level < 9 && $0.level >= resumed.level && $0.level > 0 }
        if resumed.level == 0, first.presumed > 0 { ancestors = [Self.nodes[0]] }
        let second = try Self.transfer(ancestors + Self.nodes[first.presumed...], failing: nil)
        var merged = first.text.isEmpty ? [:] : try Self.results(first.text)
        for (key, value) in try Self.results(second.text) {
            #expect(merged[key] == nil || merged[key] == value, "\(key)")
            merged[key] = value
        }
        #expect(merged == all, "failing at record \(failing + 1)")
    }
}
