import Core

/// The devices: state, address, last message, and what is wrong with the link.
struct DevicesPart {
    let devices: [DeviceRow]
    let clock: WallClock

    var html: HTML {
        let body: HTML =
            devices.isEmpty
            ? empty("No device is configured. Add one under devices: in the configuration.")
            : "<ul class=\"cards grid\">\(devices.map(card))</ul>"
        return part("devices", "Devices", body, shown: devices.count, isCut: false)
    }

    private func card(_ device: DeviceRow) -> HTML {
        let state = StateWord.device(device.state)
        let last: HTML =
            device.last_message.isEmpty
            ? "no message lately"
            : "\(clock.ago(device.last_message) ?? ""), \(time(device.last_message, clock))"
        let remark: HTML? = device.remark.isEmpty ? nil : "<p class=\"remark\">\(device.remark)</p>"
        return """
            <li class="card \(state.tone.rawValue)">
            <div class="cardhead"><strong>\(device.id)</strong> \(chip(state))</div>
            <dl><dt>Last message<dd>\(last)\
            <dt>Messages<dd>\(device.messages)\
            <dt>Profile<dd>\(device.profile)\
            <dt>Address<dd>\(device.listening)</dl>
            \(remark)
            </li>
            """
    }
}
