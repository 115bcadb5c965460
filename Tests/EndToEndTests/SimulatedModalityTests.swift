import Core
import Foundation
import Testing

extension EndToEnd {
    /// `simulate modality` against servers that share no code with it.
    @Suite("Simulated modality", .enabled("pynetdicom is installed") { try await Python.has("pynetdicom") })
    struct SimulatedModality {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        /// The command with its events; `arguments` begin after `--ae CT01`.
        private func modality(_ arguments: String...) async throws -> (code: Int32, events: [JSONValue], err: String) {
            let output = try await run(
                Binary.path, ["simulate", "modality", "--ae", "CT01"] + arguments + ["--json"], directory: "/")
            let events = try output.out.split(separator: "\n").map {
                try JSONValue(parsing: Array($0.utf8), maximumDepth: 8)
            }
            return (output.code, events, output.err)
        }

        private func kinds(_ events: [JSONValue]) -> [String] { events.compactMap { $0["event"]?.text } }

        @Test("a worklist in the patient's script, and the query that asked for it")
        func query() async throws {
            let servers = try await DICOMServers(
                DICOMServers.settings([DICOMServers.entry("R26-1", name: "दास^सुनील"), DICOMServers.entry("R26-2")]),
                folder: folder)
            let done = try await modality(
                "--to", servers.place, "--modality", "CT", "--date", "20261122-20261123", "--key", "0010,0010=दा*",
                "--key", "0040,0001=CT01")
            #expect(done.code == 0, "\(done)")
            #expect(kinds(done.events) == ["worklist", "worklist", "queried"])
            let first = try #require(done.events.first)
            for (key, value) in [
                "accession": "R26-1", "mrn": "MRN0001", "patient": "दास^सुनील", "scheduled": "2026-11-22T10:00:00",
                "procedure": "CT head plain", "step_id": "S-R26-1", "modality": "CT", "station_ae": "CT01",
                "study_uid": "1.2.3", "procedure_id": "RP1", "birth_date": "19810402", "sex": "F",
            ] { #expect(first[key]?.text == value, "\(key)") }
            #expect(done.events.last?["status"]?.text == "0000")
            let asked = try #require(try servers.asked().first?["data"])
            #expect(asked["00080005"]?.text == "ISO_IR 192" && asked["00100010"]?.text == "दा*")
            let step = try #require(asked["00400100"]?.list.first)
            #expect(step["00080060"]?.text == "CT" && step["00400001"]?.text == "CT01")
            #expect(step["00400002"]?.text == "20261122-20261123")
            try await servers.stop()
        }

        @Test("the table for people")
        func table() async throws {
            let servers = try await DICOMServers(
                DICOMServers.settings([DICOMServers.entry("R26-1"), DICOMServers.entry("R26-2", study: "")]),
                folder: folder)
            let shown = try await labrador("simulate", "modality", "--ae", "CT01", "--to", servers.place)
            let lines = shown.out.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
            #expect(lines[0].starts(with: ["LABRADOR:", "2", "entries", "in"]))
            #expect(lines[1].starts(with: ["TIME", "PATIENT", "MRN", "ACCESSION", "PROCEDURE", "STEP"]))
            #expect(lines[2].starts(with: ["2026-11-22", "10:00:00", "RAO^ASHA", "MRN0001", "R26-1", "CT", "head"]))
            #expect(shown.out.contains("wrong: it has no Study Instance UID"))
            #expect(shown.code == 0)
            try await servers.stop()
        }

        @Test("a procedure: step begun, images stored, step completed with references to them")
        func procedure() async throws {
            let entries = DICOMServers.settings([DICOMServers.entry("R26-1", name: "दास^सुनील")])
            let servers = try await DICOMServers(entries, folder: folder)
            let done = try await modality(
                "--to", servers.place, "--cycle", "procedure", "--store", servers.place, "--images", "2")
            #expect(done.code == 0, "\(done)")
            #expect(kinds(done.events) == ["worklist", "queried", "step", "image", "image", "step"])
            let asked = try servers.asked()
            #expect(asked.compactMap { $0["asked"]?.text } == ["find", "create", "store", "store", "set"])
            #expect(asked.allSatisfy { $0["by"]?.text == "CT01" })
            let create = try #require(asked[1]["data"])
            for (tag, value) in [
                "00400252": "IN PROGRESS", "00400241": "CT01", "00080060": "CT", "00100010": "दास^सुनील",
                "00100020": "MRN0001", "00080005": "ISO_IR 192",
            ] { #expect(create[tag]?.text == value, "\(tag)") }
            let scheduled = try #require(create["00400270"]?.list.first)
            #expect(scheduled["0020000D"]?.text == "1.2.3" && scheduled["00400009"]?.text == "S-R26-1")
            #expect(scheduled["00080050"]?.text == "R26-1" && scheduled["00401001"]?.text == "RP1")
            let images = asked[2...3].compactMap { $0["data"] }
            for image in images {
                #expect(image["0020000D"]?.text == "1.2.3" && image["00080050"]?.text == "R26-1")
                #expect(image["00100010"]?.text == "दास^सुनील" && image["pixels"]?.text == "4096")
            }
            let set = try #require(asked[4]["data"])
            #expect(asked[4]["uid"]?.text == asked[1]["uid"]?.text)
            #expect(set["00400252"]?.text == "COMPLETED" && set["00400250"]?.text?.isEmpty == false)
            let series = try #require(set["00400340"]?.list.first)
            #expect(series["00181030"]?.text == "CT head plain")
            #expect(series["0020000E"]?.text == images[0]["0020000E"]?.text)
            #expect(
                series["00081140"]?.list.compactMap { $0["00081155"]?.text }
                    == images.compactMap { $0["00080018"]?.text })
            try await servers.stop()
        }

        @Test("given up, in Implicit VR, two entries in turn")
        func discontinued() async throws {
            let servers = try await DICOMServers(
                DICOMServers.settings(
                    [DICOMServers.entry("R26-1"), DICOMServers.entry("R26-2"), DICOMServers.entry("R26-3")],
                    #""syntaxes": ["1.2.840.10008.1.2"]"#), folder: folder)
            let done = try await modality(
                "--to", servers.place, "--cycle", "procedure", "--discontinue", "--count", "2")
            #expect(done.code == 0, "\(done)")
            let asked = try servers.asked()
            #expect(asked.compactMap { $0["asked"]?.text } == ["find", "create", "set", "create", "set"])
            for set in [asked[2], asked[4]] {
                #expect(set["data"]?["00400252"]?.text == "DISCONTINUED")
                #expect(set["data"]?["00400281"]?.list.first?["00080100"]?.text == "110513")
            }
            try await servers.stop()
        }

        @Test("what is refused is told, and the rest is done all the same")
        func refusals() async throws {
            let entries = [DICOMServers.entry("R26-1")]
            let whole = ["find", "create", "store", "set"]
            let cases: [(more: String, asked: [String], says: String)] = [
                (
                    #""create": 262"#, ["find", "create", "store"],
                    "N-CREATE was refused with 0106H (invalid attribute value"
                ),
                (#""create": 273"#, ["find", "create", "store"], "0111H (duplicate SOP instance"),
                (#""set": 272"#, whole, "N-SET was refused with 0110H (processing failure"),
                (#""store": 42752"#, whole, "C-STORE was refused with A700H (out of resources"),
                (#""find": 42752"#, ["find"], "C-FIND was refused with A700H (out of resources"),
                (#""abort": "find""#, ["find"], "aborted the association instead of answering C-FIND"),
                (#""abort": "create""#, ["find", "create", "store"], "instead of answering N-CREATE"),
                (#""abort": "set""#, whole, "instead of answering N-SET"),
                (#""without": ["1.2.840.10008.3.1.2.3.3"]"#, ["find", "store"], "not the service Modality Performed"),
                (#""without": ["1.2.840.10008.5.1.4.1.1.7"]"#, ["find", "create", "set"], "not the service Secondary"),
                (#""without": ["1.2.840.10008.5.1.4.31"]"#, [], "not the service Modality Worklist"),
                (#""called": "OTHER""#, [], "the peer has another AE title than the one we called"),
            ]
            for (more, expected, says) in cases {
                let servers = try await DICOMServers(DICOMServers.settings(entries, more), folder: folder)
                let done = try await modality(
                    "--to", servers.place, "--cycle", "procedure", "--store", servers.place, "--store-called",
                    "LABRADOR")
                #expect(done.code == 1, "\(more)")
                let problems = done.events.filter { $0["event"]?.text == "problem" }.compactMap { $0["what"]?.text }
                #expect(problems.contains { $0.contains(says) }, "\(more): \(problems)")
                #expect(try servers.asked().compactMap { $0["asked"]?.text } == expected, "\(more)")
                if let set = try servers.asked().last, more.contains("store") {
                    // An image that was not taken is not referred to.
                    let series = set["data"]?["00400340"]?.list.first
                    #expect(series?["00081140"]?.list.isEmpty == true)
                }
                try await servers.stop()
            }
        }

        @Test("a query that is cancelled")
        func cancelled() async throws {
            let servers = try await DICOMServers(
                DICOMServers.settings((1...40).map { DICOMServers.entry("R26-\($0)") }), folder: folder)
            let done = try await modality("--to", servers.place, "--cancel-after", "3")
            #expect(done.code == 0)
            #expect(kinds(done.events) == ["worklist", "worklist", "worklist", "queried"])
            #expect(done.events.last?["cancelled"] == .bool(true))
            try await servers.stop()
        }

        @Test("nobody is there, and nothing is to be done")
        func nothing() async throws {
            let port = try Loopback.freePort()
            let absent = try await modality("--to", "127.0.0.1:\(port)")
            #expect(absent.code == 1 && kinds(absent.events) == ["problem"])
            let servers = try await DICOMServers(DICOMServers.settings([]), folder: folder)
            let empty = try await modality("--to", servers.place)
            #expect(empty.code == 0 && kinds(empty.events) == ["queried"])
            let idle = try await modality("--to", servers.place, "--cycle", "procedure")
            #expect(idle.code == 1 && idle.err.contains("no entry to perform"))
            try await servers.stop()
        }

        @Test("polling: as often as --count says, and an entry is performed once")
        func polling() async throws {
            let servers = try await DICOMServers(DICOMServers.settings([DICOMServers.entry("R26-1")]), folder: folder)
            let queries = try await modality("--to", servers.place, "--poll", "1s", "--count", "2")
            #expect(queries.code == 0 && kinds(queries.events) == ["worklist", "queried", "worklist", "queried"])
            let endless = try Program(
                Binary.path,
                [
                    "simulate", "modality", "--ae", "CT01", "--to", servers.place, "--cycle", "procedure", "--poll",
                    "1s",
                ],
                folder: folder, name: "endless")
            try await eventually("five queries") {
                try servers.asked().count { $0["asked"]?.text == "find" } >= 5
            }
            #expect(try servers.asked().count { $0["asked"]?.text == "create" } == 1)
            endless.signal(SIGINT)
            try await endless.ended()
            try await servers.stop()
        }

        @Test(
            "options that are slips",
            arguments: [
                ["--ae", "CT01", "--to", "nowhere"], ["--ae", "CT01", "--to", "h:0"],
                ["--ae", "A TITLE THAT IS TOO LONG", "--to", "h:1"], ["--ae", "CT\\01", "--to", "h:1"],
                ["--ae", "CT01", "--to", "h:1", "--date", "20261332"], ["--ae", "CT01", "--to", "h:1", "--date", "-"],
                ["--ae", "CT01", "--to", "h:1", "--key", "PatientName=X"],
                ["--ae", "CT01", "--to", "h:1", "--poll", "0s"],
                ["--ae", "CT01", "--to", "h:1", "--count", "0"], ["--ae", "CT01", "--to", "h:1", "--cycle", "other"],
                ["--ae", "CT01", "--to", "h:1", "--charset", "none", "--key", "0010,0010=दास"], ["--to", "h:1"],
            ])
        func slips(arguments: [String]) async throws {
            let done = try await run(Binary.path, ["simulate", "modality"] + arguments, directory: "/")
            #expect(done.code == 2, "\(done)")
            #expect(!done.err.isEmpty)
        }
    }

    /// `simulate modality` against the daemon.
    @Suite("Simulated modality and the daemon")
    struct SimulatedModalityDaemon {
        @Test("the steps of a worklist are performed one after another, and leave it")
        func cycle() async throws {
            let house = try House([:], modalities: ["CT01": "CT", "MR01": "MR"], posts: false)
            let daemon = try await house.start()
            let orders = (1...2).map { number in
                #"{"accession":"R26-\#(number)","mrn":"M\#(number)","kind":"imaging","patient":{"family":"RAO"},"#
                    + #""procedure":{"code":"CTHEAD","text":"CT head"},"modality":"CT","station_ae":"CT01","#
                    + #""scheduled":"2026-11-22T1\#(number):00:00+05:30"}"#
            }
            let placed = try await HTTP.post(
                port: house.api, "/api/v1/orders", json: "[" + orders.joined(separator: ",") + "]")
            #expect(placed.status == 201)
            let modality = { (ae: String, more: [String]) in
                try await run(
                    Binary.path,
                    ["simulate", "modality", "--ae", ae, "--to", "127.0.0.1:\(house.dicom)", "--json"] + more,
                    directory: "/")
            }
            let entries = { (ae: String) in
                try await modality(ae, []).out.split(separator: "\n").dropLast().map {
                    try JSONValue(parsing: Array($0.utf8), maximumDepth: 8)["accession"]?.text
                }
            }
            let states = { try await house.rows("worklist").compactMap { $0["state"]?.text }.sorted() }
            #expect(try await entries("CT01") == ["R26-1", "R26-2"])
            #expect(try await entries("MR01") == [])
            let stranger = try await modality("CT99", [])
            #expect(stranger.code == 1 && stranger.out.contains("does not know our AE title"))
            let first = try await modality("CT01", ["--cycle", "procedure"])
            #expect(first.code == 0, "\(first)")
            #expect(try await entries("CT01") == ["R26-2"])
            #expect(try await states() == ["completed", "scheduled"])
            let second = try await modality("CT01", ["--cycle", "procedure", "--discontinue"])
            #expect(second.code == 0, "\(second)")
            #expect(try await states() == ["completed", "discontinued"])
            let third = try await modality("CT01", ["--cycle", "procedure"])
            #expect(third.code == 1 && third.err.contains("no entry to perform"))
            #expect(try await daemon.stop() == 0)
        }
    }

    /// `simulate modality` against DCMTK's servers.
    @Suite("Simulated modality and DCMTK", .enabled("DCMTK's programs are installed") { Modality.isInstalled })
    struct SimulatedModalityDCMTK {
        private static let samples = "/usr/share/doc/dcmtk/examples/wlistdb/OFFIS"

        @Test("the OFFIS worklist, and images to storescp")
        func worklist() async throws {
            let folder = try TemporaryFolder()
            let database = folder.path + "/db/OFFIS"
            for path in [database, folder.path + "/images"] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try folder.write("", to: "db/OFFIS/lockfile")
            let dumps = try FileManager.default.contentsOfDirectory(atPath: Self.samples).filter {
                $0.hasSuffix(".dump")
            }
            try #require(dumps.count == 10)
            for dump in dumps {
                let made = try await run(
                    Modality.tools + "/dump2dcm", ["\(Self.samples)/\(dump)", "\(database)/\(dump).wl"])
                try #require(made.code == 0)
            }
            let (worklist, archive) = (try Loopback.freePort(), try Loopback.freePort())
            let server = try Program(
                Modality.tools + "/wlmscpfs", ["-dfp", folder.path + "/db", "\(worklist)"], folder: folder, name: "wlm")
            let store = try Program(
                Modality.tools + "/storescp", ["-aet", "PACS", "-od", folder.path + "/images", "\(archive)"],
                folder: folder, name: "storescp")
            let query = { (more: [String]) in
                try await run(
                    Binary.path,
                    [
                        "simulate", "modality", "--ae", "CT01", "--to", "127.0.0.1:\(worklist)", "--called", "OFFIS",
                        "--json",
                    ]
                        + more, directory: "/")
            }
            try await eventually("wlmscpfs answers") { try await query([]).code == 0 }
            for (more, count) in [
                ([], 10), (["--modality", "CT"], 4), (["--date", "19960401-"], 4), (["--key", "0010,0010=HAYDN*"], 3),
            ] {
                let found = try await query(more)
                #expect(found.out.split(separator: "\n").count == count + 1, "\(more): \(found.out)")
            }
            // It takes no performed procedure steps; the images are stored all the same.
            let done = try await query(["--cycle", "procedure", "--count", "3", "--store", "127.0.0.1:\(archive)"])
            #expect(done.code == 1)
            let images = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/images")
            #expect(images.count == 3)
            for image in images {
                let drawn = try await run(
                    Modality.tools + "/dcm2pnm", ["\(folder.path)/images/\(image)", folder.path + "/x"])
                #expect(drawn.code == 0, "\(drawn.err)")
            }
            for program in [server, store] { try await program.kill() }
        }
    }
}
