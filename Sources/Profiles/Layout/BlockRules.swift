import Blocks
import Core

/// How the blocks of a device are marked on the line, answered, and cut into fields (`framing:`, `dialogue:`, `layout:`).
public struct BlockRules: Hashable, Sendable {
    /// Where blocks begin and end.
    public var framing = BlockFraming()
    /// What is answered.
    public var dialogue = BlockDialogue()
    /// Whether printer control sequences are taken out before the layout looks.
    var stripsPrinterCodes = false
    var layout = Layout()

    /// Blocks without marks, answers or fields.
    public init() {}
}

/// How the text of a block becomes fields with names.
struct Layout: Hashable, Sendable {
    /// What is looked at as one.
    enum Units: Hashable, Sendable {
        case block
        /// Ended by CR, LF or both.
        case lines
        /// Parted by these bytes.
        case separated([UInt8])
    }

    var units = Units.block
    /// The first that fits takes the unit.
    var records: [LayoutRecord] = []

    /// The names of all its fields.
    var fieldNames: Set<String> {
        var names: Set<String> = ["record"]
        for record in records {
            names.formUnion(record.cut.names)
            names.formUnion(record.repetition?.cut.names ?? [])
            if record.repetition?.codes.isEmpty == false { names.insert("code") }
        }
        return names
    }
}

/// One kind of unit.
struct LayoutRecord: Hashable, Sendable {
    /// What a unit is for.
    enum Role: Hashable, Sendable {
        /// Its fields hold for the results beside it.
        case context
        /// It is a result.
        case whole
        /// A result begins: the fields of the units that follow belong to it, until the next or the end.
        case begins
        /// It is no result.
        case aside(LineRule.Fate, why: String)
    }

    /// Its name; `at` of its results.
    var name: String
    /// Of the unit's text; all must hold.
    var tests: [Condition.Test] = []
    /// Of the unit's length, in bytes.
    var length: UnitCut.Columns?
    var cut = UnitCut.none
    var role = Role.context
    var repetition: Repetition?
    /// What units before said is forgotten: another specimen begins.
    var beginsSpecimen = false

    /// Results inside a unit.
    struct Repetition: Hashable, Sendable {
        /// The first character, or field, from 1.
        var from: Int
        /// Characters, or fields, of one result.
        var width: Int
        var cut: UnitCut
        /// The tests' codes in order, where the device names none.
        var codes: [String] = []
        /// What each result looks like, one of these; where one does not, a character was lost or came too much, and none
        /// of the unit is taken.
        var fits: [Pattern] = []
    }
}

/// How a unit is cut.
enum UnitCut: Hashable, Sendable {
    case none
    case columns([String: Columns])
    /// Parted by a mark.
    case fields(mark: [UInt8], [String: Place])
    /// Parted once, at the first mark: 1 is what stands before it, 2 the rest.
    case label(mark: [UInt8], [String: Place])
    /// Parted by runs of blanks.
    case words([String: Place])

    var names: [String] {
        switch self {
        case .none: []
        case .columns(let columns): Array(columns.keys)
        case .fields(_, let places), .label(_, let places), .words(let places): Array(places.keys)
        }
    }

    /// Characters from 1; without an end to the end of the text.
    struct Columns: Hashable, Sendable {
        var first: Int
        var last: Int?

        /// `3`, `3-6` or `7-`; nil for anything else.
        init?(_ text: String) {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count), let first = Self.number(ends[0]) else { return nil }
            self.first = first
            if ends.count == 1 {
                last = first
            } else if !ends[1].isEmpty {
                guard let end = Self.number(ends[1]) else { return nil }
                last = end
            }
        }

        init(first: Int, last: Int?) {
            self.first = first
            self.last = last
        }

        /// Characters it takes; nil when that depends on the text.
        var width: Int? { last.map { $0 - first + 1 } }

        /// Largest column or place.
        static let most = 100_000

        private static func number(_ text: Substring) -> Int? {
            guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(text), (1...most).contains(number)
            else { return nil }
            return number
        }
    }

    /// One or several parts, and what of their text.
    struct Place: Hashable, Sendable {
        var parts: Columns
        var columns: Columns?
    }
}
