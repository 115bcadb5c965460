/// Unique identifiers (VR UI, PS3.5 section 9).
public enum DICOMUID {
    /// Longest UID, characters.
    public static let characters = 64

    /// Whether a text is a UID: components of digits separated by dots, none but zero itself beginning with zero.
    public static func isValid(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= characters else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { component in
            component.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                && (component.utf8.count == 1 || component.utf8.first.map { $0 != UInt8(ascii: "0") } ?? false)
        }
    }

    /// The UID of a UUID (`2.25.` and its decimal form, PS3.5 annex B.2) made of 32 hex digits of a digest (RFC 9562,
    /// version 8).
    ///
    /// The same digest always gives the same UID.
    public static func ofDigest(_ hexadecimal: String) -> String {
        let number = UInt128(hexadecimal, radix: 16) ?? 0
        let high = UInt64(truncatingIfNeeded: number >> 64) & 0xFFFF_FFFF_FFFF_0FFF | 0x8000
        let low = UInt64(truncatingIfNeeded: number) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return "2.25.\(UInt128(high) << 64 | UInt128(low))"
    }
}
