import Core
import Testing

extension EndToEnd {
    @Suite("Bad input gets an answer, and nothing is lost")
    struct BadInput {
        private let house: House

        init() throws { house = try House(["haem-1": "horiba-yumizen-h500", "haem-2": "mindray-bc-5380"]) }

        @Test("a wrong checksum is NAK, told on the device's line, and the retransmission is accepted")
        func wrongChecksum() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            let frames = MadeUp.yumizen("L1", [("WBC", "7.40", "10E3/uL", "N")])
            let port = try house.port("haem-1")
            let replies = try await offPool {
                let line = try ASTMLine(port: port)
                var replies = [try line.raw([0x05])]
                for frame in frames {
                    var broken = frame
                    broken[4] ^= 1
                    replies += [try line.raw(broken), try line.raw(frame)]
                }
                try line.only([0x04])
                return replies
            }
            #expect(replies == [0x06] + frames.flatMap { _ in [UInt8(0x15), 0x06] })
            try await eventually("the result") { try await hms.observations().map(\.value) == ["7.40"] }
            let device = try #require(try await house.rows("devices").first { $0["id"]?.text == "haem-1" })
            #expect(device["remark"]?.text?.hasPrefix("Checksum wrong in 5 of the last 10 frames: check") == true)
            #expect(device["messages"]?.text == "1")
            try await daemon.stop()
        }

        @Test("what no parser understands is kept, held as unreadable, and answered")
        func unreadable() async throws {
            let daemon = try await house.start()
            let answers = try await house.hl7("haem-2", [Array("HELLO ANALYSER".utf8), MadeUp.mindray("L1", id: "8")])
            #expect(answers.first.map { "\($0)".contains("AE") && "\($0)".contains("MSH") } == true)
            #expect(answers.last == .accepted())
            // Records without a header, whole by their terminator.
            #expect(
                try await house.astm("haem-1", [ASTMLine.frames(["R|1|^^^WBC|7.40|10E3/uL", "L|1|N"])]) == [.accepted()]
            )
            let orders = try await house.sendOrders([
                Array("NO ORDER".utf8), MadeUpOrder(accession: "L1", mrn: "").general(),
            ])
            #expect(orders.allSatisfy { !$0.isAccepted })
            #expect("\(orders[1])".contains("PID-3 is empty"))
            try await eventually("five holds") {
                try await house.holdReasons() == ["no-order"] + [String](repeating: "unreadable", count: 4)
            }
            let hold = try #require(try await house.rows("holds").first { $0["device"]?.text == "haem-1" })
            let story = try #require(try await house.rows("explain", hold["id"]?.text ?? "").first)
            #expect(story["raw"]?.list.first?.text?.contains("R|1|^^^WBC|7.40|10E3/uL") == true)
            #expect(try await house.rows("results").allSatisfy { $0["state"]?.text == "held" })
            try await daemon.stop()
        }

        @Test("an unknown specimen is held, and posts by itself when its order arrives", arguments: ["JSON", "HL7"])
        func orderLater(way: String) async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("L1")]) == [.accepted()])
            try await eventually("the hold") { try await house.holdReasons() == ["no-order"] }
            #expect(try await hms.stats()["received"] == 0)
            let order = MadeUpOrder(accession: "L1", mrn: "MRN1")
            if way == "JSON" {
                try await house.place([order])
            } else {
                #expect(try await house.sendOrders([order.general()]) == [.accepted("1 placed")])
            }
            try await eventually("three observations") { try await hms.stats()["unique"] == 3 }
            #expect(try await Set(hms.observations().map(\.mrn)) == ["MRN1"])
            #expect(try await house.holdReasons() == [])
            #expect(try await house.rows("holds", "--state", "resolved").count == 1)
            try await daemon.stop()
        }

        @Test("another patient's MRN is held and never posted, whatever a person asks")
        func otherPatient() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([
                MadeUpOrder(accession: "L1", mrn: "MRN1"), MadeUpOrder(accession: "L2", mrn: "MRN2"),
            ])
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("L1", mrn: "MRN9")]) == [.accepted()])
            #expect(try await house.hl7("haem-2", [MadeUp.mindray("L1", mrn: "1")]) == [.accepted()])
            try await eventually("the holds") {
                try await house.holdReasons() == ["patient-mismatch", "patient-mismatch"]
            }
            for hold in try await house.rows("holds") {
                let id = try #require(hold["id"]?.text)
                let released = try await house.command("holds", "release", id)
                #expect(released.code == 1)
                #expect(!released.err.isEmpty)
            }
            // The order again changes nothing, and the lane goes on with others.
            try await house.place([MadeUpOrder(accession: "L1", mrn: "MRN1")])
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("L2", mrn: "MRN2")]) == [.accepted()])
            try await eventually("the right patient's results") { try await hms.stats()["unique"] == 3 }
            #expect(try await Set(hms.observations().map(\.accession)) == ["L2"])
            #expect(try await house.holdReasons() == ["patient-mismatch", "patient-mismatch"])
            try await daemon.stop()
        }

        @Test("the result of a cancelled order is held")
        func cancelled() async throws {
            let daemon = try await house.start()
            let order = MadeUpOrder(accession: "L1", mrn: "MRN1")
            #expect(
                try await house.sendOrders([order.general(), order.general(control: "CA", id: "2")])
                    == [.accepted("1 placed"), .accepted("1 cancelled")])
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("L1")]) == [.accepted()])
            try await eventually("the hold") { try await house.holdReasons() == ["order-cancelled"] }
            try await daemon.stop()
        }

        @Test("a session broken off in a value posts nothing of the cut part; the resend merges")
        func brokenOff() async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1"), MadeUpOrder(accession: "L2", mrn: "M2")])
            let header = "H|\\^&|||H500^1^2|||||||P|LIS2-A2|20261122093107"
            let first = ["P|1", "O|1|L1||^^^DIF", "R|1|^^^WBC|7.40|10E3/uL||N||F||x|20261122093107"]
            let second = ["P|2", "O|1|L2||^^^DIF", "R|1|^^^WBC|12.80|10E3/uL||N||F||x|20261122093207"]
            let port = try house.port("haem-1")
            try await offPool {
                // All but the last record's end: the value is cut to `1`, in a frame that says that more follows.
                let line = try ASTMLine(port: port)
                _ = try line.raw([0x05])
                for frame in ASTMLine.frames([header] + first + second.dropLast()) { _ = try line.raw(frame) }
                let cut = ASTMLine.frame(number: 7, text: "R|1|^^^WBC|1", isFinal: false)
                _ = try line.raw(cut)
            }
            try await eventually("the first specimen, saved at the drop of level") {
                try await hms.observations().map(\.accession) == ["L1"]
            }
            #expect(
                try await house.astm("haem-1", [ASTMLine.frames([header] + first + second + ["L|1|N"])]) == [
                    .accepted()
                ])
            try await eventually("the second specimen") { try await hms.stats()["unique"] == 2 }
            #expect(try await Set(hms.observations().compactMap(\.value)) == ["7.40", "12.80"])
            #expect(try await hms.stats()["corrections"] == 0)
            #expect(try await house.holdReasons() == [])
            try await daemon.stop()
        }
    }
}
