import Core
import Profiles

/// One configured device.
public struct DeviceConfiguration: Sendable {
    /// Its name.
    public var id: DeviceID
    /// What its messages mean.
    public var profile: Profile
    /// How it is reached.
    public var link: DeviceLink
    /// Whether it is told of new orders unasked (`orders: download`).
    public var isToldOfOrders = false

    /// Whether anything is said to it unasked: new orders, or that one was withdrawn which it had asked for.
    public var hearsOfOrders: Bool { isToldOfOrders || profile.canWithdrawAsked }

    /// Whether it understands that an order was withdrawn.
    public var canWithdraw: Bool { profile.canWithdraw }

    /// A device; it is told of orders when it asks.
    public init(id: DeviceID, profile: Profile, link: DeviceLink) {
        self.id = id
        self.profile = profile
        self.link = link
    }
}

/// Bounds on what links hold. One value serves the whole daemon.
public struct LinkBounds: Sendable, Equatable {
    /// Connections all listeners together serve at once; the next is closed with a remark. The daemon lowers it where
    /// it has fewer file descriptors.
    public var connectionsInAll = 2_048
    /// Connections one device, or the order listener, has at once.
    public var connectionsPerListener = 512
    /// Connections one address has to one device: a gateway may stand before many analysers.
    public var connectionsPerAddress = 320
    /// HL7 messages of one connection that may wait for their commit; further bytes stay in the socket.
    public var messagesInFlight = 64
    /// Bytes of such messages together.
    public var bytesInFlight = 8 * 1_024 * 1_024
    /// HL7 messages in one MLLP block; a block with more is held as unreadable.
    public var messagesPerBlock = 1_000
    /// Silence after which TCP asks whether the peer is still there, in seconds.
    public var keepAliveIdleSeconds = 120
    /// Time between such questions, in seconds.
    public var keepAliveIntervalSeconds = 30
    /// Unanswered questions that end the connection: 120 s + 6 × 30 s, five minutes after the last word.
    public var keepAliveProbes = 6
    /// How long a connection that we make may take, and a TLS handshake, in seconds.
    public var connectSeconds: Int64 = 10
    /// Silence that makes an older connection of the same address suspect when a new one comes, in seconds.
    public var suspectSeconds: Int64 = 5
    /// How long such a connection is asked every second whether its peer is still there, in seconds.
    public var probeSeconds: Int64 = 10
    /// How long connections may finish what they are at when the daemon stops, in seconds.
    public var stopSeconds: Int64 = 5
    /// Bytes of one HL7 message, or of all frames of one ASTM message.
    public var messageBytes = 4 * 1_024 * 1_024
    /// Connections the kernel may keep waiting to be accepted.
    public var backlog: Int32 = 1_024

    /// The defaults.
    public init() {}
}
