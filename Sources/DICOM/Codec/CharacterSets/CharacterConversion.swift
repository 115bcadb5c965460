import Glibc

/// The C library's `iconv` between UTF-8 and another encoding, without replacement characters.
///
/// Belongs to one thread.
final class CharacterConversion {
    private let handle: iconv_t

    /// Nil when the C library lacks the encoding (a minimal image without gconv modules).
    init?(to target: String, from source: String) {
        guard let handle = iconv_open(target, source), handle != iconv_t(bitPattern: -1) else { return nil }
        self.handle = handle
    }

    deinit { iconv_close(handle) }

    /// Nil when the bytes are not of the source's encoding, or the target's has no character for one of them.
    func convert(_ bytes: [UInt8]) -> [UInt8]? {
        // Whatever went wrong before leaves no state behind.
        _ = iconv(handle, nil, nil, nil, nil)
        // No encoding here takes more than four bytes for one byte of the other.
        var output = [UInt8](repeating: 0, count: bytes.count * 4 + 4)
        let written: Int? = bytes.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                // iconv's parameter is not const for historical reasons; it does not write to the source.
                var from = UnsafeMutablePointer(mutating: source.bindMemory(to: CChar.self).baseAddress)
                var left = source.count
                var into = target.bindMemory(to: CChar.self).baseAddress
                var room = target.count
                // More than 0 counts characters that cannot be converted back.
                let result = iconv(handle, &from, &left, &into, &room)
                return result != 0 || left != 0 ? nil : target.count - room
            }
        }
        return written.map { Array(output[..<$0]) }
    }

    /// The text of bytes in an encoding.
    static func decode(_ bytes: [UInt8], from name: String) -> String? {
        CharacterConversion(to: "UTF-8", from: name)?.convert(bytes).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
