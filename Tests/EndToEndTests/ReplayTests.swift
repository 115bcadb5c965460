import Core
import Foundation
import Testing

extension EndToEnd {
    /// Recordings sent as they stand, one byte a segment, and without waiting for any answer, several behind each other.
    ///
    /// The folder that LABRADOR_CAPTURES names is replayed as well, with the profile its paths speak of.
    @Suite("Recordings replayed whole, byte by byte and merged")
    struct Replay {
        /// How a recording is put on the wire.
        enum Way: String, CaseIterable, Sendable {
            /// A piece, then its answer.
            case conversation
            /// The same, each byte a segment of its own.
            case bytes
            /// Everything in one write, twice over; then the answers.
            case merged
        }

        /// A device each, named by the place of the recording and the way.
        private struct Replayed: Sendable {
            var id: String
            var captures: [Capture]
            var way: Way
        }

        @Test("every ENQ, frame and message is answered as the standard says, and every result is there once")
        func replay() async throws {
            let captures = try Self.captures()
            #expect(captures.count > 20)
            var plan: [Replayed] = []
            for (place, capture) in captures.enumerated() {
                plan += Way.allCases.map { Replayed(id: "d\(place)-\($0)", captures: [capture], way: $0) }
            }
            // All recordings of a profile behind each other, on one connection.
            for (profile, all) in Dictionary(grouping: captures, by: \.profile) {
                plan += [Way.bytes, .merged].map { Replayed(id: "all-\(profile)-\($0)", captures: all, way: $0) }
            }
            let house = try House(devices: plan.map { ($0.id, $0.captures[0].profile) }, posts: false)
            let daemon = try await house.start()
            for one in plan {
                do {
                    try await Self.send(one, to: house.port(one.id))
                } catch {
                    Issue.record("\(one.id) \(one.captures.map(\.path)): \(error)")
                }
            }

            var expected: [String: [Seen: Int]] = [:]
            for capture in captures { expected[capture.path] = try await Self.decoded(capture, in: house.folder) }
            for one in plan {
                let wanted = Self.lines(Self.together(one.captures.compactMap { expected[$0.path] }))
                var seen: [String] = []
                do {
                    try await eventually("\(wanted.count) results of \(one.id): \(one.captures.map(\.path))") {
                        seen = try await Self.results(of: one.id, in: house).sorted()
                        return seen.count >= wanted.count
                    }
                } catch {
                    Issue.record("\(error)")
                }
                #expect(seen == wanted, "\(one.id) \(one.captures.map(\.path))")
            }
            #expect(try await daemon.stop() == 0)
        }

        // MARK: - Sending

        private static func send(_ one: Replayed, to port: Int) async throws {
            try await offPool {
                let client = try TCPClient(port: port, timeout: 10)
                let pieces = one.captures.flatMap(\.pieces)
                switch one.way {
                case .conversation, .bytes:
                    for piece in pieces {
                        if one.way == .bytes {
                            for byte in piece.bytes { try client.write([byte]) }
                        } else {
                            try client.write(piece.bytes)
                        }
                        try expect(piece.replies, from: client, one)
                    }
                case .merged:
                    let twice = pieces + pieces
                    let (bytes, replies) = (twice.flatMap(\.bytes), twice.flatMap(\.replies))
                    // The other side may stop reading while answers wait, so both directions go on together.
                    var sent = 0
                    while sent < bytes.count { sent += try client.writeWhatFits(Array(bytes[sent...])) }
                    try expect(replies, from: client, one)
                }
                try expectNothingMore(from: client, one)
            }
        }

        /// Reads the answers that are due and no others.
        private static func expect(_ replies: [[UInt8]], from client: TCPClient, _ one: Replayed) throws {
            for reply in replies {
                if one.captures[0].isHL7 {
                    let block = try client.bytes(through: 0x1C)
                    guard try client.byte() == 0x0D else { throw TestFailure("no CR behind FS") }
                    let text = String(decoding: block, as: UTF8.self)
                    // Acknowledgements in the sender's own delimiters.
                    guard let msa = text.split(separator: "\r").first(where: { $0.hasPrefix("MSA") }),
                        let separator = msa.dropFirst(3).first,
                        msa.split(separator: separator, omittingEmptySubsequences: false).dropFirst(2).first
                            .map({ Array($0.utf8) }) == reply
                    else { throw TestFailure("answered \(text)") }
                } else {
                    let got = try client.bytes(reply.count)
                    guard got == reply else {
                        throw TestFailure("answered \(got) where \(reply) is due")
                    }
                }
            }
        }

