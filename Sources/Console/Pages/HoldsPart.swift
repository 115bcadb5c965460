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
        let release: HTML? =
            mayBeReleased(hold.reason)
            ? "<form method=\"post\" action=\"\(target)/release\"><button class=\"button\">Release</button></form>"
            : nil
        return """
            <div class="actions">\(release)
            \(typedAction("\(target)/assign", id: "\(hold.id)-assign", open: "Assign…", name: "order",
                label: "Accession of the order these results belong to", button: "Assign to this order"))
            \(typedAction("\(target)/reject", id: "\(hold.id)-reject", open: "Reject…", name: "reason",
                label: "Why are these results refused?", button: "Reject these results", dangerous: true))
            </div>
            """
    }

    /// The store refuses to release without one matching order of the same patient; no button is offered for it.
    private func mayBeReleased(_ reason: String) -> Bool {
        switch HoldReason(rawValue: reason) {
        case .unmappedTest, .unitMismatch, .verification, .duplicateConflict, .studyMismatch: true
        case .noOrder, .patientMismatch, .orderCancelled, .ambiguousOrder, .unreadable, .specimenID, .profileError, nil:
            false
        }
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
