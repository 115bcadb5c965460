import Core

/// A modality's query, to be looked at entry by entry: what would be shown, and what removes the others.
///
/// A function of its arguments; it goes the way of `AssociationService.find`.
public struct ExplainedQuery: Sendable {
    /// What removed an entry.
    public enum Removal: String, Sendable, CaseIterable { case state, missing, scope, window, key }

    /// Whether an entry is shown, and if not, why.
    public struct Verdict: Sendable, HoldsPatientData {
        /// The entry as the modality would see it.
        public let entry: WorklistEntry
        /// Nil when it is shown.
        public let removal: Removal?
        /// The tags of the keys that do not match.
        public let keys: [String]
        /// Why it is not shown, a sentence.
        public let what: String
    }

    /// Why keys or a query cannot be used, a sentence.
    public struct Unusable: Error, Sendable {
        /// The sentence.
        public let sentence: String
    }

    private let modality: RadiologyModality
    private let stations: WorklistStations
    private let identifier: WorklistIdentifier
    private let query: WorklistQuery
    private let today: DICOMDate?
    private let clock: FacilityClock
    /// What else there is to say of the query.
    public private(set) var remarks: [String] = []

    /// The keys that are not empty, as `0040,0002 = 20261125`.
    public var keys: [String] {
        identifier.keys.map { "\($0.path) = \($0.text)" + ($0.key == nil ? " (ignored for this modality)" : "") }
    }

    /// What a store has to hand over for it.
    public func preselection(accession: String?) -> WorklistPreselection {
        var wanted = WorklistPreselection()
        wanted.includesEveryState = true
        wanted.accession = accession
        return wanted
    }

    /// From a query that was kept.
    ///
    /// - Parameters:
    ///   - at: The moment for what goes by the day.
    ///   - moves: Whether its dates move with the days between then and `at`: a device that asks for today does so every
    ///     day.
    public init(
        _ record: WorklistQueryRecord, of modality: RadiologyModality, in configuration: RadiologyConfiguration,
        at: Timestamp, moves: Bool
    ) throws(Unusable) {
        guard let bytes = record.identifier, let syntax = TransferSyntax(rawValue: record.transferSyntax) else {
            throw Unusable(sentence: "The last query was too long to be kept; name keys with --key.")
        }
        var data: DataSet
        do {
            data = try DataSetReader.read(bytes, syntax, limits: configuration.limits.dataSet)
        } catch {
            throw Unusable(sentence: "The last query was refused: \(error.sentence).")
        }
        let clock = FacilityClock(configuration.timeZone)
        var moved = false
        if moves, let then = clock.day(at: record.at), let now = clock.day(at: at), then != now {
            moved = data.moveStartDates(by: now.dayNumber - then.dayNumber)
        }
        try self.init(data, of: modality, in: configuration, at: at)
        if moved { remarks.append("Its start dates are moved by the days between that query and the given moment.") }
    }

    /// From keys as they are typed, `0040,0002=20261125`; those of the scheduled step go into its item by themselves.
    public init(
        keys: [String], of modality: RadiologyModality, in configuration: RadiologyConfiguration, at: Timestamp
    ) throws(Unusable) {
        var root: [Tag: DataElement] = [
            .specificCharacterSet: DataElement(.specificCharacterSet, .cs, text: "ISO_IR 192")
        ]
        var step: [Tag: DataElement] = [:]
        for key in keys {
            try Self.add(key, &root, &step)
        }
        if !step.isEmpty {
            let item = DataSet(step.values.sorted { $0.tag < $1.tag })
            root[.scheduledProcedureStepSequence] = DataElement(.scheduledProcedureStepSequence, .sq, .items([item]))
        }
        try self.init(
            DataSet(root.values.sorted { $0.tag < $1.tag }), of: modality, in: configuration, at: at)
    }

    private init(
        _ data: DataSet, of modality: RadiologyModality, in configuration: RadiologyConfiguration, at: Timestamp
    ) throws(Unusable) {
        do {
            identifier = try WorklistIdentifier(data, ignoring: modality.worklist.ignoredTags)
        } catch {
            let comment = error.status.comment ?? "it is malformed"
            throw Unusable(sentence: "The query is refused (A900): \(comment).")
        }
        self.modality = modality
        stations = configuration.stations
        clock = FacilityClock(configuration.timeZone)
        today = clock.day(at: at)
        query = identifier.query.cut(to: modality.worklist.window, today: today)
        if identifier.hasUnsupportedKeys {
            remarks.append("It holds keys that are not supported (answered with FF01).")
        }
        if query.isCut, let days = windowWords { remarks.append("It names no date, so it is cut to \(days).") }
    }

    private static func add(
        _ key: String, _ root: inout [Tag: DataElement], _ step: inout [Tag: DataElement]
    ) throws(Unusable) {
        let parts = key.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        var path = parts[0].trimmingBlanks().split(separator: ".").map { String($0) }
        if path.count > 1, path.first.flatMap({ Tag(digits: $0) }) == .scheduledProcedureStepSequence {
            path.removeFirst()
        }
        guard parts.count == 2, let tag = path.first.flatMap({ Tag(digits: $0) }), path.count <= 2 else {
            throw Unusable(sentence: "'\(parts[0])' is no key; write it as 0040,0002=20261125.")
        }
        guard let row = WorklistTable.root[tag] ?? WorklistTable.step[tag] else {
            throw Unusable(sentence: "\(tag) is no attribute of the worklist (PS3.4 table K.6-1).")
        }
        let value = String(parts[1])
        var element = DataElement(tag, row.vr, text: value)
        if case .sequence(let sequence) = row.field {
            guard path.count == 2, let inner = Tag(digits: path[1]), let its = sequence.rows[inner] else {
                throw Unusable(sentence: "\(tag) is a sequence; name a key in it, such as 0032,1064.0008,0100=CTHEAD.")
            }
            let former = (root[tag] ?? step[tag])?.items?.first?.elements ?? []
            let item = former.filter { $0.tag != inner } + [DataElement(inner, its.vr, text: value)]
            element = DataElement(tag, .sq, .items([DataSet(item.sorted { $0.tag < $1.tag })]))
        } else if path.count == 2 {
            throw Unusable(sentence: "\(tag) is no sequence.")
        }
        if WorklistTable.root[tag] != nil { root[tag] = element } else { step[tag] = element }
    }

