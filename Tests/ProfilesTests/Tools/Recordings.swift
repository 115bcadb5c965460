/// A recording of ASTM records, one frame a record, as an analyser sends it.
///
/// - Parameter fault: added to each checksum; 0 is a right one.
func framed(_ records: [String], fault: UInt8 = 0) -> [UInt8] {
    var out: [UInt8] = [0x05]
    for (index, record) in records.enumerated() {
        let body = Array("\((index + 1) % 8)\(record)\r".utf8) + [0x03]
        let sum = body.reduce(fault, &+)
        let digits = Array("0123456789ABCDEF".utf8)
        out += [0x02] + body + [digits[Int(sum >> 4)], digits[Int(sum & 15)], 0x0D, 0x0A]
    }
    return out + [0x04]
}

/// Bare records.
func bare(_ records: String...) -> [UInt8] { Array((records.joined(separator: "\r") + "\r").utf8) }
