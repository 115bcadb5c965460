import Core

/// Which of several profiles fit a recording: what `labrador profile identify` prints.
public struct Identification: Sendable {
    /// Points below which a profile explains nothing worth naming.
    private static let least = 350
    /// Points by which the best must be ahead to be named alone.
    private static let lead = 50

    /// Those that can read it, the best first; equal ones by id.
    public var fits: [ProfileFit]
    /// Those that cannot, and why.
    public var unreadable: [ProfileFit]
    /// Profiles that are broken, by id.
    public var broken: [String]

    init(_ fits: [ProfileFit], broken: [String]) {
        self.fits = fits.filter { $0.unreadable == nil }
            .sorted { ($0.points, $0.isGeneric ? 1 : 0, $1.id) > ($1.points, $1.isGeneric ? 1 : 0, $0.id) }
        unreadable = fits.filter { $0.unreadable != nil }.sorted { $0.id < $1.id }
        self.broken = broken.sorted()
    }

    /// The profiles a person would choose from: one when it is clear, several that fit about equally, or none.
    public var best: [ProfileFit] {
        let knowing = fits.filter { !$0.handsOnAll || $0.mark == .fits }
        guard let first = knowing.first, first.points >= Self.least else { return onlyReader.map { [$0] } ?? [] }
        return knowing.filter { $0.points > first.points - Self.lead }
    }

    /// A model's own profile that hands on what it does not know, and makes more of the recording than any other.
    private var onlyReader: ProfileFit? {
        guard let first = fits.first, first.handsOnAll, !first.isGeneric, first.mark != .differs, first.lines > 0,
            fits.dropFirst().allSatisfy({ $0.points < first.points })
        else { return nil }
        return first
    }

    /// The answer in sentences.
    public var verdict: String {
        if fits.isEmpty {
            return unreadable.isEmpty
                ? "There is no profile to compare with."
                : "No profile can read this recording. `labrador profile new` makes a proposal for a new one."
        }
        switch best.count {
        case 0 where fits.allSatisfy { $0.lines == 0 }:
            return "The recording holds no results, so little tells the profiles apart. Record a message with results."
        case 0:
            let through = fits.first { $0.handsOnAll }
            return "No profile fits this device"
                + (through.map { "; \($0.id) would hand its codes on as they come" } ?? "")
                + ". `labrador profile new` makes a proposal for a profile of its own."
        case _ where best.allSatisfy { $0.mark == .differs }:
            return
                "\(best.prefix(5).map(\.id).joined(separator: ", ")) \(best.count == 1 ? "knows" : "know") these tests, but "
                + "the message does not name the model as expected there. Is it a related model?"
        case 1: return "\(best[0].id) fits best."
        default:
            return
                "\(best.prefix(5).map(\.id).joined(separator: ", ")) fit about equally well. Their README.md says which "
                + "models each is for."
        }
    }

    /// The verdict and a line a profile with its reason, at most so many characters wide.
    public func text(width: Int = DecodeReport.standardWidth, most: Int = 10) -> String {
        var lines = hung(verdict, width: width + 2).map { String($0.dropFirst(2)) } + [""]
        let names = fits.prefix(most).map(\.id.count).max() ?? 0
        for fit in fits.prefix(most) {
            let head = "\(padded(String(fit.points), 4))  \(padded(fit.id, names))  "
            let sentence = hung(fit.sentence, width: max(width - head.count, 30) + 2).map { String($0.dropFirst(2)) }
            for (index, part) in sentence.enumerated() {
                lines.append(index == 0 ? head + part : String(repeating: " ", count: head.count) + part)
            }
        }
        if fits.count > most { lines.append("… and \(fits.count - most) more, none of them nearer.") }
        if !unreadable.isEmpty {
            let count = unreadable.count
            lines.append("\(count) \(count == 1 ? "profile" : "profiles") cannot read it. For example:")
            lines += hung("\(unreadable[0].id): \(unreadable[0].sentence)", width: width)
        }
        if !broken.isEmpty {
            lines += hung(
                "Not looked at, because their files have mistakes: \(broken.joined(separator: ", ")).", width: width + 2
            ).map { String($0.dropFirst(2)) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same for programs.
    public var json: JSONValue {
        .object([
            JSONMember("verdict", .string(verdict)),
            JSONMember("best", .array(best.map { .string($0.id) })),
            JSONMember("profiles", .array((fits + unreadable).map(Self.json))),
            JSONMember("broken", .array(broken.map { .string($0) })),
        ])
    }

    private static func json(_ fit: ProfileFit) -> JSONValue {
        let number = { (value: Int) in JSONValue.number(String(value)) }
        return .object([
            JSONMember("id", .string(fit.id)), JSONMember("name", .string(fit.name)),
            JSONMember("readable", .bool(fit.unreadable == nil)), JSONMember("points", number(fit.points)),
            JSONMember("why", .string(fit.sentence)), JSONMember("identify", .string(fit.mark.rawValue)),
            JSONMember("passes_through", .bool(fit.passesThrough)), JSONMember("messages", number(fit.messages)),
            JSONMember("queries", number(fit.queries)), JSONMember("lines", number(fit.lines)),
            JSONMember("known", number(fit.known)), JSONMember("other_units", number(fit.otherUnits)),
            JSONMember("unknown", number(fit.unknown)), JSONMember("unplaced", number(fit.unplaced)),
            JSONMember("asides", number(fit.asides)), JSONMember("specimens", number(fit.specimens)),
            JSONMember("specimens_found", number(fit.specimensFound)),
            JSONMember("checksum", fit.checksum.map { .string($0) } ?? .null),
        ])
    }
}