        /// Asks once more: whatever came without being due would stand before the answer.
        private static func expectNothingMore(from client: TCPClient, _ one: Replayed) throws {
            if one.captures[0].isHL7 {
                try client.write([0x0B] + hl7(["MSH|^~\\&|||||||ACK|LAST|P|2.5"]) + [0x1C, 0x0D])
                try expect([Array("LAST".utf8)], from: client, one)
            } else {
                // ENQ and a frame with a wrong checksum: ACK and NAK. No EOT before: it would end in good order what a
                // recording broke off.
                try client.write([0x05, 0x02] + Array("1X\u{03}00\r\n".utf8))
                try expect([[0x06, 0x15]], from: client, one)
            }
        }

        // MARK: - What must come of it

        /// A result as `decode` sees it; a text where the device says that it has no value.
        private struct Seen: Hashable {
            var specimen: String
            var code: String
            var value: String
            var performed: String?
        }

        /// The results of a recording and how often each stands in it, unknown codes among the problems too.
        private static func decoded(_ capture: Capture, in folder: TemporaryFolder) async throws -> [Seen: Int] {
            let replayed = folder.path + "/replayed"
            try Data(capture.bytes).write(to: URL(fileURLWithPath: replayed))
            let output = try await labrador(
                "decode", replayed, "--profile", capture.profile, "--profiles", Binary.profiles, "--format", "json")
            guard output.code == 0 else { throw TestFailure("\(capture.path): \(output.err)") }
            // A message may tell of a specimen in several parts.
            var messages: [String: [Seen: Int]] = [:]
            for message in try JSONValue(parsing: Array(output.out.utf8), maximumDepth: 64)["messages"]?.list ?? [] {
                let number = message["message"]?.text ?? ""
                let problems = (message["problems"]?.list ?? []).filter { $0["code"]?.text != nil }
                for line in (message["observations"]?.list ?? []) + problems {
                    let value = line["value"]?.text.map { (line["comparator"]?.text ?? "") + $0 }
                    let seen = Seen(
                        specimen: message["specimen"]?.text ?? "", code: line["code"]?.text ?? "",
                        value: value ?? line["absent"]?.text ?? "", performed: line["performed"]?.text)
                    messages[number, default: [:]][seen, default: 0] += 1
                }
            }
            return together(Array(messages.values))
        }

        /// What several messages of one device hold together: the same run of the same specimen again is no other result.
        /// Without a specimen's id nothing tells that it is the same.
        private static func together(_ all: [[Seen: Int]]) -> [Seen: Int] {
            var counts: [Seen: Int] = [:]
            for (seen, count) in all.joined() {
                let before = counts[seen, default: 0]
                counts[seen] = seen.specimen.isEmpty ? before + count : max(before, count)
            }
            return counts
        }

        private static func lines(_ counts: [Seen: Int]) -> [String] {
            counts.flatMap { [String](repeating: "\($0.specimen) \($0.code) \($0.value)", count: $1) }.sorted()
        }

        private static func results(of device: String, in house: House) async throws -> [String] {
            let answer = try await HTTP.get(port: house.api, "/api/v1/results?device=\(device)&limit=10000")
            return try answer.json.list.map {
                "\($0["accession"]?.text ?? "") \($0["test"]?.text ?? "") \($0["value"]?.text ?? "")"
            }
        }

        // MARK: - Recordings

        static func captures() throws -> [Capture] {
            var found = try Recording.all.filter { !$0.isRefused }.map {
                try Capture(profile: $0.profile, path: $0.path)
            }
            if let folder = ProcessInfo.processInfo.environment["LABRADOR_CAPTURES"] {
                for path in Recording.files(below: folder, depth: 6) where isCapture(path) {
                    found.append(try Capture(profile: try profile(of: path), path: path))
                }
            }
            return found.filter { !$0.pieces.isEmpty && !$0.isDialogue }
        }

        private static func isCapture(_ path: String) -> Bool {
            let name = path.split(separator: "/").last ?? ""
            return !name.hasPrefix("LICENSE") && !name.hasSuffix(".md") && !name.hasSuffix("-log.txt")
                && !path.contains("/to-analyser/")
        }

        /// The profile a path speaks of, else the generic one of its protocol.
        private static func profile(of path: String) throws -> String {
            let names = [
                ("h500", "horiba-yumizen-h500"), ("erba", "erba-xl-1000"), ("bc5380", "mindray-bc-5380"),
                ("bs200", "mindray-bs-200"), ("bs300", "mindray-bs-200"), ("bs360", "mindray-bs-200"),
            ]
            if let (_, profile) = names.first(where: { path.contains($0.0) }) { return profile }
            return try Capture(profile: "", path: path).isHL7 ? "generic-hl7" : "generic-astm"
        }
    }
}
