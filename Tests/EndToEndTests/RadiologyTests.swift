import Core
import Foundation
import Testing

extension EndToEnd {
    @Suite("Modalities", .enabled("DCMTK's programs are installed") { Modality.isInstalled })
    struct Radiology {
        private let house: House
        private let scanner: Modality

        init() throws {
            house = try House(
                ["haem-1": "horiba-yumizen-h500"], modalities: ["CT01": "CT", "US01": "US"], posts: false)
            scanner = Modality(aeTitle: "CT01", port: house.dicom)
        }

        private func imaging(_ accession: String, state: String = "NW") -> [UInt8] {
            hl7([
                "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|RAD|20261122091500||OMI^O23^OMI_O23|1|P|2.5.1||||||UNICODE UTF-8",
                "PID|1||MRN0004^^^HOSP^MR||दास^सुनील||19600105|M", "ORC|\(state)|P-\(accession)|\(accession)",
                "TQ1|1||||||20261122100000+0530", "OBR|1|P-\(accession)|\(accession)|CTHEAD^CT head plain",
                "IPC|\(accession)|RP1|1.2.826.0.1.3680043.9.7|SPS1|CT||||CT01",
            ])
        }

        @Test("an order reaches the worklist at once, with its name in the patient's script")
        func worklist() async throws {
            let daemon = try await house.start()
            #expect(try await scanner.echo() == 0)
            #expect(try await scanner.worklist().isEmpty)
            #expect(try await house.sendOrders([imaging("R26-1")]) == [.accepted("1 placed")])
            let entries = try await scanner.worklist()
            #expect(entries.count == 1)
            let entry = try #require(entries.first)
            for (tag, value) in [
                "0010,0010": "दास^सुनील", "0008,0005": "ISO_IR 192", "0008,0050": "R26-1", "0010,0020": "MRN0004",
                "0020,000d": "1.2.826.0.1.3680043.9.7", "0008,0060": "CT", "0040,0001": "CT01", "0040,0002": "20261122",
                "0032,1060": "CT head plain",
            ] { #expect(entry[tag] == value, "\(tag)") }

            #expect(try await scanner.worklist(["0040,0100[0].0040,0002": "20261122"]).count == 1)
            #expect(try await scanner.worklist(["0040,0100[0].0040,0002": "20261123-"]).isEmpty)
            #expect(try await scanner.worklist(["0008,0005": "ISO_IR 192", "0010,0010": "दास*"]).count == 1)
            #expect(try await scanner.worklist(["0008,0050": "R26-2"]).isEmpty)
            #expect(try await Modality(aeTitle: "US01", port: house.dicom).worklist().isEmpty)

            #expect(try await house.sendOrders([imaging("R26-1", state: "CA")]) == [.accepted("1 cancelled")])
            #expect(try await scanner.worklist().isEmpty)
            #expect(try await daemon.stop() == 0)
        }

        @Test("`echo` calls a modality, and says what is wrong when it does not answer")
        func echo() async throws {
            let daemon = try await house.start()
            let silent = try await house.command("echo", "CT01")
            #expect(silent.code == 1)
            #expect(!silent.err.isEmpty)
            let unknown = try await house.command("echo", "NOBODY")
            #expect(unknown.code == 1)
            #expect(unknown.err.contains("CT01"))
            let peer = try Program(
                Modality.tools + "/storescp", ["-aet", "CT01", "\(house.modality)"], folder: house.folder,
                name: "storescp",
                directory: house.folder.path)
            try await eventually("C-ECHO is answered") { try await house.command("echo", "CT01").code == 0 }
            #expect(peer.isRunning)
            try await daemon.stop()
        }

        @Test("the radiology process dies: the lab side goes on, and modalities are served again within 2 s")
        func childKilled() async throws {
            let daemon = try await house.start()
            #expect(try await house.sendOrders([imaging("R26-1")]) == [.accepted("1 placed")])
            try await house.place((1...2).map { MadeUpOrder(accession: "L\($0)", mrn: "M1") })
            let port = try house.port("haem-1")
            for round in 1...2 {
                try await eventually("a radiology process") { daemon.radiologyProcess != nil }
                let child = try #require(daemon.radiologyProcess)
                let killed = try await offPool {
                    // An analyser is in the middle of a session while the process dies.
                    let line = try ASTMLine(port: port)
                    let frames = MadeUp.yumizen("L\(round)")
                    var replies = [try line.raw([0x05]), try line.raw(frames[0])]
                    #expect(kill(child, SIGKILL) == 0)
                    let moment = ContinuousClock.now
                    for frame in frames.dropFirst() { replies.append(try line.raw(frame)) }
                    try line.only([0x04])
                    #expect(replies.allSatisfy { $0 == 0x06 })
                    return moment
                }
                try await eventually("the worklist again", within: .seconds(2), every: .milliseconds(10)) {
                    (try? await scanner.worklist().count) == 1
                }
                #expect(ContinuousClock.now - killed < .seconds(2))
                #expect(daemon.radiologyProcess != child)
                #expect(daemon.program.isRunning)
            }
            try await eventually("both sessions' results") {
                try await house.rows("results", "--state", "stored").count == 6
            }
            try await daemon.stop()
        }

        @Test("a mistake written into the configuration later does not keep the radiology process down")
        func configurationBrokenLater() async throws {
            let daemon = try await house.start()
            let whole = try String(contentsOfFile: house.config, encoding: .utf8)
            try (whole + "nonsense: true\n").write(toFile: house.config, atomically: true, encoding: .utf8)
            let child = try #require(daemon.radiologyProcess)
            #expect(kill(child, SIGKILL) == 0)
            try await eventually("the worklist again", within: .seconds(2), every: .milliseconds(10)) {
                (try? await scanner.echo()) == 0
            }
            #expect(daemon.radiologyProcess != child)
            try await daemon.stop()
        }

        @Test("ORM^O01 names no station: the order goes to the only modality of its kind, and else says why not")
        func withoutStation() async throws {
            let daemon = try await house.start()
            let orm = { (accession: String, modality: String) in
                hl7([
                    "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|RAD|20261122091500||ORM^O01|1|P|2.3",
                    "PID|1||MRN0004^^^HOSP^MR||DAS^SUNIL||19600105|M",
                    "ORC|NW|P-\(accession)|\(accession)||||^^^20261122100000",
                    "OBR|1|P-\(accession)|\(accession)|X^Plain\(String(repeating: "|", count: 20))\(modality)",
                ])
            }
            #expect(try await house.sendOrders([orm("R26-1", "CT")]) == [.accepted("1 placed")])
            #expect(try await house.sendOrders([orm("R26-2", "MR")]) == [.accepted("1 placed")])
            #expect(try await scanner.worklist().map { $0["0040,0001"] } == ["CT01"])
            #expect(try await house.rows("worklist", "--state", "parked").count == 1)
            let listed = try await house.command("worklist")
            #expect(listed.out.contains("no modality is configured for MR"))
            let story = try await house.command("explain", "R26-2").out.split { $0.isWhitespace }.joined(separator: " ")
            #expect(story.contains("no modality is configured for MR"), "\(story)")
            try await daemon.stop()
        }

        @Test("the radiology process ends with the daemon, however the daemon ends")
        func endsTogether() async throws {
            for (run, end) in [SIGKILL, SIGTERM].enumerated() {
                let daemon = try await house.start(run: run)
                let child = try #require(daemon.radiologyProcess)
                daemon.program.signal(end)
                try await daemon.program.ended()
                try await eventually("the end of the radiology process", within: .seconds(5)) { kill(child, 0) != 0 }
            }
        }
    }
}
