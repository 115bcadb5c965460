import Core
import Testing

@testable import Console

@Suite struct TerminalTests {
    private let text = TerminalText(clock: WallClock(zoneName: "Asia/Kolkata", now: DemoRows.now))

    @Test func resultsStandInColumns() {
        #expect(
            text.results(Array(DemoRows.results.prefix(5))) == """
                RECEIVED  ACCESSION   MRN      TEST  VALUE  UNIT     FLAGS  STATE              DEVICE
                09:42     L24-000129  MRN0129  WBC   11.84  10*3/uL  H      posted, delivered  haem-2
                09:42     L24-000129  MRN0129  RBC    4.62  10*6/uL  N      posted, delivered  haem-2
                09:42     L24-000129  MRN0129  HGB    6.90  g/dL     LL     posted, delivered  haem-2
                09:42     L24-000129  MRN0129  PLT       -  10*3/uL         posted, refused    haem-2
                09:41     L24-000126  MRN0126  CRP   <0.50  mg/L            posted, skipped    haem-2
                Times are in Asia/Kolkata.

                """)
    }

    @Test func aHoldsSentenceStandsUnderIt() {
        #expect(
            text.holds([DemoRows.holds[0]]) == """
                HOLD  REASON            ACCESSION   DEVICE  MESSAGE  SINCE  STATE
                H41   patient-mismatch  L24-000131  haem-1  M902     09:35  open
                    The device names another patient than the order with this accession. Check the tube's label:
                    nothing was posted.
                Times are in Asia/Kolkata.

                """)
    }

    @Test func everyListingFitsAHundredColumns() async throws {
        let registry = DemoRows.registry
        let all = [
            text.devices(DemoRows.devices), text.holds(DemoRows.holds), text.queue(DemoRows.queue),
            text.results(DemoRows.results), text.orders(try await registry.orders(ListingFilter())),
            text.worklist(try await registry.worklist(ListingFilter())), text.explanation(DemoRows.story),
        ]
        for listing in all {
            #expect(listing.contains("\n"))
            for line in listing.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }
    }

    @Test func emptyListingsSaySo() {
        let all = [
            text.devices([]), text.orders([]), text.worklist([]), text.results([]), text.holds([]), text.queue([]),
        ]
        #expect(
            all == [
                "No device is configured.\n", "No order.\n", "The worklist is empty.\n", "No result.\n",
                "Nothing is held.\n",
                "No delivery waits.\n",
            ])
    }

    @Test func onlyColumnsThatMayBeCutAreCut() {
        var table = TextTable([.init("ID"), .init("NAME", narrowest: 4), .init("N", isNumber: true)])
        table.add(["0123456789", "a long name", "1"])
        table.add(["x", "short", "12345"])
        #expect(
            table.text(width: 24) == """
                ID          NAME       N
                0123456789  a lo…      1
                x           short  12345

                """)
        #expect(
            table.text(width: 5) == """
                ID          NAME      N
                0123456789  a l…      1
                x           sho…  12345

                """)
    }

    @Test func noTextSteersTheTerminal() {
        #expect(printable("a\u{1B}[2Jb\r\n\u{7F}\u{9B}\u{202E}") == "a␛[2Jb␍␊␡\u{FFFD}\u{FFFD}")
        #expect(printable("आशा 10³/µL ≥ é") == "आशा 10³/µL ≥ é")
        var table = TextTable([.init("A")])
        table.add(["\u{1B}c"], note: "\u{1B}c")
        #expect(!table.text().contains("\u{1B}"))
    }

    @Test func sentencesAreWrappedAtBlanks() {
        #expect(wrapped("one two three", width: 7) == ["one two", "three"])
        #expect(wrapped("averylongword b", width: 5) == ["averylongword", "b"])
        #expect(wrapped("", width: 5) == [])
    }

    @Test func theStoryIsToldInSequence() {
        let story = text.explanation(DemoRows.story)
        #expect(story.hasPrefix("L24-000129\n\n09:10  order (HMS-778): The HMS ordered CBC for MRN0129.\n"))
        #expect(story.contains("\nAs the device sent it:\n    ␋MSH|^~\\&|BC-5150"))
    }

    @Test(
        arguments: [
            ("2026-11-22T04:13:00.000Z", "09:43", "just now"), ("2026-11-22T04:10:00Z", "09:40", "3 min ago"),
            ("2026-11-21T18:29:59.999Z", "21 Nov 23:59", "9 h ago"), ("2026-11-21T18:30:00.000Z", "00:00", "9 h ago"),
            ("2026-11-20T10:00:00.000Z", "20 Nov 15:30", "yesterday"),
            ("2025-12-31T20:00:00.000Z", "1 Jan 01:30", "325 days ago"),
            ("2025-12-31T10:00:00.000Z", "31 Dec 2025 15:30", "325 days ago"),
            ("2026-11-22T10:00:00+05:30", "10:00", nil), ("soon", "soon", nil), ("", "", nil),
        ] as [(String, String, String?)])
    func momentsOnTheWall(iso8601: String, short: String, ago: String?) {
        let clock = WallClock(zoneName: "Asia/Kolkata", now: DemoRows.now)
        #expect(clock.short(iso8601) == short)
        #expect(clock.ago(iso8601) == ago)
    }

    @Test func anUnknownZoneFallsBackToUTCAndSaysSo() {
        let clock = WallClock(zoneName: "Mars/Olympus", now: DemoRows.now)
        #expect(clock.time == "04:13:00")
        #expect(clock.zoneName == "GMT")
    }
}
