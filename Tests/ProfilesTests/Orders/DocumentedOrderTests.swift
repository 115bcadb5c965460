import Core
import Foundation
import HL7
import Profiles
import Testing

/// The examples of `docs/orders.md`, run.
@Suite("Orders as documented")
struct DocumentedOrderTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/orders.md")

    /// The blocks of a language.
    private func examples(_ language: String) throws -> [String] {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        return text.components(separatedBy: "```\(language)\n").dropFirst()
            .compactMap { $0.components(separatedBy: "\n```").first }
    }

    private let facility = Facility(mrnSystem: "urn:example:mrn")

    private func words(_ changes: [OrderChange]) -> [String] {
        changes.map { change in
            switch change {
            case .place(let order):
                "place \(order.accession) \(order.imaging?.steps.map { "\($0.id)/\($0.modality)" } ?? [])"
            case .cancel(let order): "cancel \(order.accession) \(order.imaging?.steps.map(\.id) ?? [])"
            case .demographics(let update): "demographics \(update.patient.mrn)"
            case .merge(let mrn, _, let survivor): "merge \(mrn) \(survivor.mrn)"
            }
        }
    }

    @Test("every HL7 example")
    func hl7() throws {
        let found = try examples("hl7").map { example in
            let message = try HL7Message.parse(Array(example.replacing("\n", with: "\r").utf8))
            return words(try HL7Orders(facility: facility).changes(in: message))
        }
        #expect(
            found == [
                [#"place R26-1 ["S1/CT", "S2/PT"]"#], [#"place ORD-312 ["/"]"#], ["merge MRN0004 MRN0009"],
            ])
    }

    @Test("every JSON example")
    func json() throws {
        let found = try examples("json").map { words(try Core.orderChanges(json: Array($0.utf8), facility: facility)) }
        #expect(found == [[#"place R26-1 ["S1/CT", "S2/PT"]"#], [#"cancel R26-1 ["S2"]"#]])
    }

    @Test("the FHIR example")
    func fhir() throws {
        let found = try examples("fhir").map { words(try fhirOrderChanges(Array($0.utf8), facility: facility)) }
        #expect(found == [[#"place R26-1 ["/CT"]"#]])
    }
}
