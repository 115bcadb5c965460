import Console
import Core
import DICOM
import Dispatch
import Foundation
import Store

/// Says which entries a modality would get, and what removed each of the others, for `labrador worklist explain`.
struct WorklistExplainer: WorklistExplaining {
    let configuration: RadiologyConfiguration
    let store: Store
    let now: @Sendable () -> Timestamp

    init(_ configuration: RadiologyConfiguration, store: Store, now: @escaping @Sendable () -> Timestamp) {
        self.configuration = configuration
        self.store = store
        self.now = now
    }

    func explain(_ request: WorklistExplainRequest) async -> WorklistExplainOutcome {
        // It goes over every order, which takes a while: not on a thread of Swift's pool.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: explained(request)) }
        }
    }

    private func explained(_ request: WorklistExplainRequest) -> WorklistExplainOutcome {
        let modality = configuration.modalities.first { $0.id == request.ae || $0.caller.aeTitle == request.ae }
        guard let modality else {
            let known = configuration.modalities.map(\.caller.aeTitle).joined(separator: ", ")
            return .refused(
                "No modality '\(request.ae)' is configured. Configured: \(known.isEmpty ? "none" : known).")
        }
        var at = now()
        if let text = request.at {
            guard let moment = moment(text) else {
                return .refused("'\(text)' is no time; write it as 2026-11-25T08:30 or 2026-11-25T08:30:00+05:30.")
            }
            at = moment
        }
        do {
            return .explained(try explained(request, modality, at))
        } catch let error as ExplainedQuery.Unusable {
            return .refused(error.sentence)
        } catch let error as StoreError {
            return .refused("The worklist cannot be read: \(error.sentence)")
        } catch {
            return .refused("The worklist cannot be read: \(error)")
        }
    }

    private func explained(
        _ request: WorklistExplainRequest, _ modality: RadiologyModality, _ at: Timestamp
    ) throws -> WorklistExplanation {
        let title = modality.caller.aeTitle.trimmingBlanks()
        let last = try store.lastWorklistQuery(title)
        let source = request.keys != nil ? "given keys" : last == nil ? "no query yet" : "last query"
        var told = WorklistExplanation(ae: title, at: at.iso8601, source: source)
        if let last {
            told.asked = last.at.iso8601
            let digits = String(last.status, radix: 16, uppercase: true)
            told.status = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            (told.sent, told.replaced) = (last.matches, last.replaced)
        }
        let query: ExplainedQuery
        if let last, request.keys == nil {
            query = try ExplainedQuery(last, of: modality, in: configuration, at: at, moves: request.at != nil)
        } else {
            query = try ExplainedQuery(keys: request.keys ?? [], of: modality, in: configuration, at: at)
        }
        (told.keys, told.remarks) = (query.keys, query.remarks)
        var rows = ExplainedRows(limit: request.limit)
        try store.candidates(for: query.preselection(accession: request.accession)) { entry in
            rows.add(query.verdict(entry))
            return true
        }
        (told.shown, told.removed, told.entries) = (rows.shownCount, rows.removedCounts, rows.rows)
        return told
    }

    /// 1900 to 9999: a year of more digits would not fit a `Timestamp`.
    private static let moments: Range<TimeInterval> = -2_208_988_800..<253_402_300_800

    /// A moment as people write it: with offset, or in the facility's own time, or a day alone (its beginning).
    private func moment(_ text: String) -> Timestamp? {
        let text = text.trimmingBlanks()
        let formats = ["yyyy-MM-dd'T'HH:mm:ssXXXXX", "yyyy-MM-dd'T'HH:mmXXXXX", "yyyy-MM-dd'T'HH:mm:ss"]
        for format in formats + ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"] {
            let reader = DateFormatter()
            reader.locale = Locale(identifier: "en_US_POSIX")
            reader.timeZone = TimeZone(identifier: configuration.timeZone) ?? .gmt
            reader.dateFormat = format
            if let date = reader.date(from: text), Self.moments.contains(date.timeIntervalSince1970) {
                return Timestamp(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
            }
        }
        return nil
    }
}

/// The rows of an explanation while they come: of the shown and of the others at most so many.
private struct ExplainedRows {
    let limit: Int
    private(set) var shownCount = 0
    private(set) var removedCounts: [String: Int] = [:]
    private var shown: [(order: String, row: WorklistExplanationRow)] = []
    private var removed: [(order: String, row: WorklistExplanationRow)] = []

    init(limit: Int) { self.limit = max(1, limit) }

    mutating func add(_ verdict: ExplainedQuery.Verdict) {
        var row = WorklistExplanationRow(verdict.entry)
        guard let removal = verdict.removal else {
            shownCount += 1
            shown.append((row.scheduled + row.patient, row))
            if shown.count > 2 * limit { shown = Self.first(limit, shown) }
            return
        }
        (row.shown, row.removed_by, row.keys, row.what) = (false, removal.rawValue, verdict.keys, verdict.what)
        removedCounts[removal.rawValue, default: 0] += 1
        // What one key removed is nearer than what several did, and that nearer than what was never in sight.
        let rank = removal == .key ? verdict.keys.count : 100 + (Self.ranks.firstIndex(of: removal) ?? 0)
        removed.append((String(1_000 + rank) + row.scheduled, row))
        if removed.count > 2 * limit { removed = Self.first(limit, removed) }
    }

    private static let ranks: [ExplainedQuery.Removal] = [.window, .missing, .scope, .state]

    var rows: [WorklistExplanationRow] { (Self.first(limit, shown) + Self.first(limit, removed)).map(\.row) }

    private static func first(
        _ limit: Int, _ rows: [(order: String, row: WorklistExplanationRow)]
    ) -> [(order: String, row: WorklistExplanationRow)] {
        Array(rows.sorted { ($0.order, $0.row.accession) < ($1.order, $1.row.accession) }.prefix(limit))
    }
}
