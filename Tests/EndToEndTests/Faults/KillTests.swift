import Foundation
import Synchronization
import Testing

extension EndToEnd {
    @Suite("The daemon is killed under load, again and again")
    struct Kill {
        /// How often; LABRADOR_KILLS for a longer run.
        static let kills = setting("LABRADOR_KILLS").flatMap { Int($0) } ?? 50
        /// LABRADOR_SEED repeats a run, as far as the machine lets it.
        static let seed = setting("LABRADOR_SEED").flatMap { UInt64($0) } ?? .random(in: 0...0xFFFF_FFFF)
        /// Messages each device sends at most.
        static let quota = 12 * kills

        private static func setting(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

        @Test("what was acknowledged is in the store and at the HMS exactly once, and nothing else is")
        func killedAgainAndAgain() async throws {
            var random = SeededGenerator(seed: Self.seed)
            let house = try House([
                "haem-1": "horiba-yumizen-h500", "chem-1": "erba-xl-1000", "gen-1": "generic-astm",
                "haem-2": "mindray-bc-5380",
            ])
            let hms = try await house.startHMS(options: [
                "--latency", "3", "--fail-rate", "0.01", "--drop-rate", "0.01",
            ])
            var daemon = try await house.start()
            try await importOrders(of: house)
            let (ledger, late) = (Ledger(), LateOrders())
            let (analysers, orders) = (Load(ledger: ledger), Load(ledger: ledger))
            analysers.start(try self.analysers(of: house, late: late, &random))
            orders.start([
                LoadDevice(
                    name: "orders", wire: .hl7, port: house.orders, seed: random.next(), empties: true,
                    next: { late.next().map { LoadMessages.order($0) } })
            ])

            var bites = 0
            for round in 1...Self.kills {
                if round % 5 == 0 {
                    // In the middle of starting, when what the last kill left is being taken up.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
                } else {
                    try await daemon.ready()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 60...700, using: &random)))
                }
                if ledger.inFlight > 0 { bites += 1 }
                try await daemon.kill()
                daemon = try DaemonProcess(config: house.config, folder: house.folder, run: round)
            }
            try await daemon.ready()
            try await analysers.finish()
            try await orders.finish()
            let record = ledger.record
            let expected = record.sent.reduce(0) { $0 + $1.results.count }
            try await eventually("\(expected) observations at the HMS", within: .seconds(90), every: .milliseconds(200))
            {
                try await hms.stats()["unique"] ?? 0 >= expected
            }
            try await eventually("an empty queue", within: .seconds(60), every: .milliseconds(200)) {
                try await house.rows("queue", "--limit", "5").isEmpty
            }
            #expect(try await house.holdReasons() == [])
            #expect(try await daemon.stop() == 0)

            let stored = try StoredMessages.read(house)
            let seen = try await hms.observations()
            let mistakes = Audit.mistakes(record, stored: stored, seen: seen)
            #expect(mistakes.isEmpty, "\(mistakes.count): \(mistakes.prefix(10).joined(separator: "; "))")
            #expect(record.acknowledged.count == record.sent.count)
            #expect(record.refusals.isEmpty, "\(record.refusals.prefix(5))")
            #expect(bites > 0 && record.interrupted > 0, "no kill met a message on its way")
            print(
                "\(Self.kills) kills (seed \(Self.seed)), \(bites) with a message in flight; \(record.sent.count) messages, "
                    + "\(record.interrupted) interrupted and sent again, \(stored.count) stored, \(seen.count) observations"
            )
        }

        /// Two connections of each wire language and more; the orders of chem-1 arrive after its results.
        private func analysers(
            of house: House, late: LateOrders, _ random: inout SeededGenerator
        ) throws -> [LoadDevice] {
            var devices: [LoadDevice] = []
            func add(
                _ name: String, _ wire: LoadDevice.Wire, connections: Int = 1,
                _ make: @escaping @Sendable (Int) -> SentMessage
            ) throws {
                let numbers = LoadMessages.counter(below: Self.quota)
                for _ in 0..<connections {
                    devices.append(
                        LoadDevice(
                            name: name, wire: wire, port: try house.port(name), seed: random.next(),
                            next: { numbers().map(make) }))
                }
            }
            try add("haem-1", .astm) { LoadMessages.yumizen("haem-1", $0) }
            try add("gen-1", .astm, connections: 2) { LoadMessages.twoPatients("gen-1", $0) }
            try add("haem-2", .hl7, connections: 2) { LoadMessages.mindray("haem-2", $0) }
            try add("chem-1", .astm) { LoadMessages.erba("chem-1", $0) }
            devices[devices.count - 1].done = { late.add($0.results.map(\.accession)) }
            return devices
        }

        /// Every order but those of chem-1, before the load begins.
        private func importOrders(of house: House) async throws {
            let numbers = (0..<Self.quota).map { $0 }
            let messages =
                numbers.map { LoadMessages.yumizen("", $0) } + numbers.map { LoadMessages.twoPatients("", $0) }
                + numbers.map { LoadMessages.mindray("", $0) }
            let orders = Set(messages.flatMap(\.results).map { MadeUpOrder(accession: $0.accession, mrn: $0.mrn).json })
            let file = try house.folder.write(orders.sorted().joined(separator: "\n") + "\n", to: "orders.jsonl")
            let done = try await house.command("orders", "import", file)
            #expect(done.out.hasPrefix("\(4 * Self.quota) placed"), "\(done.out) \(done.err)")
        }
    }
}

/// Accessions whose results are out already; their orders follow.
private final class LateOrders: Sendable {
    private let waiting = Mutex<[String]>([])

    func add(_ accessions: [String]) { waiting.withLock { $0 += accessions } }

    func next() -> String? { waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
