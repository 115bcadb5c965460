import Core
import Testing

@testable import Store

/// Every state × every event. Entries are written as in `shown`: state, `-w` for a withdrawal, `*` where the device may
/// have the order, and what is wished meanwhile: `+p` place, `+w` withdraw, `+n` nothing. `=` is no change.
@Suite("An order and a device")
struct DispatchEntryTests {
    static let starts = [
        "due", "due*", "due-w*", "sending", "sending*", "sending-w*", "sent*", "refused", "refused*", "refused-w*",
        "notForDevice", "notForDevice*", "withdrawn-w", "off", "off*",
    ]

    // The order changed, was opened again, was cancelled where the device can withdraw, and where it cannot, changed and
    // was opened for a device that asks by itself, was completed.
    static let orders = """
                       changed        opened         cancelled+     cancelled-     asks-changed  asks-opened  completed
        due            =              =              off            off            off           off          off
        due*           =              =              due-w*         sent*          off*          off*         sent*
        due-w*         due*           due*           =              sent*          off*          off*         =
        sending        sending+p      sending+p      sending+w      sending+n      =             =            sending+n
        sending*       sending*+p     sending*+p     sending*+w     sending*+n     =             =            sending*+n
        sending-w*     sending-w*+p   sending-w*+p   sending-w*+w   sending-w*+n   =             =            =
        sent*          due*           =              due-w*         =              =             =            =
        refused        due            due            off            off            =             =            off
        refused*       due*           due*           due-w*         sent*          =             =            sent*
        refused-w*     due*           due*           due-w*         sent*          =             =            =
        notForDevice   due            due            =              =              =             =            =
        notForDevice*  due*           due*           due-w*         =              =             =            =
        withdrawn-w    due            due            =              =              =             =            =
        off            due            due            =              =              =             =            =
        off*           due*           due*           due-w*         =              =             =            =
        """

    static let others = """
                       take        taken        not-for        refused     later   not-sent  lost    attempted      asked
        due            sending     =            =              =           =       =         =       due*           due*
        due*           sending*    =            =              =           =       =         =       =              =
        due-w*         sending-w*  =            =              =           =       =         =       =              =
        sending        =           sent*        notForDevice   refused     due*    due       due*    sending*       sending*
        sending*       =           sent*        notForDevice*  refused*    due*    due*      due*    =              =
        sending-w*     =           withdrawn-w  withdrawn-w    refused-w*  due-w*  due-w*    due-w*  =              =
        sent*          =           =            =              =           =       =         =       =              =
        refused        =           =            =              =           =       =         =       refused*       refused*
        refused*       =           =            =              =           =       =         =       =              =
        refused-w*     =           =            =              =           =       =         =       =              =
        notForDevice   =           =            =              =           =       =         =       notForDevice*  notForDevice*
        notForDevice*  =           =            =              =           =       =         =       =              =
        withdrawn-w    =           =            =              =           =       =         =       off*           off*
        off            =           =            =              =           =       =         =       off*           off*
        off*           =           =            =              =           =       =         =       =              =
        """

    /// What became of the order while the dispatch was out is carried out where it comes back.
    static let wishes = """
                       taken        not-for        refused  later   not-sent  lost
        sending+p      due*         due            due      due*    due       due*
        sending+w      due-w*       notForDevice   off      due-w*  off       due-w*
        sending+n      sent*        notForDevice   off      sent*   off       sent*
        sending*+p     due*         due*           due*     due*    due*      due*
        sending*+w     due-w*       due-w*         due-w*   due-w*  due-w*    due-w*
        sending*+n     sent*        notForDevice*  sent*    sent*   sent*     sent*
        sending-w*+p   due          due            due*     due*    due*      due*
        sending-w*+w   withdrawn-w  withdrawn-w    due-w*   due-w*  due-w*    due-w*
        sending-w*+n   withdrawn-w  withdrawn-w    sent*    sent*   sent*     sent*
        """

    @Test("every state × every change of the order")
    func ordersGrid() throws { try check(Self.orders, rows: Self.starts, columns: 7) }

    @Test("every state × everything that happens to the dispatch")
    func othersGrid() throws { try check(Self.others, rows: Self.starts, columns: 9) }

    @Test("every wish × every way a dispatch comes back")
    func wishesGrid() throws {
        let rows = ["sending", "sending*", "sending-w*"].flatMap { start in ["+p", "+w", "+n"].map { start + $0 } }
        try check(Self.wishes, rows: rows, columns: 6)
    }

