import Core
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite struct TraceTests {
    private static let nasty = "<script>alert('x')</script>\"&\u{1B}[31m\u{202E}"

    private func row(_ number: Int64, _ kind: TraceKind, _ text: String, connection: Int = 1) -> TraceRow {
        TraceRow(
            sequence: number, at: "2026-11-22T04:09:4\(number % 10).120Z", connection: connection, kind: kind,
            text: text)
    }

    private func console(_ rows: [TraceRow]) -> ConsoleUnderTest {
        ConsoleUnderTest(devices: MemoryDevices(rows: DemoRows.devices, traces: ["haem-1": rows]))
    }

    @Test func pagesOfTheAPIFollowEachOther() async throws {
        let console = console((11...30).map { row($0, .received, "\($0)") })
        let first = try await console.get("/api/v1/devices/haem-1/trace?after=0&limit=8").json()
        #expect(first.member("lost") == .number("10"))
        #expect(first.member("next") == .number("18"))
        #expect(first.member("rows")?.rowKeys.first == ["sequence", "at", "connection", "kind", "text"])
        let last = try await console.get("/api/v1/devices/haem-1/trace?after=28").json()
        #expect(last.member("rows")?.rowKeys.count == 2)
        #expect(last.member("next") == .number("30"))
        let none = try await console.get("/api/v1/devices/haem-1/trace?after=30").json()
        #expect(none.member("rows")?.rowKeys.count == 0)
        #expect(none.member("next") == .number("30"))
        let newest = try await console.get("/api/v1/devices/haem-1/trace?limit=3").json()
        #expect(newest.member("next") == .number("30"))
        #expect(newest.member("lost") == .number("0"))
    }

    @Test(arguments: [
        ("/api/v1/devices/haem-1/trace?after=x", 400, "after: must be the number of an entry"),
        ("/api/v1/devices/haem-1/trace?after=-1", 400, "after: must be the number of an entry"),
        ("/api/v1/devices/haem-1/trace?limit=0", 400, "limit: must be a number"),
        ("/api/v1/devices/haem-1/trace?mrn=1", 400, "does not know \"mrn\""),
        ("/api/v1/devices/nobody/trace", 404, "No device of this name"),
    ])
    func whatCannotBeAskedIsRefused(path: String, status: Int, sentence: String) async throws {
        let answer = try await console([]).get(path)
        #expect(answer.status.code == status)
        #expect(try answer.error()?.contains(sentence) == true)
    }

    @Test func aNameMayHoldAnyCharacter() async throws {
        let odd = "lab/a%b é"
        let device = DeviceRow(id: odd, profile: "p", state: "connected", listening: "x")
        let console = ConsoleUnderTest(devices: MemoryDevices(rows: [device], traces: [odd: [row(1, .received, "A")]]))
        #expect(APIPath.trace(odd) == "/api/v1/devices/lab%2Fa%25b%20%C3%A9/trace")
        #expect(try await console.get(APIPath.trace(odd)).json().member("rows")?.rowKeys.count == 1)
        let overview = try await console.get("/").text
        #expect(overview.contains("href=\"/devices/lab%2Fa%25b%20%C3%A9\""))
        let page = try await console.get("/devices/lab%2Fa%25b%20%C3%A9")
        #expect(page.status == .ok)
        #expect(page.text.contains("href=\"/devices/lab%2Fa%25b%20%C3%A9/capture\""))
    }

    @Test func theDevicePageShowsBytesAndVerdicts() async throws {
        let page = try await console([
            row(1, .opened, "10.0.0.21:4711"), row(2, .received, #"\x021H|\\^&\x0DP|1\x0D\x03A1\x0D\x0A"#),
            row(3, .verdict, "NAK: checksum wrong, computed A1, received 3F"), row(4, .sent, #"\x15"#),
            row(5, .closed, "by the device"),
        ]).get("/devices/haem-1")
        #expect(page.status == .ok)
        #expect(page.text.contains("<i>STX</i>1H|\\^&amp;<i>CR</i>\nP|1<i>CR</i><i>ETX</i>A1<i>CR</i><i>LF</i></code>"))
        #expect(page.text.contains("<span>NAK: checksum wrong, computed A1, received 3F</span>"))
        #expect(page.text.contains("<span class=\"way\">out</span><code><i>NAK</i></code>"))
        #expect(page.text.contains("opened 10.0.0.21:4711"))
        #expect(page.text.contains("09:39:42.120"))
        #expect(page.text.contains("data-live"))
        // Never kept by a browser, and loading nothing from elsewhere, as every page.
        #expect(page.headers[.cacheControl] == "no-store")
        #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
    }

    @Test func nothingInATraceBecomesMarkup() async throws {
        let nasty = Self.nasty
        let escaped = EscapedBytes.text(nasty.utf8)
        let device = DeviceRow(
            id: nasty, profile: nasty, state: nasty, listening: nasty, last_message: nasty, remark: nasty,
            remark_since: nasty)
        let kinds: [(TraceKind, String)] = [
            (.opened, nasty), (.received, escaped), (.received, nasty), (.sent, escaped), (.verdict, nasty),
            (.closed, nasty),
        ]
        let rows = kinds.map { TraceRow(sequence: 1, at: nasty, connection: 1, kind: $0.0, text: $0.1) }
        let console = ConsoleUnderTest(devices: MemoryDevices(rows: [device], traces: [nasty: rows]))
        for path in [devicePath(nasty), "/"] {
            let page = try await console.get(path)
            #expect(page.status == .ok)
            #expect(page.text.contains("&lt;script&gt;alert"))
            #expect(!page.text.contains("<script>alert"))
            #expect(!page.text.contains("\u{1B}") && !page.text.contains("\u{202E}"))
        }
    }

    @Test func aPageIsBoundedAndALongEntryIsCut() async throws {
        let rows = (1...1_000).map { row($0, .received, String(repeating: "A", count: 4_000)) }
        let page = try await console(rows).get("/devices/haem-1")
        #expect(page.text.split(separator: "<li class=\"in\">").count == 201)
        #expect(page.text.contains("and 3000 more bytes"))
        #expect(page.text.utf8.count < 400_000)
    }

    @Test func anEmptyTraceAndAnUnknownDeviceSaySo() async throws {
        let empty = try await console([]).get("/devices/haem-2")
        #expect(empty.text.contains("Nothing has gone over this link since Labrador started."))
        let unknown = try await console([]).get("/devices/nobody")
        #expect(unknown.status == .notFound)
        #expect(unknown.text.contains("No device of this name is configured."))
    }

    @Test func theCaptureIsAFile() async throws {
        let rows = [row(5, .received, #"\x05\xE9"#), row(6, .sent, #"\x06"#)]
        let answer = try await console(rows).get("/devices/haem-1/capture")
        #expect(answer.headers[.contentDisposition] == "attachment; filename=\"haem-1.capture\"")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(
            answer.text.hasPrefix("# labrador capture 1 device=haem-1 profile=horiba-yumizen-h500\n# 4 entries before"))
        #expect(try CaptureFile.recordings(in: Array(answer.text.utf8)) == [[0x05, 0xE9]])
    }

    @Test func aTraceIsOnlyRead() async throws {
        let console = console([row(1, .received, "A")])
        for path in ["/devices/haem-1", "/devices/haem-1/capture", "/api/v1/devices/haem-1/trace"] {
            #expect(try await console.send(.get, path).status == .ok)
            #expect(try await console.post(path, json: "{}").status == .methodNotAllowed)
        }
    }

    @Test func aRemarkSaysHowLongAgoItWas() async throws {
        var device = DemoRows.devices[0]
        device.remark = "Checksum wrong in 38 of the last 40 frames: check parity and baud rate."
        device.remark_since = "2026-11-22T04:03:00.000Z"
        let console = ConsoleUnderTest(devices: MemoryDevices(rows: [device]))
        for path in ["/", "/devices/haem-1"] {
            let text = try await console.get(path).text
            #expect(text.contains("check parity and baud rate. <span class=\"meta\">10 min ago</span></p>"))
        }
        let terminal = TerminalText(clock: WallClock(zoneName: "Asia/Kolkata", now: DemoRows.now)).devices([device])
        #expect(
            terminal.contains(
                "    Checksum wrong in 38 of the last 40 frames: check parity and baud rate. (10 min ago)\n"))
    }

    @Test func everyMillisecondStaysWhatItIs() {
        let clock = WallClock(zoneName: "Asia/Kolkata", now: DemoRows.now)
        for number in 0..<1_000 {
            let moment = Timestamp(microseconds: DemoRows.now.microseconds + Int64(number) * 1_000)
            #expect(clock.precise(moment.iso8601).time == "09:43:00.\(String(number + 1_000).dropFirst())")
        }
        #expect(clock.precise("never") == ("", "never"))
    }

    @Test func aTerminalShowsATraceInLines() {
        var lines = TraceLines(clock: WallClock(zoneName: "Asia/Kolkata", now: DemoRows.now), width: 60)
        let text = lines.lines(
            TracePage(
                device: "d", profile: "p",
                rows: [
                    row(1, .opened, "10.0.0.21:4711"),
                    row(2, .received, #"\x021H|\\^&|||H500^000TEST0001^2.2.0.5|||||||P|LIS2-A2\x0D\x03A1\x0D\x0A"#),
                    row(3, .verdict, "NAK: checksum wrong, computed A1, received 3F"), row(4, .sent, #"\x15"#),
                    row(5, .received, #"P|1\x0DO|1\x0D\xB5\x00\x1B[31m"#, connection: 12),
                ], next: 5, lost: 3))
        #expect(
            text == """
                … 3 entries are no longer kept.
                22 Nov 2026, times are in Asia/Kolkata
                09:39:41.120  1  opened 10.0.0.21:4711
                09:39:42.120  1  in   <STX>1H|\\^&|||H500^000TEST0001^2.2.0.5
                                      |||||||P|LIS2-A2<CR><ETX>A1<CR><LF>
                                      NAK: checksum wrong, computed A1,
                                      received 3F
                09:39:44.120  1  out  <NAK>
                09:39:45.120  12 in   P|1<CR>
                                      O|1<CR>
                                      <xB5><NUL><ESC>[31m

                """)
        // The day stands once, and again when it changes.
        let more = lines.lines(
            TracePage(
                device: "d", profile: "p",
                rows: [
                    row(6, .sent, "A"),
                    TraceRow(sequence: 7, at: "2026-11-22T18:30:00.000Z", connection: 1, kind: .sent, text: "B"),
                ]))
        #expect(
            more == """
                09:39:46.120  1  out  A
                23 Nov 2026, times are in Asia/Kolkata
                00:00:00.000  1  out  B

                """)
    }
}

extension JSONValue {
    fileprivate func member(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}
