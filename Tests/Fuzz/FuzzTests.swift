import Foundation
import Testing

/// The seeds and every input that once broke something, through the targets' own code in the plain build.
@Suite struct FuzzTests {
    static let targets: [(name: String, check: @Sendable ([UInt8]) -> String?)] = [
        ("LIS01", LIS01Target.check), ("LIS02", LIS02Target.check), ("MLLP", MLLPTarget.check),
        ("ER7", ER7Target.check), ("BLOCKS", BLOCKSTarget.check),
    ]

    @Test(arguments: targets.map(\.name))
    func seedsAndCrashes(name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name)
        var count = 0
        for kind in ["seeds", "crashes"] {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(kind).path)
            for file in files.sorted() where !file.hasPrefix(".") {
                let input = try Data(contentsOf: folder.appendingPathComponent(kind).appendingPathComponent(file))
                #expect(target.check([UInt8](input)) == nil, "\(name)/\(kind)/\(file)")
                count += 1
            }
        }
        #expect(count > 1)
    }

    /// A seed cut at every byte, and with every byte turned once.
    @Test(arguments: targets.map(\.name))
    func nearTheSeeds(name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent(name).appendingPathComponent("seeds")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let seed = [UInt8](try Data(contentsOf: folder.appendingPathComponent(file)))
            for place in seed.indices {
                var turned = seed
                turned[place] ^= UInt8(truncatingIfNeeded: place * 37 + 1)
                #expect(target.check(turned) == nil, "\(file), byte \(place) turned")
                #expect(target.check(Array(seed[..<place])) == nil, "\(file), cut at \(place)")
            }
        }
    }
}
