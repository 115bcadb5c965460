import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Performed procedure steps", .enabled("pynetdicom is installed") { try await Python.has("pynetdicom") })
    struct ProcedureSteps {
        private static let study = "1.2.826.0.1.3680043.9.7"

        private func house(more: String = "", posts: Bool = true) throws -> House {
            try House([:], modalities: ["CT01": "CT"], posts: posts, more: more)
        }

        private func imaging(_ accession: String, study: String = Self.study) -> [UInt8] {
            hl7([
                "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|RAD|20261122091500||OMI^O23^OMI_O23|1|P|2.5.1||||||UNICODE UTF-8",
                "PID|1||MRN0001^^^HOSP^MR||RAO^ASHA||19810402|F", "ORC|NW|P-\(accession)|\(accession)",
                "TQ1|1||||||20261122100000+0530", "OBR|1|P-\(accession)|\(accession)|CTHEAD^CT head plain",
                "IPC|\(accession)|RP1|\(study)|SPS1|CT||||CT01",
            ])
        }

        private func perform(_ house: House, _ messages: String) async throws -> [JSONValue] {
            try await Python.peer("mpps", #"{"port":\#(house.dicom),"calling":"CT01","messages":[\#(messages)]}"#).list
        }

        private func status(_ answer: JSONValue) -> String? { answer["status"]?.text }

        @Test("an examination from order to HMS: scheduled, started, completed, and told in order")
        func cycle() async throws {
            let house = try house()
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            #expect(try await house.sendOrders([imaging("R26-1")]) == [.accepted("1 placed")])
            func state() async throws -> [String] { try await house.rows("worklist").compactMap { $0["state"]?.text } }
            #expect(try await state() == ["scheduled"])
            #expect(try await perform(house, #"{"do":"create","uid":"1.2.3"}"#).map(status) == ["0"])
            #expect(try await state() == ["started"])
            try await eventually("the beginning at the HMS") { try await procedures(hms) == ["in-progress"] }
            let end = #"{"do":"set","uid":"1.2.3","state":"COMPLETED"}"#
            #expect(try await perform(house, "\(end),\(end)").map(status) == ["0", "272"])
            #expect(try await state() == ["completed"])
            let moment = ContinuousClock.now
            try await eventually("the end at the HMS") { try await procedures(hms) == ["completed"] }
            // The radiology process tells the lane; nobody waits for the next look at the queue.
            print("told to the HMS \(ContinuousClock.now - moment) after the listing")
            try await eventually("an empty queue") { try await house.rows("queue").isEmpty }
            #expect(try await house.holdReasons() == [])
            for subject in ["R26-1", "1.2.3"] {
                let story = try await house.command("explain", subject).out
                #expect(
                    story.contains("N-CREATE") && story.contains("N-SET") && story.contains("completed"), "\(story)")
            }
            let listed = try await house.rows("queue", "--state", "delivered")
            #expect(listed.compactMap { $0["key"]?.text } == ["R26-1", "R26-1"])
            #expect(try await daemon.stop() == 0)
        }

        private func procedures(_ hms: StandIn) async throws -> [String] {
            let answer = try await HTTP.get(port: hms.port, "/fhir/Procedure").json
            return (answer["entry"]?.list ?? []).compactMap { $0["resource"]?["status"]?.text }
        }

        @Test("another patient's examination changes nothing and asks for a person")
        func wrongPatient() async throws {
            let house = try house(posts: false)
            let daemon = try await house.start()
            #expect(try await house.sendOrders([imaging("R26-1")]) == [.accepted("1 placed")])
            let answers = try await perform(house, #"{"do":"create","uid":"1.2.3","patient":"MRN0009"}"#)
            #expect(answers.map(status) == ["0"])
            #expect(try await house.rows("worklist").compactMap { $0["state"]?.text } == ["scheduled"])
            #expect(try await house.holdReasons() == ["patient-mismatch"])
            #expect(try await daemon.stop() == 0)
        }

        @Test("the radiology process is killed under load, again and again: what was answered 0000 is in the store")
        func killedUnderLoad() async throws {
            let house = try house(posts: false)
            let daemon = try await house.start()
            let stop = house.folder.path + "/stop"
            let peers = try (1...4).map { number in
                try Python.start(
                    "mpps", "load-\(number)", #"{"port":\#(house.dicom),"calling":"CT01","stop":"\#(stop)"}"#,
                    folder: house.folder)
            }
            var kills = 0
            for _ in 1...12 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 400...1_500)))
                guard let child = daemon.radiologyProcess else { continue }
                if kill(child, SIGKILL) == 0 { kills += 1 }
            }
            try Data().write(to: URL(fileURLWithPath: stop))
            var (created, ended, repeated): (Set<String>, Set<String>, Int) = ([], [], 0)
            for peer in peers {
                let code = try await peer.ended(within: .seconds(60))
                let told = try Python.last(code, peer.out, peer.err)
                created.formUnion(told["created"]?.list.compactMap(\.text) ?? [])
                ended.formUnion(told["ended"]?.list.compactMap(\.text) ?? [])
                repeated += told["repeated"]?.text.flatMap { Int($0) } ?? 0
            }
            #expect(kills > 3 && created.count > kills && repeated > 0, "\(kills) kills, \(created.count) steps")
            try await eventually("a radiology process") { daemon.radiologyProcess != nil }
            #expect(try await daemon.stop() == 0)
            let stored = try await storedSteps(house)
            let lost = created.filter { stored[$0] == nil }
            let notEnded = ended.filter { stored[$0] != "2" }
            #expect(lost.isEmpty, "\(lost.count) of \(created.count) steps answered 0000 are not in the store")
            #expect(notEnded.isEmpty, "\(notEnded.count) of \(ended.count) ends answered 0000 are not in the store")
            print("\(kills) kills; \(created.count) steps begun, \(ended.count) ended, \(repeated) requests sent again")
        }

        /// State by UID, read with Python's own SQLite.
        private func storedSteps(_ house: House) async throws -> [String: String] {
            let script =
                "import sqlite3,sys\nfor r in sqlite3.connect(sys.argv[1]).execute('SELECT uid, state FROM performed_step'):"
                + " print(r[0], r[1])"
            let output = try await run(
                Python.interpreter, ["-c", script, house.folder.path + "/store/labrador.sqlite"])
            guard output.code == 0 else { throw TestFailure(output.err) }
            var stored: [String: String] = [:]
            for line in output.out.split(separator: "\n") {
                let parts = line.split(separator: " ")
                if parts.count == 2 { stored[String(parts[0])] = String(parts[1]) }
            }
            return stored
        }

        @Test("requests are passed on to another receiver as they came, also those sent while it was away")
        func forwarded() async throws {
            let port = try Loopback.freePort()
            let house = try house(posts: false)
            let text = try String(contentsOfFile: house.config, encoding: .utf8)
            let forward = "  mpps: { forward: [{ id: ris, ae_title: RIS, host: 127.0.0.1, port: \(port) }] }\n"
            try text.replacingOccurrences(of: "  modalities:\n", with: forward + "  modalities:\n")
                .write(toFile: house.config, atomically: true, encoding: .utf8)
            let daemon = try await house.start()
            let messages =
                #"{"do":"create","uid":"1.2.3","implicit":true},{"do":"set","uid":"1.2.3","state":"COMPLETED"},"#
                + #"{"do":"create","uid":"1.2.3"}"#
            #expect(try await perform(house, messages).map(status) == ["0", "0", "273"])
            #expect(try await house.rows("queue").count == 2)
            let file = house.folder.path + "/received"
            let receiver = try Python.start("mpps", "serve", "\(port)", file, folder: house.folder)
            try await eventually("an empty queue", within: .seconds(60)) { try await house.rows("queue").isEmpty }
            let received = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
                try JSONValue(parsing: Array($0.utf8), maximumDepth: 8)
            }
            #expect(received.compactMap { $0["do"]?.text } == ["N-CREATE", "N-SET"])
            #expect(received.compactMap { $0["state"]?.text } == ["IN PROGRESS", "COMPLETED"])
            #expect(received.first?["syntax"]?.text == "1.2.840.10008.1.2")
            #expect(received.last?["syntax"]?.text == "1.2.840.10008.1.2.1")
            #expect(received.first?["name"]?.text == "M\u{FC}ller^Asha")
            #expect(receiver.isRunning)
            #expect(try await daemon.stop() == 0)
        }
    }
}
