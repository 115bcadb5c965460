/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Says which of many pieces a fault strikes: one in every N, the last of them, or with a seed a drawn one.
struct FaultCounter: Sendable {
    private let every: Int
    private let isDrawn: Bool
    private var count = 0
    private var struck: Int

    init(every: Int, isDrawn: Bool, _ random: inout SeededGenerator) {
        self.every = every
        self.isDrawn = isDrawn
        struck = isDrawn ? Int.random(in: 1...every, using: &random) : every
    }

    /// One more piece passes.
    mutating func strikes(_ random: inout SeededGenerator) -> Bool {
        count += 1
        let isStruck = count == struck
        if count == every {
            count = 0
            if isDrawn { struck = Int.random(in: 1...every, using: &random) }
        }
        return isStruck
    }
}
