import Core

/// The story of one thing, from raw bytes to receipt.
struct ExplainPage {
    /// What was asked, and what was found; nil before anything was asked.
    let asked: (id: String, story: Explanation?)?
    let clock: WallClock

    var body: HTML {
        """
        <section class="panel">
        <h1>Explain</h1>
        <form class="ask" method="post" action="/explain">
        <label for="ask">An accession, MRN, message (M1), result, hold (H1) or delivery (D1)</label>
        <input id="ask" name="id" value="\(asked?.id ?? "")" required maxlength="200" autocomplete="off" \
        spellcheck="false" autofocus>
        <button class="button primary">Explain</button>
        </form>
        </section>
        \(answer)
        """
    }

    private var answer: HTML? {
        guard let asked else { return nil }
        guard let story = asked.story else {
            return "<section class=\"panel\">\(empty("Nothing is known under \(asked.id)."))</section>"
        }
        let raw = story.raw.enumerated().map { number, text -> HTML in
            let title: HTML = story.raw.count == 1 ? "" : " \(number + 1) of \(story.raw.count)"
            return "<h3>Message\(title)</h3><pre tabindex=\"0\">\(text)</pre>"
        }
        return """
            <section class="panel"><h2>The story of \(story.subject)</h2>
            <ol class="story">\(story.steps.map(step))</ol></section>
            <section class="panel"><h2>As the device sent it</h2>
            \(raw.isEmpty ? [empty("No message of a device belongs to it.")] : raw)</section>
            """
    }

    private func step(_ step: ExplainStep) -> HTML {
        """
        <li><span class="when">\(time(step.at, clock))</span>\
        <div><strong>\(step.step)</strong> <span class="code">\(step.reference)</span><br>\(step.what)</div></li>
        """
    }
}
