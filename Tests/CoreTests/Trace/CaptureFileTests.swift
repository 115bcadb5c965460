import Core
import Testing

@Suite("A trace as a file of text")
struct CaptureFileTests {
    private func row(_ number: Int64, _ kind: TraceKind, _ connection: Int, _ bytes: [UInt8]) -> TraceRow {
        TraceRow(
            sequence: number, at: "2026-11-22T04:01:07.250Z", connection: connection, kind: kind,
            text: EscapedBytes.text(bytes))
    }

    @Test("every byte can be written and read back")
    func everyByte() {
        let all = (0...255).map { UInt8($0) }
        let text = EscapedBytes.text(all)
        #expect(EscapedBytes.bytes(text.utf8) == all)
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(EscapedBytes.text([0x02, 0x5C, 0x41, 0xE9, 0x7F]) == #"\x02\\A\xE9\x7F"#)
    }

    @Test(
        "what was not written so is no text of bytes",
        arguments: [#"\"#, #"\x"#, #"\x0"#, #"\x0G"#, #"\n"#, "a\tb", "é", #"\X02"#])
    func notEscaped(text: String) {
        #expect(EscapedBytes.bytes(text.utf8) == nil)
    }

    @Test("a capture reads like this")
    func form() {
        let page = TracePage(
            device: "haem 1", profile: "generic-astm",
            rows: [
                TraceRow(
                    sequence: 8, at: "2026-11-22T04:01:07.250Z", connection: 1, kind: .opened, text: "10.0.0.21:4711"),
                row(9, .received, 1, [0x05]), row(10, .sent, 1, [0x06]),
                TraceRow(
                    sequence: 11, at: "2026-11-22T04:01:07.251Z", connection: 1, kind: .verdict, text: "µ accepted"),
                TraceRow(
                    sequence: 12, at: "2026-11-22T04:01:07.252Z", connection: 1, kind: .closed, text: "by the device"),
            ], next: 12, lost: 7)
        #expect(
            CaptureFile.text(page) == #"""
                # labrador capture 1 device=haem\x201 profile=generic-astm
                # 7 entries before this line were no longer kept
                2026-11-22T04:01:07.250Z note 1 opened 10.0.0.21:4711
                2026-11-22T04:01:07.250Z in 1 \x05
                2026-11-22T04:01:07.250Z out 1 \x06
                2026-11-22T04:01:07.251Z note 1 \xC2\xB5 accepted
                2026-11-22T04:01:07.252Z note 1 closed by the device

                """#)
    }

    @Test("incoming bytes come back a connection each, whatever stands between them")
    func recordings() throws {
        let rows = [
            row(1, .received, 1, [0x05, 0x20]), row(2, .received, 2, [0x0B]), row(3, .sent, 1, [0x06]),
            row(4, .received, 1, [0x20, 0x5C]), row(5, .verdict, 3, []), row(6, .received, 2, [0x1C]),
        ]
        let text = CaptureFile.text(TracePage(device: "d", profile: "p", rows: rows))
        let expected: [[UInt8]] = [[0x05, 0x20, 0x20, 0x5C], [0x0B, 0x1C]]
        #expect(try CaptureFile.recordings(in: Array(text.utf8)) == expected)
        // As an editor of another system would save it.
        let other = Array(text.replacing("\n", with: "\r\n").utf8)
        #expect(try CaptureFile.recordings(in: other) == expected)
    }

    @Test("any other file is a recording as it is")
    func raw() throws {
        for file in [[], Array("# labrador capture 12".utf8), Array("H|\\^&\r".utf8), [0x05]] as [[UInt8]] {
            #expect(!CaptureFile.isCapture(file))
            #expect(try CaptureFile.recordings(in: file) == [file])
        }
        #expect(try CaptureFile.recordings(in: Array("# labrador capture 1 device=d profile=p\n".utf8)) == [])
    }

    @Test(
        "a line that is no entry is told by its number",
        arguments: ["2026 in 1", "2026 sideways 1 A", "2026 in one A", #"2026 in 1 \q"#, "nothing"])
    func mistake(line: String) {
        let file = Array("# labrador capture 1 device=d profile=p\n2026 in 1 A\n\n\(line)\n".utf8)
        #expect(throws: CaptureMistake(line: 4)) { try CaptureFile.recordings(in: file) }
        #expect("\(CaptureMistake(line: 4))".hasPrefix("Line 4 of this capture is no entry"))
    }

    @Test("rows and pages print nothing of what they hold")
    func redacted() {
        let page = TracePage(device: "d", profile: "p", rows: [row(1, .received, 1, Array("DOE^JANE".utf8))])
        var dumped = ""
        dump(page, to: &dumped)
        #expect(![dumped, "\(page)", "\(page.rows)"].contains { $0.contains("DOE") })
    }
}
