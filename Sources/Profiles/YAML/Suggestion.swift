/// `, did you mean 'x'?` for the known word nearest to `word`, or nothing when none is near.
func didYouMean(_ word: String, _ known: [String]) -> String {
    let allowed = max(1, min(3, word.count / 3))
    let nearest = known.map { (word: $0, distance: editDistance(word, $0)) }
        .filter { $0.distance <= allowed }
        .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return nearest.map { ", did you mean '\($0.word)'?" } ?? ""
}

/// Up to three known words that a slip may have meant, nearest first: a few letters differ, or one holds the other.
func nearWords(_ word: String, _ known: [String]) -> [String] {
    let word = word.lowercased()
    let allowed = max(1, min(3, word.count / 3))
    return known.compactMap { candidate -> (word: String, distance: Int)? in
        let distance = editDistance(word, candidate)
        let holds = word.count >= 3 && (candidate.lowercased().contains(word) || word.contains(candidate.lowercased()))
        return distance <= allowed || holds ? (candidate, distance) : nil
    }
    .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
    .prefix(3).map(\.word)
}

/// The number of single-letter changes, insertions, deletions and swaps of neighbours between two words, case ignored
/// (optimal string alignment).
func editDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left.lowercased()), b = Array(right.lowercased())
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i]
        for j in 1...b.count {
            var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, beforeLast[j - 2] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
