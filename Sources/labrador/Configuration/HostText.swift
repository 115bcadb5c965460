import Glibc

/// What may stand for a machine in the configuration.
enum HostText {
    /// Bytes a host name may have (RFC 1035 section 2.3.4).
    static let maximumBytes = 253

    /// Whether a text is an IP address, also with a zone (`fe80::1%eth0`), or can be a host name (RFC 1123 section 2.1).
    static func isHost(_ text: String) -> Bool { isAddress(text) || isName(text) }

    /// Whether a text is an IPv4 address as it is printed.
    static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    private static func isAddress(_ text: String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET, text, &buffer) == 1
            || inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &buffer) == 1
    }

    private static func isName(_ text: String) -> Bool {
        guard text.utf8.count <= maximumBytes else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // A last label of digits alone is a mistyped IPv4 address.
        guard labels.last.map({ $0.allSatisfy(\.isNumber) }) == false else { return false }
        return labels.allSatisfy { label in
            !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }
}
