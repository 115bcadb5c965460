/// Finds the parts between separators.
enum Parts {
    /// The `number`th part (from 1) between separators, an empty range if there is none.
    static func part(
        _ number: Int, of range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, separator: UInt8?
    ) -> Range<Int> {
        let none = range.upperBound..<range.upperBound
        guard number >= 1 else { return none }
        guard let separator else { return number == 1 ? range : none }
        var start = range.lowerBound
        if number > 1 {
            guard let before = index(of: separator, number - 1, in: bytes, range) else { return none }
            start = before + 1
        }
        return start..<(index(of: separator, 1, in: bytes, start..<range.upperBound) ?? range.upperBound)
    }

    /// What `transform` makes of each part between separators, of at least one.
    static func cut<Result>(
        _ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, at separator: UInt8?,
        _ transform: (Range<Int>) -> Result
    ) -> [Result] {
        guard let separator, let first = index(of: separator, 1, in: bytes, range) else { return [transform(range)] }
        var parts: [Result] = []
        parts.reserveCapacity(count(of: separator, in: bytes, first..<range.upperBound) + 1)
        parts.append(transform(range.lowerBound..<first))
        var start = first + 1
        while let end = index(of: separator, 1, in: bytes, start..<range.upperBound) {
            parts.append(transform(start..<end))
            start = end + 1
        }
        parts.append(transform(start..<range.upperBound))
        return parts
    }

    /// How many parts there are between separators: mostly one.
    static func partCount(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, at separator: UInt8) -> Int {
        guard let first = index(of: separator, 1, in: bytes, range) else { return 1 }
        return count(of: separator, in: bytes, first..<range.upperBound) + 1
    }

    /// How often a byte occurs.
    static func count(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where bytes[index] == byte { count &+= 1 }
        return count
    }

    /// Where the `number`th (from 1) of these bytes stands.
    ///
    /// Reads eight bytes at a time: this is where the time of reading fields goes.
    static func index(
        of byte: UInt8, _ number: Int, in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) -> Int? {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let raw = UnsafeRawBufferPointer(bytes)
        var left = number
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
            // The high bit of each byte that was equal, and no other bit.
            var found = ~(((word & low) &+ low) | word | low)
            let count = found.nonzeroBitCount
            if count >= left {
                while left > 1 {
                    found &= found &- 1
                    left -= 1
                }
                return index + found.trailingZeroBitCount / 8
            }
            left -= count
            index += 8
        }
        while index < range.upperBound {
            if bytes[index] == byte {
                left -= 1
                if left == 0 { return index }
            }
            index += 1
        }
        return nil
    }
}
