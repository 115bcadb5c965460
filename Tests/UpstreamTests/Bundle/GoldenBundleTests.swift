import Core
import Foundation
import Testing
import Upstream

/// Whole Bundles, one folder a case under `Fixtures/bundles`. To accept a change, run with `RECORD_FIXTURES=1` and read
/// the difference.
@Suite struct GoldenBundleTests {
    static let cases: [(String, DeliverableReport)] = [
        ("blood-count", Sample.bloodCount()),
        (
            "no-value",
            Sample.report([
                Sample.observation("GLU", .absent("NA"), name: "Glucose", unit: "mg/dL", deviceUnit: "mg/dL"),
                Sample.observation("ALB", .absent("")),
            ])
        ),
        (
            "odd-numbers",
            Sample.report([
                Sample.observation("A", .quantity("5.10", .less), unit: "g/L", deviceUnit: "g/l"),
                Sample.observation("B", .text("+5"), deviceUnit: "mm/h"),
                Sample.observation("C", .quantity("007", nil)),
                Sample.observation("D", .text("1:64"), flags: ["POS"], deviceFlags: ["POS"]),
            ])
        ),
        (
            "flags-and-notes",
            Sample.report([
                Sample.observation(
                    "WBC", .quantity("19.40", nil), name: "Leukocytes", loinc: "6690-2", unit: "10*3/uL",
                    deviceUnit: "10^3/uL", flags: ["HH"], deviceFlags: ["HH", "*"], status: .corrected,
                    range: "4.00 - 10.00", notes: ["Blasts?", "Left shift"])
            ])
        ),
    ]

    static let steps: [(String, DeliverableStep)] = [
        ("step-in-progress", Sample.step(.inProgress)), ("step-completed", Sample.step(.completed)),
        ("step-stopped", Sample.step(.discontinued)),
        (
            "step-not-done",
            Sample.step(.discontinued) { $0.step.series = [] }
        ),
        (
            "step-given-up",
            Sample.step(.discontinued) {
                $0.step.series = []
                $0.step.discontinuationReason = nil
                $0.step.wasGivenUp = true
                $0.step.procedure = nil
                $0.step.description = ""
                $0.orders.append(Sample.imagingOrder("R26-000002"))
            }
        ),
    ]

    @Test(arguments: cases.map(\.0))
    func isAsRecorded(name: String) throws {
        let report = try #require(Self.cases.first { $0.0 == name }?.1)
        try check(name, Transaction(report, facility: Sample.facility))
    }

    @Test(arguments: steps.map(\.0))
    func stepIsAsRecorded(name: String) throws {
        let step = try #require(Self.steps.first { $0.0 == name }?.1)
        try check(name, Transaction(step, facility: Sample.facility))
    }

    private func check(_ name: String, _ transaction: Transaction) throws {
        let written = indented(transaction.bytes)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/bundles/\(name)/bundle.json")
        if ProcessInfo.processInfo.environment["RECORD_FIXTURES"] != nil {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(written.utf8).write(to: file)
        }
        #expect(written == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    /// JSON with line ends and indentation, every token as it was: no parser that could change one is in between.
    private func indented(_ bytes: [UInt8]) -> String {
        var out = ""
        var depth = 0
        var isInString = false
        var isEscaped = false
        func newLine() { out += "\n" + String(repeating: "  ", count: depth) }
        for character in String(decoding: bytes, as: UTF8.self) {
            if isInString {
                out.append(character)
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isInString = false
                }
                continue
            }
            switch character {
            case "{", "[":
                out.append(character)
                depth += 1
                newLine()
            case "}", "]":
                depth -= 1
                newLine()
                out.append(character)
            case ",":
                out.append(character)
                newLine()
            case ":": out += ": "
            default:
                if character == "\"" { isInString = true }
                out.append(character)
            }
        }
        return out + "\n"
    }
}
