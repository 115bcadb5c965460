extension AddressRange {
    /// The address, when the range holds one only.
    var single: IPAddress? { prefixBits == 128 ? first : nil }

    /// Whether some address is in both.
    public func overlaps(_ other: AddressRange) -> Bool {
        prefixBits <= other.prefixBits ? contains(other.first) : other.contains(first)
    }

    /// Two ranges of different owners that hold an address in common; nil when there are none.
    ///
    /// Ranges in CIDR notation hold one another or have nothing in common. So in the order of their first addresses, the
    /// wider before the narrower, one that overlaps any before it overlaps the widest that has not ended.
    public static func clash<Owner: Equatable>(
        in owned: [(range: AddressRange, owner: Owner)]
    ) -> (first: (range: AddressRange, owner: Owner), second: (range: AddressRange, owner: Owner))? {
        let ordered = owned.map { (entry: $0, network: $0.range.network) }.sorted { one, other in
            if one.network == other.network { return one.entry.range.prefixBits < other.entry.range.prefixBits }
            return one.network.lexicographicallyPrecedes(other.network)
        }
        var enclosing: [(range: AddressRange, owner: Owner)] = []
        for (entry, _) in ordered {
            while let last = enclosing.last, !last.range.overlaps(entry.range) { enclosing.removeLast() }
            if let other = enclosing.first(where: { $0.owner != entry.owner }) { return (other, entry) }
            enclosing.append(entry)
        }
        return nil
    }

    /// The first address of the range, 16 bytes.
    private var network: [UInt8] {
        first.bytes.enumerated().map { index, byte in
            let bits = max(0, min(8, prefixBits - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        }
    }
}
