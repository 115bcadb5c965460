import Core
import Profiles
import TestKit
import Testing

@Suite("A capture decodes like the bytes it was made of")
struct CaptureDecodingTests {
    /// A recording as the trace of a connection, in reads of different lengths, between answers.
    private func capture(_ connections: [[UInt8]]) -> [UInt8] {
        var rows: [TraceRow] = []
        var rests = connections.map { $0[...] }
        var length = 1
        while rests.contains(where: { !$0.isEmpty }) {
            for (index, rest) in rests.enumerated() where !rest.isEmpty {
                length = length * 7 % 61 + 1
                for (kind, bytes) in [(TraceKind.received, Array(rest.prefix(length))), (.sent, [0x06])] {
                    rows.append(
                        TraceRow(
                            sequence: Int64(rows.count + 1), at: "2026-11-22T04:01:07.250Z", connection: index + 1,
                            kind: kind, text: EscapedBytes.text(bytes)))
                }
                rests[index] = rest.dropFirst(length)
            }
        }
        return Array(CaptureFile.text(TracePage(device: "d", profile: "p", rows: rows)).utf8)
    }

    @Test("every shipped recording")
    func shipped() throws {
        var compared = 0
        for (test, profile, bytes) in try ShippedProfiles.recordings() {
            let raw = profile.decode(bytes)
            #expect(profile.decode(capture([bytes])).json.indented == raw.json.indented, "\(test)")
            compared += raw.messages.count
        }
        #expect(compared > 10)
    }

    @Test("connections that spoke at the same time are read each by itself")
    func interleaved() throws {
        for (test, profile, bytes) in try ShippedProfiles.recordings() {
            let raw = profile.decode(bytes)
            let both = profile.decode(capture([bytes, bytes]))
            #expect(both.messages.count == 2 * raw.messages.count, "\(test)")
            #expect(both.link.messages == 2 * raw.link.messages, "\(test)")
            #expect(both.link.badFrames == 2 * raw.link.badFrames, "\(test)")
        }
    }

    @Test("what is wrong with a capture is told")
    func mistakes() throws {
        let profile = try passing()
        let heading = "# labrador capture 1 device=d profile=p\n"
        #expect(profile.decode(Array(heading.utf8)).unreadable == "The recording is empty.")
        #expect(
            profile.decode(Array((heading + "what\n").utf8)).unreadable?.hasPrefix("Line 2 of this capture") == true)
        let hl7 = Array((heading + #"2026-11-22T04:01:07.250Z in 1 \x0BMSH|^~\\&|A\x0D\x1C\x0D"# + "\n").utf8)
        #expect(profile.decode(hl7).unreadable?.hasPrefix("This recording is HL7") == true)
    }
}
