import Core

/// The latest results.
struct ResultsPart {
    let results: [ResultRow]
    let clock: WallClock
    let rows: Int

    var html: HTML {
        let body: HTML =
            results.isEmpty
            ? empty("No result has arrived yet. The first one appears here a moment after the device sends it.")
            : """
            <table><thead><tr><th>Received<th>Accession<th>MRN<th>Test\
            <th class="number">Value<th>Unit<th>Flags<th>State<th>Device</thead>
            <tbody>\(results.map(row))</tbody></table>
            """
        return part("results", "Latest results", body, shown: results.count, isCut: results.count >= rows)
    }

    private func row(_ result: ResultRow) -> HTML {
        let value: HTML =
            result.value.isEmpty ? "<span class=\"none\">no value</span>" : "<b class=\"value\">\(result.value)</b>"
        let mrn: HTML = result.mrn.isEmpty ? "<span class=\"none\">no MRN</span>" : "\(result.mrn)"
        // The device's code stays visible: it is what the analyser's own screen shows.
        let name: HTML =
            result.name.isEmpty || result.name == result.test
            ? "\(result.test)" : "\(result.name) <span class=\"code\">\(result.test)</span>"
        return """
            <tr><td data-label="Received">\(time(result.received, clock))\
            <td data-label="Accession">\(explainButton(result.accession))\
            <td data-label="MRN">\(mrn)\
            <td data-label="Test">\(name)\
            <td data-label="Value" class="number">\(value)\
            <td data-label="Unit">\(result.unit)\
            <td data-label="Flags">\(result.flags.map { chip(StateWord.flag($0)) })\
            <td data-label="State">\(chip(StateWord.result(result.state, delivery: result.delivery)))\
            <td data-label="Device">\(result.device)</tr>
            """
    }
}
