import Core
import Foundation
import Testing

/// A recording of one device: a test case of the library, or one of the folder that LABRADOR_RECORDINGS names, which
/// holds a folder for each profile id.
struct Recording: Sendable, CustomTestStringConvertible {
    var profile: String
    var path: String

    var testDescription: String { "\(profile) \(path.split(separator: "/").suffix(2).joined(separator: "/"))" }

    /// Whether it is a test case of what `decode` must refuse.
    var isRefused: Bool {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return FileManager.default.fileExists(atPath: "/\(folder)/expected-error.txt")
    }

    /// All there are.
    static let all: [Recording] = {
        let shipped = files(below: Binary.profiles, depth: 5).compactMap { path -> Recording? in
            let parts = path.dropFirst(Binary.profiles.count + 1).split(separator: "/")
            guard parts.count == 5, parts[2] == "testcases", ["session.astm", "message.hl7"].contains(parts[4]) else {
                return nil
            }
            return Recording(profile: "\(parts[0])-\(parts[1])", path: path)
        }
        guard let folder = ProcessInfo.processInfo.environment["LABRADOR_RECORDINGS"] else { return shipped }
        return shipped
            + files(below: folder, depth: 2).map { path in
                Recording(profile: String(path.dropFirst(folder.count + 1).prefix { $0 != "/" }), path: path)
            }
    }()

    static func files(below folder: String, depth: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().flatMap { name -> [String] in
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
            return isFolder.boolValue ? (depth > 1 ? files(below: path, depth: depth - 1) : []) : [path]
        }
    }
}

extension EndToEnd {
    @Suite("Recordings walk through the house")
    struct Recordings {
        /// What of a result must arrive as `decode` says it.
        fileprivate struct Told: Hashable {
            var accession: String
            var code: String
            var loinc: String?
            var value: String?
            var unit: String?
            var flags: [String]
            var status: String
            var range: String?
            var performed: String?
        }

        @Test(
            "what `decode` says is what the HMS gets, once, though the analyser sends it three times",
            arguments: Recording.all)
        func walk(_ recording: Recording) async throws {
            let decoded = try await labrador(
                "decode", recording.path, "--profile", recording.profile, "--profiles", Binary.profiles, "--format",
                "json")
            // One that cannot be read is the library's own test.
            guard decoded.code == 0 else { return }
            let messages = try JSONValue(parsing: Array(decoded.out.utf8), maximumDepth: 64)["messages"]?.list ?? []
            let house = try House(["device": recording.profile])
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            let orders = orders(for: messages)
            if !orders.isEmpty { try await house.place(orders) }
            let sent = try await labrador(
                "simulate", "analyser", "--profile", recording.profile, "--profiles", Binary.profiles, "--to",
                "tcp://127.0.0.1:\(house.port("device"))", "--results", recording.path, "--repeat", "3")
            #expect(sent.code == 0, "\(sent.out) \(sent.err)")

            // Also where nothing comes of it: each message had its turn before anything is compared.
            let taken = try await house.rows("devices").first?["messages"]?.text.flatMap { Int($0) } ?? 0
            #expect(taken > 0)
            for number in 1...max(1, taken) {
                try await eventually("message \(number) is understood") {
                    let story = try await house.rows("explain", "M\(number)").first
                    return story?["steps"]?.list.contains { $0["what"]?.text == "It waits to be understood." } == false
                }
            }
            let all = Set(messages.flatMap { message in told(message, isSent: false) })
            try await eventually("\(all.count) results") {
                try await house.rows("results", "--limit", "10000").count >= all.count
            }
            try await eventually("an empty queue") { try await house.rows("queue").isEmpty }
            let expected = Set(messages.flatMap { message in told(message, isSent: true) })
            let seen = try await hms.observations()
            #expect(Set(seen.map(Told.init)) == expected)
            #expect(seen.count == expected.count)
            let stats = try await hms.stats()
            #expect(stats["received"] == stats["unique"])
            #expect(stats["corrections"] == 0)
            #expect(try await daemon.stop() == 0)
        }

        /// One order for each specimen that a patient's results name.
        private func orders(for messages: [JSONValue]) -> [MadeUpOrder] {
            var mrns: [String: String] = [:]
            for message in messages where message["kind"]?.text == "result" {
                guard let specimen = message["specimen"]?.text, !specimen.isEmpty else { continue }
                mrns[specimen] = mrns[specimen] ?? message["patient"]?.text ?? "MRN-\(specimen)"
            }
            return mrns.map { MadeUpOrder(accession: $0.key, mrn: $0.value) }
        }

        private func told(_ message: JSONValue, isSent: Bool) -> [Told] {
            let specimen = message["specimen"]?.text ?? ""
            let mayPost = message["kind"]?.text == "result" && !specimen.isEmpty && message["held"]?.text == nil
            guard mayPost || !isSent else { return [] }
            return (message["observations"]?.list ?? []).compactMap { seen in
                if isSent, seen["held"]?.text != nil { return nil }
                let value = seen["value"]?.text
                // The unit a profile names stands where the device sends none.
                let written = seen["device_unit"]?.text ?? ""
                let unit = written.isEmpty && value != nil ? seen["unit"]?.text ?? "" : written
                return Told(
                    accession: specimen, code: seen["code"]?.text ?? "", loinc: seen["loinc"]?.text,
                    value: value.map { (seen["comparator"]?.text ?? "") + $0 }, unit: unit,
                    flags: (seen["flags"]?.list ?? []).compactMap(\.text).sorted(), status: seen["status"]?.text ?? "",
                    range: seen["range"]?.text, performed: seen["performed"]?.text)
            }
        }
    }
}

extension EndToEnd.Recordings.Told {
    fileprivate init(_ seen: SeenObservation) {
        self.init(
            accession: seen.accession, code: seen.code, loinc: seen.loinc, value: seen.value, unit: seen.unit ?? "",
            flags: seen.flags.sorted(), status: seen.status, range: seen.range, performed: seen.performed)
        // Where there is no valueQuantity a note tells the unit.
        for told in ["Unit on the device: ", "Unit: "] where unit == "" {
            guard let note = seen.notes.first(where: { $0.hasPrefix(told) }) else { continue }
            unit = String(note.dropFirst(told.count))
        }
    }
}
