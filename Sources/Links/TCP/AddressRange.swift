/// The addresses one entry of `allow` admits: a single one (`10.0.0.21`) or a range in CIDR notation (`10.0.0.0/24`,
/// `fd00::/8`; RFC 4632 section 3.1, RFC 4291 section 2.3).
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// As it is written in the configuration.
    public let description: String
    let first: IPAddress
    /// How many leading bits of 128 must agree.
    let prefixBits: Int

    /// Reads an address or a range; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // A zone (`fe80::1%eth0`) names an interface, which says nothing about the peer.
        guard parts.count <= 2, !text.contains("%"), let address = IPAddress(parts[0]) else { return nil }
        let isIPv4 = !parts[0].contains(":")
        let width = isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1]), number <= width
            else { return nil }
            bits = number
        }
        description = text
        first = address
        prefixBits = 128 - width + bits
    }

    /// Whether the range holds this address.
    func contains(_ address: IPAddress) -> Bool {
        let whole = prefixBits / 8
        guard first.bytes.prefix(whole).elementsEqual(address.bytes.prefix(whole)) else { return false }
        let rest = prefixBits % 8
        return rest == 0 || (first.bytes[whole] ^ address.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
