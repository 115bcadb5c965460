import Crypto

/// 32 lower-case hex digits derived from the parts alone: the same parts give the same id in every process.
public func stableID(_ parts: [String]) -> String {
    var hash = SHA256()
    for part in parts {
        // The length in front keeps ("ab","c") and ("a","bc") apart.
        withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
        var text = part
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
    return hexadecimal(hash.finalize().prefix(16))
}

/// 32 lower-case hex digits that tell some bytes from every other.
public func contentDigest(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes).prefix(16)) }
