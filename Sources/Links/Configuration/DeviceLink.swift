/// How bytes reach a device (contract: `devices[].link`).
public enum DeviceLink: Sendable, Equatable {
    /// We listen, the device connects.
    case tcpListen(TCPListenLink)
    /// The device listens, we connect.
    case tcpConnect(TCPConnectLink)
    /// A serial line.
    case serial(SerialLink)

    /// Whether the device comes to us; else we open the link, again and again.
    public var listens: Bool { if case .tcpListen = self { true } else { false } }
}

/// `tcp: { listen: … }`.
public struct TCPListenLink: Sendable, Equatable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0 takes a free one.
    public var port: Int
    /// Who may connect; empty allows anybody. Several devices may share a port when each has its own addresses here.
    public var allow: [AddressRange]
    /// Whether a new connection ends the older ones of this device (`one_connection`).
    public var oneConnection = false
    /// How long a connection may be silent; nil for ever (`idle`).
    public var idle: Duration?
    /// TLS; nil for a clear connection.
    public var tls: LinkTLS?

    /// A listening link in clear, without limits.
    public init(host: String, port: Int, allow: [AddressRange] = []) {
        self.host = host
        self.port = port
        self.allow = allow
    }
}

/// `tcp: { connect: … }`.
public struct TCPConnectLink: Sendable, Equatable {
    /// The device's address or host name.
    public var host: String
    /// Its port.
    public var port: Int
    /// How long the connection may be silent; nil for ever (`idle`).
    public var idle: Duration?
    /// TLS; nil for a clear connection.
    public var tls: LinkTLS?

    /// A connecting link in clear, without limits.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// TLS on a link. Files are PEM.
public struct LinkTLS: Sendable, Hashable {
    /// Which side of the handshake we are.
    public enum Role: Sendable, Hashable { case server, client }

    /// Which side of the handshake we are.
    public var role: Role
    /// What we show: the certificate, and those between it and the authority.
    public var certificateFile: String?
    /// The certificate's private key.
    public var keyFile: String?
    /// Whose certificates we accept. For a server: nil asks for none. For a client: nil trusts whom the system trusts.
    public var trustFile: String?
    /// The name a server's certificate must have, when it is not the host connected to.
    public var serverName: String?

    /// TLS with what is given.
    public init(
        role: Role, certificateFile: String? = nil, keyFile: String? = nil, trustFile: String? = nil,
        serverName: String? = nil
    ) {
        self.role = role
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.trustFile = trustFile
        self.serverName = serverName
    }
}
