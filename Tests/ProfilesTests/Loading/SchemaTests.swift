import Foundation
import Profiles
import TestKit
import Testing

/// `schema.json` and the reader know the same keys at every level, so that editors say what the program says.
@Suite struct SchemaTests {
    /// A level, and the keys the reader knows there.
    private struct Known: Sendable {
        var level: SchemaLevel
        var keys: Set<String>
    }

    /// Asked once: the reader reads a profile for each level and protocol.
    private static let survey = Result { () throws -> [Known] in
        let schema = try ProfileSchema.load()
        let protocols = try schema.protocols()
        return try schema.levels().map { Known(level: $0, keys: try keys($0, protocols)) }
    }

    private let levels: [Known]

    init() throws { levels = try Self.survey.get() }

    /// The keys the reader knows at a level: it lists them when it meets one it does not know.
    private static func keys(_ level: SchemaLevel, _ protocols: [String]) throws -> Set<String> {
        let answers = try protocols.flatMap { mistakes(try level.document($0, adding: "\"qqzz-qqzz-qq\": 1")) }
        let lists = answers.filter { $0.contains("'qqzz-qqzz-qq' is not known here; known here: ") }
        return Set(
            lists.flatMap { $0.components(separatedBy: "known here: ")[1].components(separatedBy: ", ") })
    }

    @Test func theWalkFindsEveryLevel() {
        let names = levels.map(\.level.name)
        for name in [
            "", "link", "orders", "orders.query", "orders.tests", "orders.terminator", "specimen", "results",
            "results.value",
            "results.code", "lines[]", "kinds[]", "tests.*", "patient.from", "identify", "report",
        ] {
            #expect(names.contains(name), "\(name) is not among \(names)")
        }
    }

    @Test func anUnknownKeyIsRefusedAtEveryLevel() {
        for known in levels {
            #expect(!known.keys.isEmpty, "the reader takes an unknown key in '\(known.level.name)'")
        }
    }

    @Test func theReaderKnowsEveryKeyOfTheSchema() {
        for known in levels {
            let missing = Set(known.level.properties).subtracting(known.keys)
            #expect(missing.isEmpty, "'\(known.level.name)': the schema has \(missing.sorted()), the reader does not")
        }
    }

    @Test func theSchemaKnowsEveryKeyOfTheReader() {
        for (name, levels) in Dictionary(grouping: levels, by: \.level.name) {
            // Alternatives of one place (a source, a list of tidied sources) are read by one reader.
            let properties = Set(levels.flatMap(\.level.properties))
            let known = levels.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
            let missing = known.subtracting(properties)
            #expect(missing.isEmpty, "'\(name)': the reader knows \(missing.sorted()), the schema does not")
        }
    }

    @Test func everyShippedProfileKeepsToTheSchemasKeys() throws {
        // The walk above is about keys only; that shipped profiles load is tested elsewhere. This sees that the schema can be
        // read at all and is about the file it says.
        #expect(try ProfileSchema.load().title == "Labrador device profile")
    }
}
