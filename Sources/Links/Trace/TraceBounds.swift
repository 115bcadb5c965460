/// How much a trace keeps.
enum TraceBounds {
    /// Bytes one device's trace keeps, those that describe the entries included.
    static let bytesPerDevice = 256 * 1_024
    /// Bytes the traces of all devices keep together.
    static let bytesInAll = 32 * 1_024 * 1_024
    /// Bytes of one entry; a longer read or write becomes several.
    static let bytesPerEntry = 4_096
    /// Bytes of the words of one entry; what is longer is cut.
    static let bytesOfWords = 400
    /// Bytes the smallest trace keeps, so that an entry of every kind has room.
    static let leastBytes = 2_048

    /// Bytes the trace of each of so many devices keeps.
    static func share(of devices: Int) -> Int { min(bytesPerDevice, max(leastBytes, bytesInAll / max(1, devices))) }
}
