import Glibc
import NIOCore

/// The socket options of a connection to a device.
enum TCPOptions {
    typealias Option = ChannelOptions.Types.SocketOption

    static let keepAliveIdle = option(TCP_KEEPIDLE)
    static let keepAliveInterval = option(TCP_KEEPINTVL)
    static let keepAliveProbes = option(TCP_KEEPCNT)
    /// How long data may stay unacknowledged, in milliseconds; 0: as the system has it (RFC 5482).
    static let userTimeout = option(TCP_USER_TIMEOUT)

    /// What each connection has from its beginning: small answers leave at once, and a peer that vanished is found in the
    /// time the bounds give, whether or not data are on the way to it.
    static func standing(_ bounds: LinkBounds) -> [(Option, Int)] {
        [
            (ChannelOptions.socketOption(.so_keepalive), 1), (.init(level: .tcp, name: .tcp_nodelay), 1),
        ] + keepAlive(bounds)
    }

    /// The usual patience with a silent peer.
    static func keepAlive(_ bounds: LinkBounds) -> [(Option, Int)] {
        let seconds = bounds.keepAliveIdleSeconds + bounds.keepAliveIntervalSeconds * bounds.keepAliveProbes
        return [
            (keepAliveIdle, bounds.keepAliveIdleSeconds),
            (keepAliveInterval, bounds.keepAliveIntervalSeconds),
            (keepAliveProbes, bounds.keepAliveProbes), (userTimeout, seconds * 1_000),
        ]
    }

    private static func option(_ name: CInt) -> Option {
        Option(level: .tcp, name: NIOBSDSocket.Option(rawValue: name))
    }
}

/// Finding a vanished peer within seconds instead of minutes.
struct TCPProbing: Sendable {
    /// Begins to ask, and goes back to the usual patience.
    var begin: @Sendable (any Channel) -> Void
    var end: @Sendable (any Channel) -> Void

    /// By the kernel's options.
    static func kernel(_ bounds: LinkBounds) -> TCPProbing {
        TCPProbing(begin: { begin(on: $0) }, end: { set(TCPOptions.keepAlive(bounds), on: $0) })
    }

    /// A question a second, three without answer end the connection.
    static let probes = 3
    /// How long data on the way may stay unacknowledged meanwhile, in milliseconds.
    static let unacknowledged = 4_000

    /// Begins to ask.
    ///
    /// With a user time-out Linux gives up at the first unanswered question once the connection was silent for longer
    /// than that, and a single lost packet would end a sound connection. So it is set only where data are on the way;
    /// then no questions are asked, and the data's own repetitions count (tcp(7), TCP_USER_TIMEOUT).
    private static func begin(on channel: any Channel) {
        let options: [(TCPOptions.Option, Int)] = [
            (TCPOptions.keepAliveProbes, probes), (TCPOptions.keepAliveInterval, 1), (TCPOptions.keepAliveIdle, 1),
        ]
        guard let socket = channel as? any SocketOptionProvider else {
            return set(options + [(TCPOptions.userTimeout, 0)], on: channel)
        }
        let info: EventLoopFuture<tcp_info> = socket.unsafeGetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_INFO))
        info.map { $0.tcpi_unacked > 0 }.recover { _ in false }.whenSuccess { isWaiting in
            set(options + [(TCPOptions.userTimeout, isWaiting ? unacknowledged : 0)], on: channel)
        }
    }

    /// A connection that is closed meanwhile needs no options any more.
    private static func set(_ options: [(TCPOptions.Option, Int)], on channel: any Channel) {
        for (option, value) in options { channel.setOption(option, value: value).whenFailure { _ in } }
    }
}