    /// Looks at one entry; the first thing that removes it is told.
    public func verdict(_ candidate: WorklistEntry) -> Verdict {
        func removed(_ removal: Removal, _ what: String, keys: [String] = []) -> Verdict {
            Verdict(entry: candidate, removal: removal, keys: keys, what: what)
        }
        if let what = whyNotListed(candidate) { return removed(.state, what) }
        let entry = identifier.zone.map { clock.entry(candidate, in: $0) } ?? candidate
        guard let seen = stations.entry(entry, for: modality.caller) else {
            return removed(.scope, scopeWords(stations.ruled(entry)))
        }
        let obstacles = seen.obstacles.map(\.words)
        if !obstacles.isEmpty {
            let words = obstacles.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return removed(.missing, "It cannot be served to any modality: \(words.joined(separator: ", ")).")
        }
        if !query.admits(seen) {
            return removed(
                .window, "The query names no date, and \(seen.startDate) is outside \(windowWords ?? "the window").")
        }
        let differing = WorklistMatching.mismatches(query, seen)
        if !differing.isEmpty {
            let tags = differing.compactMap { WorklistTable.tag(of: $0)?.digits }
            return removed(.key, differing.map { keyWords($0, seen) }.joined(separator: " "), keys: tags)
        }
        return Verdict(entry: seen, removal: nil, keys: [], what: "")
    }

    private func whyNotListed(_ entry: WorklistEntry) -> String? {
        switch entry.state {
        case .scheduled: nil
        case .started:
            modality.worklist.showsStarted
                ? nil
                : "A modality has begun it, and this one does not show steps that have begun (worklist.started)."
        case .completed: "It is completed."
        case .discontinued: "A modality reported that it was given up."
        case .cancelled: "The HMS withdrew it."
        }
    }

    private func scopeWords(_ entry: WorklistEntry) -> String {
        let caller = modality.caller
        let stations = entry.stationAETitles.map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        let named = stations.isEmpty ? "it names no station" : "its station is \(stations.joined(separator: ", "))"
        switch caller.scope {
        case .ownAE: return "The scope own-ae shows only steps for \(caller.aeTitle), and \(named)."
        case .modality:
            return "The scope modality shows only steps for \(caller.modality ?? "no modality"), and this one is for "
                + "\(entry.modality.isEmpty ? "none" : entry.modality)."
        case .location:
            return "The scope location shows only steps at \(caller.location ?? "no location"), and this one is at "
                + "\(entry.location.isEmpty ? "no known place" : entry.location)."
        case .all: return "The scope does not show it."
        }
    }

    private func keyWords(_ key: WorklistKey, _ entry: WorklistEntry) -> String {
        let written = identifier.keys.first { $0.key == key }
        let asked = written.map { "\($0.path) = \($0.text)" } ?? ""
        let values: [String] =
            switch key {
            case .attribute(let attribute): entry.values(of: attribute)
            case .code(let sequence, let part): entry.codes(in: sequence).map { $0.text(of: part) }
            }
        let has = values.isEmpty ? "the entry has none" : "the entry has \(values.joined(separator: ", "))"
        if key == .attribute(.startDate), let time = identifier.keys.first(where: { $0.key == .attribute(.startTime) }),
            query.joinsDateAndTime
        {
            return "The key \(asked) with \(time.path) = \(time.text) is one span of time (\(key.name)), and \(has), "
                + "\(entry.startTime)."
        }
        return "The key \(asked) (\(key.name)) does not match: \(has)."
    }

    private var windowWords: String? {
        guard let window = modality.worklist.window, let today else { return nil }
        let days = window.days(around: today)
        return "the configured window of \(days.first?.text ?? "") to \(days.last?.text ?? "")"
    }
}

extension DataSet {
    /// Moves the dates in the start date's key; whether there were any.
    fileprivate mutating func moveStartDates(by days: Int) -> Bool {
        var moved = false
        for outer in elements.indices where elements[outer].tag == .scheduledProcedureStepSequence {
            guard var items = elements[outer].items else { continue }
            for item in items.indices {
                for inner in items[item].elements.indices where items[item].elements[inner].tag == Tag(0x0040, 0x0002) {
                    let text = String(decoding: items[item].elements[inner].bytes, as: UTF8.self)
                    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
                        DICOMDate(part).flatMap { $0.adding(days: days) }?.text ?? part.trimmingBlanks()
                    }
                    let changed = parts.joined(separator: "-")
                    if changed != text.trimmingBlanks() { moved = true }
                    items[item].elements[inner] = DataElement(Tag(0x0040, 0x0002), .da, text: changed)
                }
            }
            elements[outer].value = .items(items)
        }
        return moved
    }
}
