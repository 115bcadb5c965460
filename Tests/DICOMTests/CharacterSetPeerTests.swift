import Core
import Foundation
import Testing

@testable import DICOM

/// The character-set samples of pydicom, read by pydicom, as names of patients: queried and answered in every set.
@Suite(.serialized, .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom))
struct CharacterSetPeerTests {
    struct Sample: Decodable, Hashable {
        var file: String
        var set: String
        var name: String
    }

    /// Each name once, with the set that its file declares.
    private static func samples() throws -> [Sample] {
        let script = """
            import json, os, warnings
            import pydicom
            from pydicom.data import get_charset_files
            warnings.simplefilter("ignore")
            out = {}
            for path in sorted(get_charset_files("*.dcm")):
                ds = pydicom.dcmread(path, force=True)
                if "PatientName" not in ds: continue
                name, cs = str(ds.PatientName), ds.get("SpecificCharacterSet", "")
                cs = cs if isinstance(cs, str) else "\\\\".join(cs)
                out.setdefault(name, {"file": os.path.basename(path), "set": cs, "name": name})
            print(json.dumps(list(out.values())))
            """
        let output = try Peers.run(Peers.python, ["-c", script], install: "pip install pydicom")
        return try JSONDecoder().decode([Sample].self, from: Data(output.text.utf8))
    }

    private static func entry(_ sample: Sample, _ number: Int) -> WorklistEntry {
        TestSource.entry("R26-\(number)", time: "10\(10 + number)00") {
            let groups = sample.name.split(separator: "=", omittingEmptySubsequences: false).map { String($0) }
            $0.patientName = WorklistPersonName(components: groups[0])
            if groups.count > 1 { $0.patientName.ideographic = groups[1] }
            if groups.count > 2 { $0.patientName.phonetic = groups[2] }
        }
    }

    /// The same name, or one of a single group that the other has, too.
    private static func finds(_ key: String, _ name: String) -> Bool {
        let groups = [key, name].map { Set($0.split(separator: "=")) }
        return key == name || groups.contains { $0.count == 1 } && !groups[0].isDisjoint(with: groups[1])
    }

    private func find(_ server: TestServer, _ keys: [String: Any]) throws -> [[String: Any]] {
        var keys = keys
        if keys["00080050"] == nil { keys["00080050"] = "" }
        let answer = try Peers.pynetdicom(["do": "find", "port": Int(server.port), "keys": keys])
        return answer["responses"] as? [[String: Any]] ?? []
    }

    @Test("a name asked for in its own set is found, and comes back as it was in that set; so in UTF-8")
    func ownSets() throws {
        let samples = try Self.samples()
        #expect(samples.count >= 10 && Set(samples.map(\.set)).count >= 9)
        let server = try TestServer(TestSource(samples.enumerated().map { Self.entry($1, $0) }))
        for (number, sample) in samples.enumerated() {
            for set in [sample.set, "ISO_IR 192"] {
                let found = try find(server, ["00080005": set, "00100010": sample.name])
                let wanted = samples.map(\.name).filter { Self.finds(sample.name, $0) }
                #expect(found.map { $0["00100010"] as? String } == wanted, "\(sample.file) in \(set)")
                let own = try #require(found.first { $0["00080050"] as? String == "R26-\(number)" })
                #expect(own["00080005"] as? String == SpecificCharacterSet(text: set).declared)
            }
        }
    }

    @Test("all names at once, whatever set the query declares: each comes back whole")
    func matrix() throws {
        let samples = try Self.samples()
        let server = try TestServer(TestSource(samples.enumerated().map { Self.entry($1, $0) }))
        for set in Set(samples.map(\.set)).sorted() + ["", "ISO-IR 100", "ISO 2022 100"] {
            let found = try find(server, ["00080005": set, "00100010": ""])
            #expect(found.map { $0["00100010"] as? String } == samples.map(\.name), "\(set)")
        }
    }

    @Test("a modality with a set of its own is answered in it, and in Unicode where that cannot carry a name")
    func configured() throws {
        let samples = try Self.samples()
        for own in ["ISO_IR 100", "\\ISO 2022 IR 87", "GB18030"] {
            let server = try TestServer(
                TestSource(samples.enumerated().map { Self.entry($1, $0) }),
                rules: { $0.modalities[0].characterSets = ResponseCharacterSets(own: own) })
            let found = try find(server, ["00100010": ""])
            #expect(found.map { $0["00100010"] as? String } == samples.map(\.name), "\(own)")
            let sets = Set(found.compactMap { $0["00080005"] as? String })
            #expect(sets == (own == "GB18030" ? [own] : [own, "ISO_IR 192"]))
        }
    }

    @Test("a modality that takes nothing else gets ?, which is counted, kept with the query and logged without names")
    func strict() throws {
        let samples = try Self.samples()
        let server = try TestServer(
            TestSource(samples.enumerated().map { Self.entry($1, $0) }),
            rules: { $0.modalities[0].characterSets = ResponseCharacterSets(own: "ISO_IR 100", strict: true) })
        let found = try find(server, ["00100010": ""])
        #expect(Set(found.compactMap { $0["00080005"] as? String }) == ["ISO_IR 100"])
        let lost = found.reduce(0) { $0 + ($1["00100010"] as? String ?? "").filter { $0 == "?" }.count }
        #expect(lost > 50 && server.queries.all.last?.replaced == lost)
        #expect(server.log.contains("\(lost) characters went out as ?"))
        for sample in samples { #expect(!server.log.all.contains { $0.contains(sample.name) }) }
    }
}
