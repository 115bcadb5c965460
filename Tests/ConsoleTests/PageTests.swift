import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct PageTests {
    /// What a device may try to slip into a page.
    private static let nasty = "<script>alert('x')</script>\"&\u{1B}[31m\u{202E}"

    @Test func interpolatedTextIsEscaped() {
        let page: HTML = "<td title=\"\(Self.nasty)\">\("<b>")\(HTML(["<i>", "</i>"]))\(7)</td>"
        #expect(
            page.markup
                == "<td title=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;␛[31m\u{FFFD}\">"
                + "&lt;b&gt;<i></i>7</td>"
        )
    }

    @Test func nothingADeviceSendsBecomesMarkup() async throws {
        let nasty = Self.nasty
        let console = ConsoleUnderTest(
            registry: MemoryRegistry(),
            devices: MemoryDevices(rows: [
                DeviceRow(
                    id: nasty, profile: nasty, state: nasty, listening: nasty, last_message: nasty, messages: 1,
                    remark: nasty)
            ]))
        console.registry.set { state in
            state.holds = [
                HoldRow(
                    id: nasty, reason: nasty, accession: nasty, device: nasty, since: nasty, what: nasty,
                    message: nasty,
                    state: "open")
            ]
            state.queue = [
                QueueRow(
                    id: nasty, state: "dead", destination: nasty, key: nasty, attempts: 1, answer: nasty, since: nasty)
            ]
            state.results = [
                ResultRow(
                    id: nasty, accession: nasty, mrn: nasty, test: nasty, name: nasty + "x", value: nasty, unit: nasty,
                    flags: [nasty], state: nasty, device: nasty, received: nasty)
            ]
            state.stories[nasty] = Explanation(
                subject: nasty, steps: [ExplainStep(at: nasty, step: nasty, what: nasty, reference: nasty)],
                raw: [nasty])
            state.outcome = .refused(nasty)
        }
        let id = "%3Cscript%3Ealert('x')%3C%2Fscript%3E%22%26%1B%5B31m%E2%80%AE"
        let pages = [
            try await console.get("/"), try await console.submit("/explain", "id=\(id)"),
            try await console.submit("/holds/H1/reject", "reason=x"),
            try await console.submit("/explain", "id=%3Cb%3E"),
        ]
        for page in pages {
            #expect(!page.text.contains("<script>alert"))
            #expect(!page.text.contains("<b>\""))
            #expect(!page.text.contains("\u{1B}"))
            #expect(!page.text.contains("\u{202E}"))
        }
        #expect(pages[0].text.contains("&lt;script&gt;"))
        #expect(pages[1].text.contains("&lt;script&gt;"))
    }

    @Test func theOverviewShowsWhatATechnicianNeeds() async throws {
        let text = try await ConsoleUnderTest().get("/").text
        for words in [
            "haem-1", "Connected", "The serial port is gone.", "Another patient", "nothing was posted",
            "422: Patient with",
            "6.90", "LL critically low", "&lt;0.50", "no value", "no MRN", "Delivered", "Refused by the HMS",
            "Skipped, not sent",
            "Posted", "Control",
            "no message lately",
            "action=\"/holds/H41/reject\"", "action=\"/holds/H40/assign\"", "action=\"/queue/D77/retry\"",
            "action=\"/queue/D84/skip\"",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test func onlySafeButtonsAreOffered() async throws {
        let text = try await ConsoleUnderTest().get("/").text
        #expect(text.contains("action=\"/holds/H36/release\""))
        #expect(!text.contains("action=\"/holds/H41/release\""))
        #expect(!text.contains("action=\"/holds/H40/release\""))
        #expect(!text.contains("action=\"/queue/D84/retry\""))
    }

    @Test func aHoldThatKeepsNothingBackIsOnlySeen() async throws {
        let console = ConsoleUnderTest()
        console.registry.set { $0.holds[0].results = 0 }
        let text = try await console.get("/").text
        #expect(text.contains("action=\"/holds/H41/release\"><button class=\"button\">Seen</button>"))
        #expect(!text.contains("action=\"/holds/H41/reject\""))
        #expect(!text.contains("action=\"/holds/H41/assign\""))
    }

    @Test func timesAreThoseOfTheHospital() async throws {
        var console = ConsoleUnderTest()
        console.configuration.facility.timeZone = "Asia/Kolkata"
        let text = try await console.get("/").text
        #expect(text.contains("title=\"22 Nov 2026, 09:35:10 (Asia/Kolkata)\">09:35</time>"))
        #expect(text.contains("Shown at 09:43:00."))
        #expect(text.contains("21 Nov 17:50"))
    }

    @Test func emptyPartsSaySoInWords() async throws {
        let text = try await ConsoleUnderTest(registry: MemoryRegistry(), devices: MemoryDevices()).get("/").text
        for words in [
            "Nothing is held.", "No delivery waits.", "No device is configured.", "No result has arrived yet.",
        ] {
            #expect(text.contains(words), "\(words)")
        }
    }

    @Test func aCutListSaysSo() async throws {
        var console = ConsoleUnderTest()
        console.configuration.pageRows = 2
        let text = try await console.get("/").text
        #expect(text.contains("Only the newest 2 are shown."))
        #expect(text.contains("<b>2+</b>"))
        #expect(!(try await ConsoleUnderTest().get("/").text.contains("Only the newest")))
    }

    @Test func aDecisionIsAnsweredOnThePage() async throws {
        let console = ConsoleUnderTest()
        let done = try await console.submit("/holds/H40/assign", "order=L24%2D7")
        #expect(done.status == .ok)
        #expect(done.text.contains("<strong>Done.</strong> It is done."))
        #expect(console.registry.asked.first == "assign H40 to L24-7")
        console.registry.set { $0.outcome = .refused("The order is cancelled.") }
        let refused = try await console.submit("/queue/D1/skip", "reason=test")
        #expect(refused.status == .conflict)
        #expect(refused.text.contains("<strong>Not done.</strong> The order is cancelled."))
        let incomplete = try await console.submit("/holds/H40/reject", "reason=")
        #expect(incomplete.status == .badRequest)
        #expect(incomplete.text.contains("reason: is missing."))
    }

    @Test func explainShowsTheStoryAndTheBytes() async throws {
        let console = ConsoleUnderTest()
        let page = try await console.submit("/explain", "id=L24%2D000129")
        #expect(page.status == .ok)
        #expect(page.text.contains("The story of L24-000129"))
        #expect(page.text.contains("OBX|1|NM|6690-2^WBC^LN||11.84|10*3/uL"))
        let nothing = try await console.submit("/explain", "id=nobody")
        #expect(nothing.status == .notFound)
        #expect(nothing.text.contains("Nothing is known under nobody."))
        #expect(try await console.get("/explain").status == .ok)
    }

    @Test func aPageNeedsNothingFromElsewhere() async throws {
        let console = ConsoleUnderTest()
        for path in ["/", "/explain"] {
            let text = try await console.get(path).text
            #expect(!text.contains("http://") && !text.contains("https://"))
            #expect(!text.contains("style=") && !text.contains("onclick"))
        }
        for asset in Asset.all {
            let answer = try await console.get(asset.path)
            #expect(answer.status == .ok)
            #expect(answer.body.readableBytes > 100)
            #expect(answer.headers[.contentType] == asset.type)
        }
    }

    @Test func noAddressOnAPageHoldsAnAccession() async throws {
        let text = try await ConsoleUnderTest().get("/").text
        for attribute in text.split(separator: "\"").filter({ $0.hasPrefix("/") }) {
            #expect(!attribute.contains("L24-"), "\(attribute)")
        }
    }
}
