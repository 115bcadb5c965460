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
        return """
            <li class="card \(state.tone.rawValue)">
            <div class="cardhead"><a class="id" href="\(devicePath(device.id))" title="The link trace of \(device.id)">\
            \(device.id)</a> \(chip(state))</div>
            <dl><dt>Last message<dd>\(lastMessage(of: device, clock))\
            <dt>Messages<dd>\(device.messages)\
            <dt>Profile<dd>\(device.profile)\
            <dt>Address<dd>\(device.listening)</dl>
            \(remark(of: device, clock))
            </li>
            """
    }
}
