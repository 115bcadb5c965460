extension Problem {
    /// The lines it may be about: `R|7|3` is about the line `R|7`.
    var lines: [String] {
        let parts = at.split(separator: "|", omittingEmptySubsequences: false)
        return (1...max(1, parts.count)).map { parts.prefix($0).joined(separator: "|") }
    }
}

/// A report's problems by line: a message may have tens of thousands, and each result asks for its own.
public struct ProblemsByLine: Sendable {
    private struct Key: Hashable {
        var line: String
        var reason: HoldReason
    }

    private var sentences: [Key: String] = [:]

    /// The first sentence of each reason on each line.
    public init(_ problems: [Problem]) {
        for problem in problems {
            guard let reason = problem.held else { continue }
            for line in problem.lines {
                let key = Key(line: line, reason: reason)
                if sentences[key] == nil { sentences[key] = problem.what }
            }
        }
    }

    /// What keeps the result on this line back.
    public func what(_ reason: HoldReason, about line: String) -> String? { sentences[Key(line: line, reason: reason)] }
}

/// The values known of a report's runs, whichever replicate they were counted as.
struct KnownValues {
    private struct Key: Hashable {
        var code: String
        var performed: String?
        var value: ObservedValue
        var unit: String
        var status: ObservationStatus
    }

    private let keys: Set<Key>

    init(_ known: [ResultID: [KnownResult]]) {
        keys = Set(known.values.joined().map { Self.key($0.observation) })
    }

    func contains(_ observation: Observation) -> Bool { keys.contains(Self.key(observation)) }

    private static func key(_ seen: Observation) -> Key {
        Key(
            code: seen.code, performed: seen.performed, value: seen.value, unit: seen.deviceUnit, status: seen.status)
    }
}
