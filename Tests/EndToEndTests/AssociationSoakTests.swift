import Foundation
import Testing

extension EndToEnd {
    /// Associations one after another, as modalities open them that poll for months: the radiology process keeps its
    /// size. DCMTK's own thread pool would leave a thread and two mappings for each, and end at some 32,000.
    @Suite("Associations one after another", .timeLimit(.minutes(30)))
    struct AssociationSoak {
        /// So many are the rule; the whole test is 100,000.
        static let usual = 5_000
        static let variable = "LABRADOR_SOAK_ASSOCIATIONS"
        static var associations: Int {
            ProcessInfo.processInfo.environment[variable].flatMap(Int.init) ?? usual
        }
        /// Until each of its threads has served, and the allocator has what it needs.
        static let warmUp = 1_000
        /// What the process may grow by after that, whatever the number.
        static let growthKB = 4 * 1024
        static let growthMappings = 16

        struct Size: CustomStringConvertible {
            var residentKB: Int
            var mappings: Int
            var threads: Int
            var descriptors: Int

            var description: String {
                "\(residentKB) kB, \(mappings) mappings, \(threads) threads, \(descriptors) descriptors"
            }

            init(of process: pid_t) throws {
                let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
                func number(_ name: String) -> Int {
                    status.split(separator: "\n").first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace)
                        .dropFirst().first.flatMap { Int($0) } ?? 0
                }
                (residentKB, threads) = (number("VmRSS:"), number("Threads:"))
                mappings = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
                    .split(separator: "\n").count
                descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
            }
        }

        @Test("associate, C-ECHO and release leave nothing behind")
        func soak() async throws {
            let house = try House([:], modalities: ["CT01": "CT"], posts: false)
            let daemon = try await house.start()
            let child = try #require(daemon.radiologyProcess)
            let port = house.dicom
            func run(_ count: Int) async throws -> Duration {
                try await offPool {
                    try ContinuousClock().measure {
                        for number in 0..<count {
                            // Another address now and then: one alone has too few ports for 100,000 in a minute.
                            let line = try DICOMLine(port: port, from: "127.0.0.\(2 + number % 16)")
                            try line.associate(as: "CT01")
                            guard try line.echo() == 0 else { throw TestFailure("C-ECHO \(number)") }
                            try line.release()
                        }
                    }
                }
            }
            _ = try await run(Self.warmUp)
            let before = try Size(of: child)
            let took = try await run(Self.associations)
            let after = try Size(of: child)
            print("\(Self.associations) associations in \(took): before \(before), after \(after)")
            #expect(after.residentKB - before.residentKB < Self.growthKB, "\(before) became \(after)")
            #expect(after.mappings - before.mappings < Self.growthMappings, "\(before) became \(after)")
            #expect(after.threads <= before.threads, "\(before) became \(after)")
            #expect(after.descriptors - before.descriptors < 16, "\(before) became \(after)")
            #expect(daemon.radiologyProcess == child)
            try await daemon.stop()
        }
    }
}
