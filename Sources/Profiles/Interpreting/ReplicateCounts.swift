/// What tells replicates of one analyte apart when the device does not.
struct Replicate: Hashable {
    var specimen: String
    var code: String
    var performed: String?
}

/// Counts equal replicates of one message.
struct ReplicateCounts {
    /// Up to so many are looked through one by one, which is faster than hashing them.
    private static let few = 48
    private var first: [(replicate: Replicate, count: Int)] = []
    private var others: [Replicate: Int] = [:]

    /// How many of these there were before, from 0.
    mutating func next(_ replicate: Replicate) -> Int {
        for index in first.indices.reversed() where first[index].replicate == replicate {
            first[index].count += 1
            return first[index].count - 1
        }
        if first.count < Self.few {
            first.append((replicate, 1))
            return 0
        }
        others[replicate, default: 0] += 1
        return (others[replicate] ?? 1) - 1
    }
}
