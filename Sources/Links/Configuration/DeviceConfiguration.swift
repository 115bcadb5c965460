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
    /// Connections a listener serves at once; the next is closed with a remark.
    public var connectionsPerListener = 1_024
    /// HL7 messages of one connection that may wait for their commit; further bytes stay in the socket.
    public var messagesInFlight = 64
    /// Bytes of one HL7 message, or of all frames of one ASTM message.
    public var messageBytes = 4 * 1_024 * 1_024
    /// Bytes of text in one ASTM frame (LIS01-A2 section 4.4.1 allows 64,000 on TCP).
    public var frameBytes = 64_000
    /// Connections the kernel may keep waiting to be accepted.
    public var backlog: Int32 = 1_024

    /// The defaults.
    public init() {}
}
