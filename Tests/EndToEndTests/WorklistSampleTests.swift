import Core
import Foundation
import Testing

extension EndToEnd {
    /// The sample worklists and queries of DCMTK, answered by wlmscpfs and by Labrador.
    @Suite("Answers compared with wlmscpfs")
    struct WorklistSamples {
        /// A difference that is as it should be.
        private struct Explained {
            /// The attribute, below its sequence; `status` and `answers` of the whole query.
            let at: String
            /// The queries in which it occurs; empty: any.
            var queries: Set<String> = []
            /// What each answers; nil: any value.
            var theirs: String?
            var ours: String?
            let why: Comment

            func explains(_ difference: JSONValue) -> Bool {
                difference["at"]?.text == at
                    && (queries.isEmpty || queries.contains(difference["query"]?.text ?? ""))
                    && (theirs == nil || difference["wlmscpfs"]?.text == theirs)
                    && (ours == nil || difference["labrador"]?.text == ours)
            }
        }

        private static let explained = [
            Explained(
                at: "0040,1003", theirs: "LOW", ours: "ROUTINE",
                why: "an order's priority is one of PS3.3 table C.4-11; the samples' LOW is given as routine"),
            Explained(
                at: "0010,0010", theirs: "MOZART^WOLFGANG^AMADEUS", ours: "MOZART^WOLFGANG AMADEUS", why: givenNames),
            Explained(at: "0010,0010", theirs: "HAYDN^FRANZ^JOSEPH", ours: "HAYDN^FRANZ JOSEPH", why: givenNames),
            Explained(at: "0010,0010", theirs: "BEETHOVEN^LUDWIG^VAN", ours: "BEETHOVEN^LUDWIG VAN", why: givenNames),
            Explained(at: "answers", queries: ["middle name"], theirs: "2", ours: "0", why: givenNames),
            Explained(at: "status", queries: ["middle name"], theirs: "FF00 0000", ours: "0000", why: givenNames),
            Explained(
                at: "0040,0100[0]/0040,0020", theirs: "empty", ours: "SCHEDULED", why: "we know the step's state"),

            // Codes: the samples have none.
            Explained(at: "0032,1064[0]/0008,0100", queries: ["wlistqry0"], theirs: "absent", why: codes),
            Explained(
                at: "0032,1064[0]/0008,0102", queries: ["wlistqry0"], theirs: "absent", ours: "99HMS", why: codes),
            Explained(at: "0032,1064[0]/0008,0104", queries: ["wlistqry0"], theirs: "absent", why: codes),
            Explained(at: "0040,0100[0]/0040,0008[0]/0008,0100", theirs: "absent", why: codes),
            Explained(at: "0040,0100[0]/0040,0008[0]/0008,0102", theirs: "absent", ours: "99HMS", why: codes),
            Explained(at: "0040,0100[0]/0040,0008[0]/0008,0104", theirs: "absent", why: codes),

            // Keys that wlmscpfs does not match by: it answers with every worklist.
            Explained(at: "answers", queries: ["study"], theirs: "10", ours: "1", why: noKey),
            Explained(at: "answers", queries: ["description"], theirs: "10", ours: "1", why: noKey),
            Explained(at: "answers", queries: ["step description"], theirs: "10", ours: "1", why: noKey),
            Explained(at: "answers", queries: ["station name"], theirs: "10", ours: "1", why: noKey),
            Explained(at: "answers", queries: ["location"], theirs: "10", ours: "1", why: noKey),
            Explained(at: "answers", queries: ["location*"], theirs: "10", ours: "2", why: noKey),
            Explained(at: "answers", queries: ["step"], theirs: "10", ours: "1", why: noKey),

            // Matching that is ours to define, or that wlmscpfs does by the letter.
            Explained(at: "answers", queries: ["name small"], theirs: "0", ours: "3", why: names),
            Explained(at: "status", queries: ["name small"], theirs: "0000", ours: "FF00 0000", why: names),
            Explained(at: "answers", queries: ["name in part"], theirs: "0", ours: "3", why: names),
            Explained(at: "status", queries: ["name in part"], theirs: "0000", ours: "FF00 0000", why: names),
            Explained(at: "answers", queries: ["patient*"], theirs: "0", ours: "3", why: wildcard),
            Explained(at: "status", queries: ["patient*"], theirs: "0000", ours: "FF00 0000", why: wildcard),
            Explained(at: "answers", queries: ["minute"], theirs: "0", ours: "1", why: minute),
            Explained(at: "status", queries: ["minute"], theirs: "0000", ours: "FF00 0000", why: minute),

            Explained(
                at: "0008,0080", queries: ["another key"], theirs: "empty", ours: "absent",
                why: "what is not of the worklist model is not returned"),
            Explained(
                at: "status", queries: ["another key"], theirs: "FF00 0000", ours: "FF01 0000",
                why: "a key that is not supported is told of by FF01 (PS3.4 section K.4.1.1.4)"),
        ]

