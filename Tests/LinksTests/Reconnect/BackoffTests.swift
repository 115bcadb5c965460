import Testing

@testable import Links

/// Always the number in the middle, or those of a fixed sequence.
struct Fixed: RandomNumberGenerator, Sendable {
    var state: UInt64
    let step: UInt64

    static let middle = Fixed(state: 1 << 63, step: 0)
    static let sequence = Fixed(state: 1, step: 0x9E37_79B9_7F4A_7C15)

    mutating func next() -> UInt64 {
        state &+= step
        return state
    }
}

@Suite("How long a link waits before it is opened again")
struct BackoffTests {
    private func pauses(_ backoff: Backoff, _ lived: [Duration?], _ generator: Fixed) -> [Duration] {
        var (backoff, generator) = (backoff, generator)
        return lived.map { backoff.pause(after: $0, using: &generator) }
    }

    @Test("the pause doubles up to the longest")
    func doubling() {
        let seconds = pauses(.connecting, [Duration?](repeating: nil, count: 9), .middle)
        #expect(seconds == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        let serial = pauses(.serial, [Duration?](repeating: nil, count: 6), .middle)
        #expect(serial == [500, 1_000, 2_000, 4_000, 5_000, 5_000].map { .milliseconds($0) })
    }

    @Test("a fifth shorter to a fifth longer, never outside, and all over")
    func jitter() {
        let found = pauses(.connecting, [Duration?](repeating: nil, count: 1_000), .sequence)
        let planned =
            [1, 2, 4, 8, 16, 32].map { Duration.seconds($0) } + [Duration](repeating: .seconds(60), count: 994)
        for (found, planned) in zip(found, planned) {
            #expect((planned * 80 / 100...planned * 120 / 100).contains(found))
        }
        let long = found.dropFirst(6)
        #expect(long.min().map { $0 < .seconds(49) } == true)
        #expect(long.max().map { $0 > .seconds(71) } == true)
    }

    @Test("a link that held for 30 s starts anew, a shorter one does not")
    func reset() {
        let short = Duration.milliseconds(29_999)
        #expect(pauses(.connecting, [nil, nil, short, nil], .middle) == [1, 2, 4, 8].map { .seconds($0) })
        #expect(pauses(.connecting, [nil, nil, .seconds(30), nil], .middle) == [1, 2, 1, 2].map { .seconds($0) })
    }

    @Test("years of failures overflow nothing")
    func years() {
        #expect(pauses(.connecting, [Duration?](repeating: nil, count: 100_000), .middle).last == .seconds(60))
    }
}
