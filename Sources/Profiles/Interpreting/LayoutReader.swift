import ASTM
import Core

/// Walks the units of one message in order.
struct LayoutReader {
    let profile: Profile
    private var lines: LineReader
    private let encoding: BlockEncoding
    private var done: [SpecimenReport] = []
    /// What holds for the results of the open specimen.
    private var context: [String: String] = [:]
    private var waiting: [Line] = []
    private var begun: Line?
    private var asides: [(fate: LineRule.Fate, line: AsideLine)] = []
    private var problems: [Problem] = []
    private var queries: [SpecimenReport] = []
    private var counts: [String: Int] = [:]
    private(set) var results = 0
    private(set) var names: [String] = []
    /// The fields of each unit, and of each result inside a unit.
    private(set) var cuts: [LayoutCut] = []
    private(set) var hasFit = false
    /// Whether what no field covers is listed.
    private let naming: Bool
    /// The fields that are a result's value.
    private let values: Set<String>
    /// Why a value that holds for the results to come is only a piece of a number.
    private var contextCut: String?

    /// A result that waits for the end of its specimen.
    private struct Line {
        var at: String
        var fields: [String: String]
        /// Why its value is only a piece of a number.
        var cut: String?
    }

    init(profile: Profile, facility: Facility, naming: Bool = false) {
        self.profile = profile
        self.naming = naming
        values = Set(profile.value.from.sources.flatMap { [$0.path] + $0.joined }.compactMap(\.fieldName))
        lines = LineReader(profile.plan, facility: facility)
        encoding = profile.encoding.astm
    }

    // MARK: - Units

    mutating func read(_ unit: ArraySlice<UInt8>) {
        let text = encoding.text(unit)
        if let query = profile.blockQuery(Array(unit)) {
            hasFit = true
            names.append("query")
            queries += queryReports(query.specimens, asksForAll: false, isCancel: false, remarks: [], at: "query|1")
            return
        }
        guard let record = profile.blocks.layout.records.first(where: { $0.fits(unit, text) }) else {
            let number = count("unit")
            names.append("?")
            cuts.append(LayoutCut(at: "unit|\(number)", record: "", fields: ["unit": text]))
            problems.append(
                Problem(
                    at: "unit|\(number)", what: "a part of \(unit.count) characters fits no record of the layout",
                    held: .unreadable))
            return
        }
        hasFit = true
        names.append(record.name)
        if record.beginsSpecimen { close() }
        if case .aside(let fate, let why) = record.role {
            asides.append((fate, AsideLine(at: "\(record.name)|\(count(record.name))", why: why)))
            return
        }
        take(record, unit)
    }

    /// A line of which the end may be missing: what it says is not guessed.
    mutating func leaveOut(cutOff unit: ArraySlice<UInt8>) {
        hasFit = true
        names.append("?")
        problems.append(
            Problem(
                at: "unit|\(count("unit"))",
                what: "the transmission ended in the middle of a line of \(unit.count) characters; it is not read",
                held: .unreadable))
    }

    private mutating func take(_ record: LayoutRecord, _ unit: ArraySlice<UInt8>) {
        let fields = record.cut.fields(of: unit, encoding)
        let cover = LayoutCover(record, unit)
        let cut = cover.cutNumber(values)
        cuts.append(LayoutCut(at: record.name, record: record.name, fields: fields))
        if naming {
            cuts[cuts.count - 1].rest = cover.rest.map { ($0.place, encoding.text($0.bytes)) }
        }
        switch record.role {
        case .whole:
            closeBegun()
            add(record.name, context.merging(fields) { $1 }.merging(["record": record.name]) { $1 }, cut ?? contextCut)
        case .begins:
            closeBegun()
            results += 1
            begun = Line(
                at: "\(record.name)|\(results)",
                fields: context.merging(fields) { $1 }.merging(["record": record.name]) { $1 }, cut: cut ?? contextCut)
        case .context:
            if begun != nil, record.repetition == nil {
                begun?.fields.merge(fields) { $1 }
                if let cut { begun?.cut = cut }
            } else {
                contextCut = cut ?? contextCut
                context.merge(fields) { $1 }
                context["record"] = record.name
            }
        case .aside: break
        }
        if let repetition = record.repetition { take(repetition, of: record, unit, cover) }
    }

