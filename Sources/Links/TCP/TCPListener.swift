import NIOCore
import NIOPosix

/// Opens a listening socket and gives each connection to the device it belongs to.
struct TCPListener: Sendable {
    let host: String
    let port: Int
    let doors: Doors
    let bounds: LinkBounds
    let counts: OpenConnections
    let live: LiveConnections
    let group: any EventLoopGroup

    /// Binds and starts to accept.
    func start() async throws -> any Channel {
        let tellAll: @Sendable (String) -> Void = { [doors] text in for door in doors.all { door.remark(text) } }
        let order = AcceptOrder()
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        AcceptPause(remark: tellAll), AcceptOrder.Handler(order),
                    ])
                }
            }
            .serverChannelOption(.backlog, value: bounds.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                let address = channel.remoteAddress?.ipAddress
                guard let door = doors.door(for: address) else {
                    tellAll(Doors.stranger(address))
                    return channel.close()
                }
                let number = order.number(of: channel)
                return channel.eventLoop.makeCompletedFuture {
                    try take(channel, number, from: address, through: door)
                }
            }
        for (option, value) in TCPOptions.standing(bounds) {
            bootstrap = bootstrap.childChannelOption(option, value: value)
        }
        return try await bootstrap.bind(host: host, port: port).get()
    }

    private func take(
        _ channel: any Channel, _ number: UInt64, from address: String?, through door: Door
    ) throws {
        let place = address ?? ""
        if !door.oneConnection, isAllowed(address, at: door) { probeOlder(of: door, from: place) }
        let admission = counts.enter(door.owner, from: place) {
            admit(address: address, allow: door.allow, open: $0, bounds: bounds)
        }
        if case .refused(let why) = admission {
            door.remark(why)
            return channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { [counts] _ in counts.leave(door.owner, from: place) }
        let watch = try door.pipeline.install(on: channel)
        let member = LiveConnections.Member(channel: channel, number: number, address: place, watch: watch)
        let others = live.add(member, of: door.owner)
        if door.oneConnection { keepLatest(of: [member] + others, place, door) }
    }

    private func isAllowed(_ address: String?, at door: Door) -> Bool {
        guard let peer = address.flatMap({ IPAddress($0) }) else { return false }
        return door.allow.isEmpty || door.allow.contains { $0.contains(peer) }
    }

    /// A device that lost its power comes back while its old connection seems to stand; the kernel is asked about those of
    /// the same address. Nothing happens to the connections of other analysers behind one gateway: their peers answer.
    private func probeOlder(of door: Door, from address: String) {
        for member in live.of(door.owner) where member.address == address { member.onLoop { $0.probeIfSilent() } }
    }

    /// With `one_connection` the latest stays, the others end.
    private func keepLatest(of members: [LiveConnections.Member], _ address: String, _ door: Door) {
        guard members.count > 1, let latest = members.map(\.number).max() else { return }
        let peer = IPAddress(address)?.description ?? address
        door.remark("A new connection from \(peer) took the place of the one before (one_connection).")
        for member in members where member.number != latest { member.onLoop { $0.cut() } }
    }
}