    private func check(_ grid: String, rows: [String], columns: Int) throws {
        let lines = grid.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0].count == columns)
        #expect(lines.dropFirst().map { $0[0] } == rows, "no state is left out")
        for line in lines.dropFirst() {
            for (event, wanted) in zip(lines[0], line.dropFirst()) {
                var entry = try Self.entry(line[0])
                #expect(entry.shown == line[0])
                let before = entry
                entry.handle(try #require(Self.events[event]))
                #expect(entry.shown == (wanted == "=" ? line[0] : wanted), "\(line[0]) when \(event)")
                let rises = event == "attempted" || (event == "take" && before.state == .due)
                #expect(entry.attempt == before.attempt + (rises ? 1 : 0), "\(line[0]) when \(event)")
            }
        }
    }

    @Test("a wait is kept by a wish, counted, bounded, and over at the next change")
    func waits() throws {
        var entry = try Self.entry("sending+p")
        let now = Timestamp(microseconds: 1_000_000)
        entry.handle(.settled(.later(now.advanced(by: .seconds(86_400)), why: ""), now: now))
        #expect(entry.notBefore == now.advanced(by: DueTime.longestWait))
        #expect(entry.failures == 1)
        entry.handle(.taken)
        entry.handle(.settled(.notSent(now.advanced(by: .seconds(5)), why: ""), now: now))
        #expect(entry.failures == 2)
        #expect(entry.notBefore == now.advanced(by: .seconds(5)))
        entry.handle(.order(.changed, DownloadDevice(id: "chem-1")))
        #expect(entry.failures == 0)
        #expect(entry.notBefore == .distantPast)
        entry.handle(.taken)
        entry.handle(.settled(.refused("no"), now: now))
        #expect(entry.failures == 1)
    }

    @Test("a withdrawal takes back every attempt that may have arrived, the newest where there are too many")
    func placements() {
        var entry = DispatchEntry(state: .due)
        let now = Timestamp(microseconds: 0)
        for outcome in [DispatchOutcome.later(now, why: ""), .notSent(now, why: ""), .taken] {
            entry.handle(.taken)
            entry.handle(.settled(outcome, now: now))
        }
        #expect(entry.placements == [1, 3])
        for _ in 0..<100 { entry.handle(.attempted) }
        #expect(entry.placements == Array(72...103))
        #expect(entry.attempt == 103)
    }

    @Test("which changes of an order devices need to know")
    func news() {
        let states: [OrderState?] = [nil, .open, .cancelled, .completed]
        var told: [String] = []
        for before in states {
            for after in [OrderState.open, .cancelled, .completed] {
                for tests in [["CBC"], ["CBC", "ESR"]] {
                    let former = before.map { Order.laboratory("A1", state: $0) }
                    let news = OrderNews(from: former, to: .laboratory("A1", state: after, tests: tests))
                    told.append(news.map { "\($0)" } ?? "-")
                }
            }
        }
        #expect(
            told == [
                "changed", "changed", "-", "-", "-", "-",  // new
                "-", "changed", "cancelled", "cancelled", "completed", "completed",  // open
                "opened", "changed", "-", "-", "completed", "completed",  // cancelled
                "opened", "changed", "cancelled", "cancelled", "-", "-",  // completed
            ])
    }

    // MARK: Notation

    private static let both = DownloadDevice(id: "chem-1", withdraws: true)
    private static let placesOnly = DownloadDevice(id: "chem-1")
    private static let asks = DownloadDevice(id: "chem-1", places: false, withdraws: true)
    private static let moment = Timestamp(microseconds: 0)
    private static let events: [String: DispatchEvent] = [
        "changed": .order(.changed, both), "opened": .order(.opened, both), "cancelled+": .order(.cancelled, asks),
        "cancelled-": .order(.cancelled, placesOnly), "asks-changed": .order(.changed, asks),
        "asks-opened": .order(.opened, asks), "completed": .order(.completed, both), "take": .taken,
        "taken": .settled(.taken, now: moment), "not-for": .settled(.notForDevice, now: moment),
        "refused": .settled(.refused("no"), now: moment), "later": .settled(.later(moment, why: "busy"), now: moment),
        "not-sent": .settled(.notSent(moment, why: "no connection"), now: moment), "lost": .lost,
        "attempted": .attempted, "asked": .asked,
    ]

    private static func entry(_ text: String) throws -> DispatchEntry {
        let name = text.prefix { $0.isLetter }
        var entry = DispatchEntry(state: try #require(StoredDispatch.allCases.first { "\($0)" == name }))
        entry.attempt = 3
        if text.contains("-w") { entry.act = .withdraw }
        if text.contains("*") { entry.placements = [2] }
        entry.wish = text.hasSuffix("+p") ? .place : text.hasSuffix("+w") ? .withdraw : .none
        if text.hasSuffix("+n") { entry.wish = .nothing }
        return entry
    }
}

extension DispatchEntry {
    fileprivate var shown: String {
        let wish = [.place: "+p", .withdraw: "+w", .nothing: "+n", .none: ""][self.wish] ?? "?"
        return "\(state)" + (act == .withdraw ? "-w" : "") + (isKnown ? "*" : "") + wish
    }
}
