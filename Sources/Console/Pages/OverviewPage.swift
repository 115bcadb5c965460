import Core
import Hummingbird

/// The first page: what needs a person, where deliveries stand, the devices, the latest results.
struct OverviewPage {
    /// Everything it shows, asked at one time.
    struct Content: Sendable {
        var devices: [DeviceRow]
        var holds: [HoldRow]
        var queue: [QueueRow]
        var results: [ResultRow]
    }

    /// What a decision just taken led to.
    struct Notice: Sendable {
        var outcome: RequestOutcome
    }

    let content: Content
    let clock: WallClock
    /// Rows of each part; a part that is this long says that there may be more.
    let rows: Int

    func body(notice: Notice? = nil) -> HTML {
        """
        <h1 class="hidden">Overview</h1>
        \(notice.map(render))
        <div id="summary" class="summary" data-live>\(summary)</div>
        \(HoldsPart(holds: content.holds, clock: clock, rows: rows).html)
        \(QueuePart(queue: content.queue, clock: clock, rows: rows).html)
        \(DevicesPart(devices: content.devices, clock: clock).html)
        \(ResultsPart(results: content.results, clock: clock, rows: rows).html)
        """
    }

    private func render(_ notice: Notice) -> HTML {
        switch notice.outcome {
        case .done(let what): "<p class=\"notice good\" role=\"status\" data-notice><strong>Done.</strong> \(what)</p>"
        case .refused(let why):
            "<p class=\"notice bad\" role=\"alert\" data-notice><strong>Not done.</strong> \(why)</p>"
        }
    }

    private var summary: HTML {
        let stuck = content.queue.filter { StateWord.delivery($0.state).tone.asksForAPerson }.count
        let waiting = content.queue.count - stuck
        let down = content.devices.filter { StateWord.device($0.state).tone.asksForAPerson }.count
        return """
            \(figure(
                content.holds.count, one: "hold needs a decision", many: "holds need a decision", "#holds", .attention))\
            \(figure(stuck, one: "delivery needs a person", many: "deliveries need a person", "#queue", .bad))\
            \(figure(waiting, one: "delivery on its way", many: "deliveries on their way", "#queue", .busy))\
            \(figure(down, one: "device without a link", many: "devices without a link", "#devices", .bad))
            """
    }

    private func figure(_ count: Int, one: String, many: String, _ target: String, _ tone: StateWord.Tone) -> HTML {
        let number = count >= rows ? "\(rows)+" : String(count)
        let shade = count == 0 ? StateWord.Tone.quiet : tone
        return """
            <a class="figure \(shade.rawValue)" href="\(target)"><b>\(number)</b> \
            <span>\(count == 1 ? one : many)</span></a>
            """
    }
}

extension StateWord.Tone {
    /// Whether somebody should look at it.
    var asksForAPerson: Bool { self == .attention || self == .bad }
}

/// A part of the first page with its heading; `data-live` parts are refreshed by the script.
///
/// - Parameter isCut: Whether there may be more than is shown.
func part(_ id: String, _ title: String, _ body: HTML, shown: Int, isCut: Bool) -> HTML {
    let more: HTML? =
        isCut ? "<p class=\"more\">Only the newest \(shown) are shown. The command line lists them all.</p>" : nil
    return """
        <section id="\(id)" class="panel" data-live aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(title)</h2>
        \(body)\(more)
        </section>
        """
}

/// What a part says when it has nothing to show.
func empty(_ sentence: String) -> HTML { "<p class=\"empty\">\(sentence)</p>" }
