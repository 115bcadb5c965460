import Foundation
import Testing

@testable import labrador

/// Until when our certificate is valid, in words.
struct CertificateLifetimeTests {
    /// 2026-11-25T12:00:00Z.
    private let now = Date(timeIntervalSince1970: 1_795_608_000)

    private func lifetime(days: Double) -> CertificateLifetime {
        CertificateLifetime(end: now.addingTimeInterval(days * 86_400))
    }

    @Test(
        "it is told in the log for 30 days before the end, and after it",
        arguments: [
            (-1.0, "expired on 2026-11-24"), (0.0, "expired on 2026-11-25"), (0.5, "expires on 2026-11-26, in 0 days"),
            (29.5, "in 29 days"), (30.0, nil), (400.0, nil),
        ] as [(Double, String?)])
    func warning(days: Double, words: String?) {
        let told = lifetime(days: days).warning(now: now)
        #expect(words == nil ? told == nil : told?.contains(words ?? "") == true, "\(told ?? "nothing")")
    }

    @Test("`check` says until when, or that it is over")
    func check() {
        #expect(lifetime(days: 40).words(now: now) == ", certificate valid until 2027-01-04")
        #expect(lifetime(days: -1).words(now: now).contains("certificate EXPIRED on 2026-11-24"))
    }
}
