import Core
import NIOCore
import NIOPosix

/// How each kind of link is opened. Whatever carries the bytes, they take the road of `LinkPipeline`.
extension LinkService {
    /// What all links of one daemon share while they are open.
    struct Shared: Sendable {
        let counts = OpenConnections()
        let live = LiveConnections()
    }

    /// Devices that share a listening address.
    struct ListeningGroup {
        let host: String
        let port: Int
        var devices: [(device: DeviceConfiguration, link: TCPListenLink)]
    }

    /// The listeners to open, in the configuration's order. Port 0 is never shared.
    static func listeningGroups(_ devices: [DeviceConfiguration]) -> [ListeningGroup] {
        var groups: [ListeningGroup] = []
        var places: [String: Int] = [:]
        for device in devices {
            guard case .tcpListen(let link) = device.link else { continue }
            let place = authority(link.host.lowercased(), link.port)
            if link.port != 0, let index = places[place] {
                groups[index].devices.append((device, link))
            } else {
                places[place] = groups.count
                groups.append(ListeningGroup(host: link.host, port: link.port, devices: [(device, link)]))
            }
        }
        return groups
    }

    /// Opens a listener for one device, or for several that are told apart by address.
    func listen(_ group: ListeningGroup, _ tls: TLSContexts) async throws -> any Channel {
        let doors = try group.devices.map { device, link in
            Door(
                owner: device.id.text, allow: link.allow, oneConnection: link.oneConnection, remark: remark(device),
                pipeline: LinkPipeline(
                    transport: .tcp(try tls.context(link.tls, host: nil, device)), bounds: bounds, idle: link.idle,
                    remark: remark(device), trouble: remark(device), makeHandler: handlerFactory(for: device)))
        }
        let listener = TCPListener(
            host: group.host, port: group.port, doors: Doors(doors), bounds: bounds, counts: shared.counts,
            live: shared.live, group: self.group)
        do {
            let channel = try await listener.start()
            let address = authority(group.host, channel.localAddress?.port ?? group.port)
            for (device, _) in group.devices { status.opened(device.id, address: address) }
            return channel
        } catch {
            throw CannotOpen(
                description: "Device \(group.devices[0].device.id): cannot listen on "
                    + "\(authority(group.host, group.port)): \(listenFailure(error)).")
        }
    }

    /// What keeps a connection that we make, or a serial port, open; nil for a device that connects to us.
    func keptOpen(_ device: DeviceConfiguration, _ tls: TLSContexts) throws -> KeptOpen? {
        let offline: @Sendable (String) -> Void = { [status, id = device.id] in status.offline(id, why: $0) }
        func pipeline(_ transport: LinkPipeline.Transport, _ idle: Duration?) -> LinkPipeline {
            LinkPipeline(
                transport: transport, bounds: bounds, idle: idle, remark: remark(device), trouble: offline,
                makeHandler: handlerFactory(for: device))
        }
        let place = device.link.place
        switch device.link {
        case .tcpListen: return nil
        case .tcpConnect(let link):
            let dialer = TCPDialer(
                host: link.host, port: link.port, bounds: bounds, live: shared.live, owner: device.id.text,
                pipeline: pipeline(.tcp(try tls.context(link.tls, host: link.host, device)), link.idle))
            return KeptOpen(
                loop: group.next(), backoff: .connecting,
                tell: tell(
                    device,
                    failed: { [bounds] in
                        "\(place) cannot be reached: \(connectFailure($0, seconds: bounds.connectSeconds))"
                    },
                    ended: "The connection to \(place) ended"),
                open: dialer.connect(on:))
        case .serial(let link):
            let opener = SerialOpener(
                link: link, live: shared.live, owner: device.id.text, pipeline: pipeline(.serial, nil))
            return KeptOpen(
                loop: group.next(), backoff: .serial,
                tell: tell(
                    device, failed: { ($0 as? SerialFailure)?.words ?? "\(place) cannot be opened: \($0)" },
                    ended: "\(place) hung up: was the cable pulled out?"),
                open: opener.open(on:))
        }
    }

    private func remark(_ device: DeviceConfiguration) -> @Sendable (String) -> Void {
        { [status, id = device.id] in status.remark(id, $0) }
    }

    /// Puts on the board what becomes of a link that is kept open.
    private func tell(
        _ device: DeviceConfiguration, failed: @escaping @Sendable (any Error) -> String, ended: String
    ) -> @Sendable (KeptOpen.Event) -> Void {
        { [status, id = device.id] event in
            switch event {
            case .trying: status.connecting(id)
            case .failed(let error, let pause):
                status.offline(id, why: Self.sentence(failed(error), pause))
            case .ended(let pause):
                status.offline(id, why: Self.sentence(ended, pause), keepsWords: true)
            }
        }
    }

    private static func sentence(_ words: String, _ pause: Duration) -> String {
        words + (words.hasSuffix("?") ? "" : ".") + " The next try comes within \(pause.inSeconds)."
    }
}

/// The TLS set-ups of a configuration: devices with the same files share one.
final class TLSContexts {
    private struct Key: Hashable {
        let tls: LinkTLS
        let host: String?
    }

    private var contexts: [Key: TLSContext] = [:]

    /// The set-up of a link; nil for one in clear.
    func context(
        _ tls: LinkTLS?, host: String?, _ device: DeviceConfiguration
    ) throws(LinkService.CannotOpen) -> TLSContext? {
        guard let tls else { return nil }
        let key = Key(tls: tls, host: host)
        if let context = contexts[key] { return context }
        do {
            let context = try TLSContext(tls, host: host)
            contexts[key] = context
            return context
        } catch {
            throw LinkService.CannotOpen(description: "Device \(device.id): TLS: \(error.sentence(of: tls)).")
        }
    }
}

extension TLSFault {
    fileprivate func sentence(of tls: LinkTLS) -> String {
        let name =
            switch file {
            case .certificate: tls.certificateFile
            case .key: tls.keyFile
            case .trust: tls.trustFile
            }
        return name.map { "\($0): \(why)" } ?? why
    }
}
