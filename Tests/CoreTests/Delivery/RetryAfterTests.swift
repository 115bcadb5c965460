import Core
import Testing

@Suite struct RetryAfterTests {
    /// 2026-11-22T09:31:07Z.
    private let now = Timestamp(microseconds: 1_795_339_867_000_000)

    @Test(arguments: [
        ("0", Duration.zero), ("1", .seconds(1)), (" 120 ", .seconds(120)), ("99999999", .seconds(86_400)),
        ("Sun, 22 Nov 2026 09:31:37 GMT", .seconds(30)), ("Sun, 22 Nov 2026 09:00:00 GMT", .zero),
        ("Mon, 01 Mar 2027 00:00:00 GMT", .seconds(8_519_333)),
    ])
    func isRead(header: String, wait: Duration) {
        #expect(retryAfter(header, now: now) == wait)
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "99999999999999999999999", "Sun, 22 Nov 2026 09:31:37 IST",
        "Sun, 32 Nov 2026 09:31:37 GMT",
        "Sun, 22 Nov 2026 25:31:37 GMT", "Sun, 22 Nov 2026 09:31 GMT", "Sun, 22 Foo 2026 09:31:37 GMT",
    ])
    func garbageIsNoHeader(header: String) {
        #expect(retryAfter(header, now: now) == nil)
    }
}
