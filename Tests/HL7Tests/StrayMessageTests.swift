import HL7
import Testing

@Suite struct StrayMessageTests {
    /// What came outside blocks, the messages that ended in it, and what the end leaves.
    @Test(arguments: [
        ("MSH|1\rPID|\u{1C}\r", ["MSH|1\rPID|"], nil),
        ("log line\r\n \u{0}MSH|1\r", [], "MSH|1\r"),
        ("MSH|1\u{1C}\rMSH|2\u{1C}\r", ["MSH|1", "MSH|2"], nil),
        ("a word MSH in a line", [], nil), ("MS\rH|1", [], nil), ("MSMSH|1", [], nil), ("", [], nil),
    ])
    func found(input: String, ended: [String], left: String?) {
        for piece in [1, 2, 5, 100] {
            var strays = StrayMessages()
            var found: [[UInt8]] = []
            var rest = bytes(input)[...]
            while !rest.isEmpty {
                found += strays.append(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
            }
            #expect(found == ended.map(bytes))
            #expect(strays.isInMessage == (left != nil))
            #expect(strays.end() == left.map(bytes))
            #expect(strays.end() == nil)
        }
    }

    @Test func noMoreIsKeptThanTheBound() {
        var strays = StrayMessages()
        _ = strays.append(bytes("MSH|"))
        for _ in 0..<40 { _ = strays.append([UInt8](repeating: 0x41, count: 4_096)) }
        #expect(strays.end()?.count == StrayMessages.mostBytes)
    }
}
