/// The configured modalities together: which of them sees an entry, and as whose.
///
/// Many orders name no station (ORM^O01 has no field for it). Then the first rule that fits gives it one. Without a rule,
/// when one modality alone has the order's modality code, it is the station; otherwise every modality that may see the
/// entry sees it as its own.
public struct WorklistStations: Sendable, Hashable {
    private let callers: [WorklistCaller]
    private let rules: [StationRule]

    /// From every configured modality, and the rules in their order.
    public init(_ callers: [WorklistCaller], rules: [StationRule] = []) {
        self.callers = callers
        self.rules = rules
    }

    /// The entry with what the rules give it.
    public func ruled(_ entry: WorklistEntry) -> WorklistEntry { rules.applied(to: entry) }

    /// The entry as a caller sees it; nil when its scope does not show it.
    public func entry(_ entry: WorklistEntry, for caller: WorklistCaller) -> WorklistEntry? {
        let entry = rules.applied(to: entry)
        guard entry.namesNoStation else { return caller.maySee(entry) ? entry : nil }
        var assigned = entry
        let candidates = self.candidates(for: entry)
        if candidates.count == 1 {
            assigned.stationAETitles = candidates.map { $0.aeTitle.trimmingBlanks() }
        } else {
            // Nobody's own: `own-ae` does not show it.
            guard caller.scope != .ownAE else { return nil }
            assigned.stationAETitles = [caller.aeTitle.trimmingBlanks()]
        }
        return caller.maySee(assigned) ? assigned : nil
    }

    /// Why no modality sees an open entry, as a sentence; nil when one does.
    public func whyUnseen(_ entry: WorklistEntry) -> String? {
        let entry = rules.applied(to: entry)
        let seen = callers.compactMap { self.entry(entry, for: $0) }
        // What it lacks is said first: it would be in the way of every modality.
        var probe = entry
        if entry.namesNoStation { probe.stationAETitles = seen.first?.stationAETitles ?? ["ANY"] }
        let obstacles = probe.obstacles.map(\.words)
        if !obstacles.isEmpty { return Self.sentence(Self.unique(obstacles).joined(separator: ", ")) }
        return seen.isEmpty ? Self.sentence(whyOutOfScope(entry)) : nil
    }

    /// The same without knowing the modalities: only what every modality would stumble over.
    public static func whyUnseen(_ entry: WorklistEntry) -> String? {
        let obstacles = unique(entry.obstacles.map(\.words))
        return obstacles.isEmpty ? nil : sentence(obstacles.joined(separator: ", "))
    }

    private func whyOutOfScope(_ entry: WorklistEntry) -> String {
        let code = entry.modality.trimmingBlanks()
        guard entry.namesNoStation else {
            let stations = entry.stationAETitles.map { $0.trimmingBlanks() }.joined(separator: ", ")
            let known = callers.contains { caller in
                entry.stationAETitles.contains { $0.trimmingBlanks() == caller.aeTitle.trimmingBlanks() }
            }
            return known
                ? "the scope of the modality with AE title \(stations) does not show it"
                : "no modality is configured with AE title \(stations), and no other may see it by its scope"
        }
        switch candidates(for: entry).count {
        case 0: return "the order names no station, and no modality is configured for \(code)"
        case 1: return "the scope of the only modality for \(code) does not show it"
        case let count:
            return "the order names no station, \(count) modalities are configured for \(code), and each sees only "
                + "orders that name it; name the station in the order, or set the worklist scope to modality"
        }
    }

    private func candidates(for entry: WorklistEntry) -> [WorklistCaller] {
        let code = entry.modality.trimmingBlanks()
        return code.isEmpty ? [] : callers.filter { $0.modality?.trimmingBlanks() == code }
    }

    private static func sentence(_ why: String) -> String { "No modality sees it: \(why)." }

    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}

extension WorklistEntry {
    /// Whether the order left the station open.
    var namesNoStation: Bool { stationAETitles.allSatisfy { $0.trimmingBlanks().isEmpty } }
}
