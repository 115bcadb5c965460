import Core
import Foundation
import Profiles
import TestKit
import Testing

/// A site maps the free test numbers of a shipped profile of blocks by extending it.
@Suite struct LayoutExtendingTests {
    @Test func aSiteSaysWhatItsNumbersMean() throws {
        let site = FileManager.default.temporaryDirectory.appendingPathComponent("layout-\(UUID().uuidString)")
        let folder = site.appendingPathComponent("beckman/au480")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: site) }
        let text = """
            extends: beckman-au480
            pass_through: false
            tests:
              '001': { name: Glucose, loinc: 2345-7, orders: [GLU], unit: mg/dL }
            framing: { start: STX, end: [ETX, ETB], check: { kind: xor, over: text-and-end, form: byte, place: after-end } }
            """
        try Data(text.utf8).write(to: folder.appendingPathComponent("profile.yaml"))
        let library = ProfileLibrary(directories: [site.path, ShippedProfiles.directory])
        let profile = try library.profile(id: "beckman-au480")
        let id = String(repeating: " ", count: 17) + "L24-00042"
        let block = Array("D 000101 0001\(id)    E0     001     5.31        002     9.90        ".utf8)
        let report = profile.decode([2] + block + [3, block.reduce(3, ^)])
        let observations = report.messages.first?.report.observations ?? []
        #expect(observations.map(\.code) == ["001", "002"])
        #expect(observations.map(\.loinc) == ["2345-7", nil])
        #expect(observations.map(\.unit) == ["mg/dL", nil])
        #expect(observations.map(\.held) == [nil, .unmappedTest])
        // Orders by the laboratory's code become the analyser's number.
        #expect(profile.deviceCode(forOrder: "GLU") == "001")
    }
}
