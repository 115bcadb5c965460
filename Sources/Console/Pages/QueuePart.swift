import Core

/// Deliveries that are not done yet, with the destination's answer and what may be done.
struct QueuePart {
    let queue: [QueueRow]
    let clock: WallClock
    let rows: Int

    var html: HTML {
        let body: HTML =
            queue.isEmpty
            ? empty("No delivery waits.")
            : """
            <table><thead><tr><th>State<th>Accession<th>To<th>Answer<th class="number count">Tries<th>Since\
            <th><span class="hidden">Actions</span></thead>
            <tbody>\(queue.map(row))</tbody></table>
            """
        return part("queue", "Deliveries", body, shown: queue.count, isCut: queue.count >= rows)
    }

    private func row(_ delivery: QueueRow) -> HTML {
        let target = "/queue/\(delivery.id)"
        let retry: HTML? =
            ["dead", "parked", "ambiguous"].contains(delivery.state)
            ? "<form method=\"post\" action=\"\(target)/retry\"><button class=\"button\">Try again</button></form>"
            : nil
        let skip: HTML? =
            ["dead", "parked", "ambiguous", "ready"].contains(delivery.state)
            ? typedAction(
                "\(target)/skip", id: "\(delivery.id)-skip", open: "Skip…", name: "reason",
                label: "Why is it not to be sent?", button: "Give it up", dangerous: true) : nil
        let answer: HTML =
            delivery.answer.isEmpty ? "<span class=\"none\">not asked yet</span>" : "\(delivery.answer)"
        return """
            <tr><td data-label="State">\(chip(StateWord.delivery(delivery.state)))\
            <td data-label="Accession">\(explainButton(delivery.key))\
            <td data-label="To">\(delivery.destination)\
            <td data-label="Answer" class="wide">\(answer)\
            <td data-label="Tries" class="number count">\(delivery.attempts)\
            <td data-label="Since">\(time(delivery.since, clock))\
            <td><div class="actions">\(retry)\(skip)</div></tr>
            """
    }
}
