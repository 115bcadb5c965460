import Glibc

/// An IP address as 16 bytes: an IPv4 address stands within IPv6 (`::ffff:10.0.0.21`, RFC 4291 section 2.5.5.2).
///
/// So a device is the same whether it reached us through an IPv4 or a dual-stack socket.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 16 bytes, network order.
    let bytes: [UInt8]

    /// What precedes the four bytes of an IPv4 address.
    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Reads `10.0.0.21` or `fd00::1`, also with a zone (`fe80::1%eth0`), which is left out; nil for anything else.
    init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Self.mapped + buffer.prefix(4)
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
    }

    /// Whether it is an IPv4 address.
    var isIPv4: Bool { bytes.starts(with: Self.mapped) }

    /// As people write it: an IPv4 address without its prefix.
    var description: String {
        if isIPv4 { return bytes.suffix(4).map { String($0) }.joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "an unknown address" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