        private static let givenNames: Comment =
            "the orders have family and given names, so that a middle name is one of the given ones"
        private static let codes: Comment = "an order names its procedure by a code, which becomes a local one"
        private static let noKey: Comment = "wlmscpfs does not match by this attribute"
        private static let names: Comment =
            "names are compared without regard to case and by component, those that the key leaves out not at all"
        private static let wildcard: Comment = "wildcards are taken in a Patient ID, too"
        private static let minute: Comment = "a time without seconds stands for its whole minute"

        @Test(
            "the same orders and the same queries: every difference is one of those explained here",
            .enabled("pydicom and pynetdicom are installed (`make python`)") {
                try await Python.has("pydicom", "pynetdicom")
            },
            .enabled("DCMTK's programs and their examples in /usr/share/doc are installed") {
                Modality.isInstalled && Dumps.isInstalled
            })
        func comparison() async throws {
            let house = try House([:], modalities: ["FINDSCU": "OT"], posts: false)
            try house.answer(to: "OFFIS")
            try house.modality("FINDSCU", "worklist: { scope: all }")
            let worklists = try await convert("wlistdb/OFFIS", to: house.folder.path + "/OFFIS", ".wl")
            let queries = try await convert("wlistqry", to: house.folder.path + "/queries", ".dcm")
            #expect((worklists.count, queries.count) == (10, 13))
            let peer = try await wlmscpfs(house)
            let daemon = try await house.start()
            let orders = try await run(Python.interpreter, [script, "orders"] + worklists)
            try await house.importOrders(orders.out, count: worklists.count)

            let output = try await run(
                Python.interpreter, [script, "compare", "\(house.dicom)", "\(house.modality)"] + queries,
                within: .seconds(120))
            let compared = try Python.last(output.code, output.out, output.err)
            // Whatever a later package may hold, the comparison is not about nothing.
            #expect(Int(compared["answers"]?.text ?? "") ?? 0 >= 100)
            let differences = compared["differences"]?.list ?? []
            for difference in differences {
                #expect(Self.explained.contains { $0.explains(difference) }, "\(words(difference))")
            }
            for row in Self.explained {
                #expect(differences.contains { row.explains($0) }, "does not occur: \(row.at), \(row.why)")
            }
            try await peer.kill()
            try await daemon.stop()
        }

        private var script: String { Python.scripts + "/worklist_samples.py" }

        private func words(_ difference: JSONValue) -> String {
            ["query", "at", "wlmscpfs", "labrador"].map { "\($0): \(difference[$0]?.text ?? "")" }
                .joined(separator: ", ")
        }

        /// Makes DICOM files of a folder's dumps; their paths.
        private func convert(_ folder: String, to target: String, _ ending: String) async throws -> [String] {
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            var made: [String] = []
            for name in Dumps.names(folder) {
                let dump = try await run("/usr/bin/zcat", ["-f", "\(Dumps.examples)/\(folder)/\(name)"])
                let base = target + "/" + name.prefix { $0 != "." }
                try dump.out.write(toFile: base + ".dump", atomically: true, encoding: .utf8)
                let converted = try await run(
                    Modality.tools + "/dump2dcm", ["-q", "-g", base + ".dump", base + ending])
                guard converted.code == 0 else { throw TestFailure("\(name): \(converted.err)") }
                made.append(base + ending)
            }
            return made
        }

        /// Starts wlmscpfs on the house's folder and waits until it answers.
        private func wlmscpfs(_ house: House) async throws -> Program {
            try house.folder.write("", to: "OFFIS/lockfile")
            let peer = try Program(
                Modality.tools + "/wlmscpfs", ["-q", "-dfp", house.folder.path, "\(house.modality)"],
                folder: house.folder, name: "wlmscpfs", environment: ["TCP_NODELAY": "1"])
            try await eventually("wlmscpfs answers") {
                try await run(
                    Modality.tools + "/echoscu", ["-q", "-aec", "OFFIS", "127.0.0.1", "\(house.modality)"]
                ).code == 0
            }
            return peer
        }
    }
}

/// The dumps in DCMTK's package.
private enum Dumps {
    /// Where Debian keeps them; a slim system may have been told to leave out `/usr/share/doc`.
    static let examples = "/usr/share/doc/dcmtk/examples"
    static var isInstalled: Bool { !names("wlistdb/OFFIS").isEmpty }

    /// The dumps of a folder, packed or not.
    static func names(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(examples)/\(folder)")) ?? []
        return names.filter { $0.hasSuffix(".dump") || $0.hasSuffix(".dump.gz") }.sorted()
    }
}
