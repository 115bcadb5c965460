import Core

/// What waits for a person, each with its sentence and what may be done about it.
struct HoldsPart {
    let holds: [HoldRow]
    let clock: WallClock
    let rows: Int

    var html: HTML {
        let body: HTML =
            holds.isEmpty
            ? empty("Nothing is held. Results go out by themselves.")
            : "<ul class=\"cards\">\(holds.map(card))</ul>"
        return part("holds", "Waiting for a decision", body, shown: holds.count, isCut: holds.count >= rows)
    }

    private func card(_ hold: HoldRow) -> HTML {
        let reason = StateWord.hold(hold.reason)
        return """
            <li class="card \(reason.tone.rawValue)">
            <div class="cardhead">\(chip(reason)) <span class="id">\(explainButton(hold.accession))</span>\
            <span class="meta">\(hold.device) · since \(time(hold.since, clock)) · \
            \(explainButton(hold.message)) · \(hold.id)</span></div>
            <p>\(hold.what)</p>
            \(actions(hold))
            </li>
            """
    }

    private func actions(_ hold: HoldRow) -> HTML {
        guard hold.state == "open" else { return "" }
        let target = "/holds/\(hold.id)"
        let reason = HoldReason(rawValue: hold.reason)
        // Only what the store would do is offered.
        guard hold.results > 0 else { return "<div class=\"actions\">\(release(target, "Seen"))</div>" }
        let assign = typedAction(
            "\(target)/assign", id: "\(hold.id)-assign", open: "Assign…", name: "order",
            label: "Accession of the order these results belong to", button: "Assign to this order")
        let reject = typedAction(
            "\(target)/reject", id: "\(hold.id)-reject", open: "Reject…", name: "reason",
            label: "Why are these results refused?", button: "Reject these results", dangerous: true)
        let first = reason?.mayBeAssigned == false ? release(target, "Release") : assign
        return "<div class=\"actions\">\(first)\(reject)</div>"
    }

    private func release(_ target: String, _ word: String) -> HTML {
        "<form method=\"post\" action=\"\(target)/release\"><button class=\"button\">\(word)</button></form>"
    }
}

/// A decision that needs a text: a button that opens a small form.
///
/// Works without script.
func typedAction(
    _ target: String, id: String, open: String, name: String, label: String, button: String, dangerous: Bool = false
) -> HTML {
    """
    <details id="\(id)"><summary class="button quiet">\(open)</summary>
    <form class="typed" method="post" action="\(target)"><label>\(label)
    <input name="\(name)" required maxlength="200" autocomplete="off" spellcheck="false"></label>
    <button class="button \(dangerous ? "danger" : "primary")">\(button)</button></form></details>
    """
}
