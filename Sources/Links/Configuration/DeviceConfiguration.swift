import Core
import Profiles

/// How bytes reach a device (contract: `devices[].link`).
public enum DeviceLink: Sendable, Equatable {
    /// We listen, the device connects. `allow` lists the addresses that may; empty allows any. Port 0 takes a free one.
    case tcpListen(host: String, port: Int, allow: [AddressRange])

    /// Where we listen, and for whom.
    public var listening: (host: String, port: Int, allow: [AddressRange]) {
        switch self {
        case .tcpListen(let host, let port, let allow): (host, port, allow)
        }
    }
}

/// One configured device.
public struct DeviceConfiguration: Sendable {
    /// Its name.
    public var id: DeviceID
    /// What its messages mean.
    public var profile: Profile
    /// How it is reached.
    public var link: DeviceLink

    /// A device.
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
    /// Connections one listener serves at once.
    public var connectionsPerListener = 512
    /// Connections one address has to one listener: a gateway may stand before many analysers.
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
    /// Bytes of one HL7 message, or of all frames of one ASTM message.
    public var messageBytes = 4 * 1_024 * 1_024
    /// Bytes of text in one ASTM frame (LIS01-A2 section 4.4.1 allows 64,000 on TCP).
    public var frameBytes = 64_000
    /// Connections the kernel may keep waiting to be accepted.
    public var backlog: Int32 = 1_024

    /// The defaults.
    public init() {}
}
