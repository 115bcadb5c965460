/// What a target found wrong, in words; the first thing counts.
struct Invariants {
    private(set) var broken: String?

    /// Notes that something which must hold does not.
    mutating func expect(_ holds: Bool, _ words: @autoclosure () -> String) {
        if !holds, broken == nil { broken = words() }
    }
}

/// Bytes cut into pieces of one size.
func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min(bytes.count, $0 + size)]) }
}
