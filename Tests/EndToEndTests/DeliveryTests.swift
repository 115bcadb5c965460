import Core
import Testing

extension EndToEnd {
    @Suite("The HMS is away, refuses, or hangs up")
    struct Delivery {
        private let house: House

        init() throws { house = try House(["haem-1": "horiba-yumizen-h500"]) }

        /// One result, by its value and the minute of its run.
        private func session(_ accession: String, _ value: String, status: String, minute: Int) -> [[UInt8]] {
            ASTMLine.frames([
                "H|\\^&|||H500^1^2|||||||P|LIS2-A2|20261122093107", "P|1", "O|1|\(accession)||^^^DIF",
                "R|1|^^^WBC|\(value)|10E3/uL||N||\(status)||x|202611220\(900 + minute)07", "L|1|N",
            ])
        }

        @Test("everything waits while it is down, over a restart too, and drains in order for each accession")
        func away() async throws {
            var daemon = try await house.start()
            let accessions = (1...4).map { "L\($0)" }
            try await house.place(accessions.map { MadeUpOrder(accession: $0, mrn: "M-\($0)") })
            // Stages of one run, which reach the HMS in the wrong order only if a later one overtakes.
            for (stage, status) in ["P", "P", "F"].enumerated() {
                let sessions = accessions.map { session($0, "\(stage + 1).0", status: status, minute: 1) }
                #expect(try await house.astm("haem-1", sessions) == accessions.map { _ in .accepted() })
            }
            try await eventually("twelve deliveries wait") { try await house.rows("queue").count == 12 }
            try await daemon.kill()
            daemon = try await house.start(run: 1)
            #expect(try await house.rows("queue").count == 12)
            #expect(try await Set(house.rows("queue").compactMap { $0["state"]?.text }) == ["ready"])

            let hms = try await house.startHMS()
            try await eventually("an empty queue", within: .seconds(40)) { try await house.rows("queue").isEmpty }
            #expect(try await hms.observations().map(\.value) == ["3.0", "3.0", "3.0", "3.0"])
            for accession in accessions {
                let values = try hms.log().compactMap { line -> String? in
                    let resources = (line["body"]?["entry"]?.list ?? []).compactMap { $0["resource"] }
                    guard resources.contains(where: { $0["accessionIdentifier"]?["value"]?.text == accession }) else {
                        return nil
                    }
                    return resources.compactMap { $0["valueQuantity"]?["value"]?.text }.first
                }
                #expect(values == ["1.0", "2.0", "3.0"], "\(accession)")
            }
            try await daemon.stop()
        }

        @Test("it goes away in the middle and comes back at the same address")
        func goesAndComes() async throws {
            let daemon = try await house.start()
            let accessions = (1...30).map { "L\($0)" }
            try await house.place(accessions.map { MadeUpOrder(accession: $0, mrn: "M") })
            let before = try await house.startHMS(name: "before", options: ["--latency", "20"])
            _ = try await house.astm(
                "haem-1", accessions.prefix(15).map { session($0, "5.10", status: "F", minute: 1) })
            try await eventually("some are delivered") { try await before.stats()["unique"] ?? 0 > 3 }
            try await before.stop()
            _ = try await house.astm(
                "haem-1", accessions.suffix(15).map { session($0, "5.10", status: "F", minute: 1) })
            let delivered = try before.logged()
            let after = try await house.startHMS(name: "after")
            try await eventually("an empty queue", within: .seconds(60)) { try await house.rows("queue").isEmpty }
            // The second one starts without memory: between them they have everything.
            let both = try await delivered.union(after.observations().map(\.accession))
            #expect(both == Set(accessions))
            try await daemon.stop()
        }

        @Test("a refusal is kept with the server's words, and `queue retry` delivers once it accepts")
        func refused() async throws {
            let daemon = try await house.start()
            let strict = try await house.startHMS(name: "strict", options: ["--reject-rate", "1"])
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1"), MadeUpOrder(accession: "L2", mrn: "M1")])
            _ = try await house.astm(
                "haem-1",
                [session("L1", "5.10", status: "F", minute: 1), session("L2", "5.20", status: "F", minute: 1)])
            try await eventually("two dead deliveries") { try await house.rows("queue", "--state", "dead").count == 2 }
            let row = try #require(try await house.rows("queue", "--state", "dead").first)
            #expect(row["answer"]?.text?.contains("Rejected on purpose.") == true)
            #expect(row["answer"]?.text?.contains("422") == true)
            #expect(row["attempts"]?.text == "1")
            try await strict.stop()

            let hms = try await house.startHMS(name: "mild")
            let ids = try await house.rows("queue", "--state", "dead").compactMap { $0["id"]?.text }
            #expect(try await house.command("queue", "skip", ids[0], "--reason", "entered by hand").code == 0)
            #expect(try await house.command("queue", "retry", ids[1]).code == 0)
            try await eventually("the one retried") { try await hms.stats()["unique"] == 1 }
            try await eventually("it is delivered") {
                try await house.rows("queue", "--state", "delivered").compactMap { $0["id"]?.text } == [ids[1]]
            }
            // What is delivered cannot be sent again by mistake.
            #expect(try await house.command("queue", "retry", ids[1]).code == 1)
            #expect(try await hms.stats()["received"] == 1)
            try await daemon.stop()
        }

        @Test("an answer that never comes is asked after, and nothing is sent twice")
        func ambiguous() async throws {
            let hms = try await house.startHMS(options: ["--drop-rate", "1"])
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            _ = try await house.astm("haem-1", [session("L1", "5.10", status: "F", minute: 1)])
            try await eventually("it is delivered", within: .seconds(40)) {
                try await house.rows("queue", "--state", "delivered").count == 1
            }
            #expect(try await hms.stats()["received"] == 1)
            let accession = try #require(try await house.rows("explain", "L1").first)
            let steps = accession["steps"]?.list.compactMap { $0["step"]?.text } ?? []
            #expect(steps.contains("delivered"))
            try await daemon.stop()
        }
    }
}

extension StandIn {
    /// The accessions of every body that was carried out.
    func logged() throws -> Set<String> {
        var found: Set<String> = []
        for line in try log() where line["verdict"]?.text == "ok" {
            for entry in line["body"]?["entry"]?.list ?? [] {
                if let accession = entry["resource"]?["accessionIdentifier"]?["value"]?.text { found.insert(accession) }
            }
        }
        return found
    }
}
