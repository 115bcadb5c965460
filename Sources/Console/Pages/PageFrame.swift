import Core
import HTTPTypes
import Hummingbird

/// What all pages share: the head, the header with the hospital's name, the footer.
struct PageFrame: Sendable {
    let facility: Facility
    let now: @Sendable () -> Timestamp

    var clock: WallClock { WallClock(zoneName: facility.timeZone, now: now()) }

    /// A page around `body`.
    func page(title: String, body: HTML, status: HTTPResponse.Status = .ok) -> Response {
        let clock = clock
        let html: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · Labrador</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/console.css">
            <script src="/assets/console.js" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header class="top">
            <a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="28" height="28"> Labrador</a>
            <span class="facility">\(facility.name)</span>
            <nav aria-label="Pages"><a href="/">Overview</a> <a href="/explain">Explain</a></nav>
            </header>
            <p id="stale" class="notice bad" role="alert" hidden>Labrador does not answer: what stands here may be out \
            of date. Is the daemon running?</p>
            <main id="main">
            \(body)
            </main>
            <footer>
            <p>Times are in \(clock.zoneName). <span id="freshness" role="status">Shown at \(clock.time).</span></p>
            </footer>
            </body>
            </html>
            """
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html.markup)))
    }

    /// A page for a request that failed.
    func error(_ refusal: RequestRefusal) -> Response {
        page(
            title: refusal.status.reasonPhrase,
            body: """
                <section class="panel narrow">
                <h1>That did not work</h1>
                <p class="notice bad" role="alert">\(refusal.answer.error)</p>
                <p><a class="button" href="/">Back to the overview</a></p>
                </section>
                """,
            status: refusal.status)
    }
}

/// A state as a word in its colour.
func chip(_ state: StateWord) -> HTML { "<span class=\"chip \(state.tone.rawValue)\">\(state.word)</span>" }

/// A moment: short on the page, whole on hover and for machines.
func time(_ iso8601: String, _ clock: WallClock) -> HTML {
    guard !iso8601.isEmpty else { return "<span class=\"none\">never</span>" }
    return "<time datetime=\"\(iso8601)\" title=\"\(clock.full(iso8601))\">\(clock.short(iso8601))</time>"
}

/// An id that leads to its story.
///
/// A form, not a link: an id may be an accession, which does not belong in an address.
func explainButton(_ id: String) -> HTML {
    guard !id.isEmpty else { return "<span class=\"none\">none</span>" }
    return """
        <form class="inline" method="post" action="/explain"><input type="hidden" name="id" value="\(id)">\
        <button class="link" title="Explain \(id)">\(id)</button></form>
        """
}