    /// Results inside a unit.
    private mutating func take(
        _ repetition: LayoutRecord.Repetition, of record: LayoutRecord, _ unit: ArraySlice<UInt8>, _ cover: LayoutCover
    ) {
        let pieces = repetition.pieces(of: unit)
        if !repetition.fits.isEmpty, !pieces.allSatisfy({ repetition.isFit(encoding.text($0)) }) {
            problems.append(
                Problem(
                    at: "\(record.name)|\(count("unfit"))",
                    what: "the results of this block do not stand where they should; a character was lost or added on "
                        + "the line. None of them is taken: let the device send the sample again", held: .unreadable))
            return
        }
        for (index, piece) in pieces.enumerated() {
            var fields = repetition.cut.fields(of: piece, encoding)
            cuts.append(LayoutCut(at: record.name, record: record.name, fields: fields))
            if fields.isEmpty, repetition.codes.isEmpty { continue }
            if !repetition.codes.isEmpty {
                guard index < repetition.codes.count else {
                    if !fields.isEmpty {
                        leaveOut(
                            record,
                            "result \(index + 1) has no test: the profile names \(repetition.codes.count) in 'codes'",
                            held: .unreadable)
                    }
                    continue
                }
                // A place without a text is a test that was not done.
                if fields["value"] == nil { continue }
                fields["code"] = repetition.codes[index]
            } else if !repetition.cut.reaches("value", in: piece) {
                // What stands behind the last result, a check for example.
                leaveOut(record, "\(piece.count) characters behind the last result are no result")
                continue
            }
            add(record.name, context.merging(fields) { $1 }, cover.cutNumber(values, in: piece))
        }
    }

    private mutating func leaveOut(_ record: LayoutRecord, _ what: String, held: HoldReason? = nil) {
        problems.append(Problem(at: record.name, what: what, held: held))
    }

    private mutating func add(_ name: String, _ fields: [String: String], _ cut: String?) {
        results += 1
        guard results <= MessageLimits.standard.results else { return }
        waiting.append(Line(at: "\(name)|\(results)", fields: fields, cut: cut))
    }

    private mutating func count(_ name: String) -> Int {
        counts[name, default: 0] += 1
        return counts[name] ?? 1
    }

    // MARK: - Specimens

    private mutating func closeBegun() {
        if let line = begun { waiting.append(line) }
        begun = nil
    }

    /// What was said so far is one specimen's.
    private mutating func close() {
        closeBegun()
        defer {
            context = [:]
            contextCut = nil
            waiting = []
            asides = []
            problems = []
        }
        guard !waiting.isEmpty || !context.isEmpty || !asides.isEmpty || !problems.isEmpty else { return }
        if waiting.isEmpty {
            // Nothing measured: no specimen's report.
            var report = SpecimenReport(kind: .other, specimen: "", problems: problems)
            append(asides, to: &report)
            done.append(report)
            return
        }
        // What a result says of its specimen itself counts as well.
        let shared = context.merging(waiting[0].fields.filter { context[$0.key] == nil }) { $1 }
        var report = lines.report(LayoutSource(shared: shared))
        if report.kind.concernsPatient, namesSeveral { report.specimenProblem = Self.several }
        var comments = CommentCollector()
        for line in waiting {
            let source = LayoutSource(own: line.fields, shared: context)
            let (known, told) = (report.observations.count, report.problems.count)
            lines.read(source, at: line.at, into: &report)
            if let cut = line.cut, report.observations.count > known {
                // A piece of a number is no result, whatever else is right about it.
                report.observations.removeSubrange(known...)
                report.problems.removeSubrange(told...)
                report.problems.append(Problem(at: line.at, what: cut, held: .unreadable))
            }
            comments.target = report.observations.count > known ? known : nil
            if comments.target != nil { comments.add(source, lines.plan, at: line.at, into: &report) }
        }
        comments.finish(into: &report)
        report.problems += problems
        append(asides, to: &report)
        done.append(report)
    }

    /// Whether the results were said to be of different specimens or patients, without a record that begins a specimen.
    private var namesSeveral: Bool {
        ([profile.specimen.id] + profile.patients.map(\.id)).contains { id in
            let own = waiting.map { LayoutSource(own: $0.fields, shared: context).text(id) }
            return Set((own + [LayoutSource(shared: context).text(id)]).compactMap { $0 }).count > 1
        }
    }

    private static let several =
        "The message names several specimens or patients, and the profile's layout does not say where another begins "
        + "(new: specimen). Assign the results to an order by hand."

    private func append(_ asides: [(fate: LineRule.Fate, line: AsideLine)], to report: inout SpecimenReport) {
        for (fate, line) in asides {
            if fate == .secondary { report.secondary.append(line) } else { report.ignored.append(line) }
        }
    }

    mutating func finish() -> [SpecimenReport] {
        close()
        let all = queries + done
        return all.isEmpty ? [SpecimenReport(kind: .other, specimen: "")] : all
    }
}
