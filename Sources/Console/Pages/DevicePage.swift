import Core

/// One device: its state, what is wrong with its link, and the last of what went over it.
struct DevicePage {
    let device: DeviceRow
    let trace: TracePage
    let clock: WallClock
    /// Bytes of one entry that are shown.
    static let bytesPerEntry = 1_000

    var body: HTML {
        """
        <section id="device" class="panel" data-live aria-labelledby="device-title">
        <div class="cardhead"><h1 id="device-title">\(device.id)</h1> \(chip(StateWord.device(device.state)))</div>
        \(remark(of: device, clock))
        \(facts)
        </section>
        <section id="trace" class="panel" data-live aria-labelledby="trace-title">
        <div class="tracehead"><h2 id="trace-title">Link trace</h2>
        <a class="button" href="\(devicePath(device.id))/capture" download>Save as a capture file</a></div>
        \(entries)
        </section>
        """
    }

    private var facts: HTML {
        """
        <dl class="facts"><div><dt>Last message<dd>\(lastMessage(of: device, clock))</div>\
        <div><dt>Messages<dd>\(device.messages)</div>\
        <div><dt>Profile<dd>\(device.profile)</div>\
        <div><dt>Address<dd>\(device.listening)</div></dl>
        """
    }

    private var entries: HTML {
        guard !trace.rows.isEmpty else {
            return empty("Nothing has gone over this link since Labrador started.")
        }
        return """
            <div class="tracebox" data-scroll tabindex="0" role="region" aria-labelledby="trace-title">\
            <ol class="trace">\(trace.rows.map(entry))</ol></div>
            <p class="more">The last \(trace.rows.count) entries, the newest at the bottom. The capture file holds all that \
            is kept; <code>labrador decode</code> reads it. It holds patient data.</p>
            """
    }

    private func entry(_ row: TraceRow) -> HTML {
        let stamp: HTML = """
            <time datetime="\(row.at)" title="\(clock.full(row.at))">\(clock.precise(row.at).time)</time>\
            <span class="line" title="connection \(row.connection)">\(row.connection)</span>
            """
        switch row.kind {
        case .received: return "<li class=\"in\">\(stamp)<span class=\"way\">in</span>\(bytes(row.text))</li>"
        case .sent: return "<li class=\"out\">\(stamp)<span class=\"way\">out</span>\(bytes(row.text))</li>"
        case .verdict:
            let kind = row.text.hasPrefix("NAK") ? "verdict refused" : "verdict"
            return "<li class=\"\(kind)\"><span>\(row.text)</span></li>"
        case .opened, .closed:
            return "<li class=\"edge\">\(stamp)<span class=\"said\">\(row.kind.rawValue) \(row.text)</span></li>"
        }
    }

    private func bytes(_ text: String) -> HTML {
        let (pieces, leftOut) = TracePiece.pieces(of: text, most: Self.bytesPerEntry)
        let shown = pieces.map { piece -> HTML in
            switch piece {
            case .text(let text): "\(text)"
            case .control(let name): "<i>\(name)</i>"
            case .lineEnd: "\n"
            }
        }
        let more: HTML? = leftOut > 0 ? "<em> and \(leftOut) more bytes</em>" : nil
        return "<code>\(shown)\(more)</code>"
    }
}

/// The address of a device's page.
func devicePath(_ id: String) -> String { "/devices/" + APIPath.segment(id) }

/// What is wrong with a device's link, and when that last was.
func remark(of device: DeviceRow, _ clock: WallClock) -> HTML? {
    guard !device.remark.isEmpty else { return nil }
    let ago: HTML? = clock.ago(device.remark_since).map { " <span class=\"meta\">\($0)</span>" }
    return "<p class=\"remark\">\(device.remark)\(ago)</p>"
}

/// When a device last sent a message.
func lastMessage(of device: DeviceRow, _ clock: WallClock) -> HTML {
    guard !device.last_message.isEmpty else { return "no message lately" }
    let ago = clock.ago(device.last_message).map { "\($0), " } ?? ""
    return "\(ago)\(time(device.last_message, clock))"
}
