import Core

extension DeviceLink {
    /// The address or port as people write it.
    public var place: String {
        switch self {
        case .tcpListen(let link): authority(link.host, link.port)
        case .tcpConnect(let link): authority(link.host, link.port)
        case .serial(let link): link.port
        }
    }

    /// What the device does or is, as the rest of a sentence that begins with its name.
    public var words: String {
        switch self {
        case .tcpListen(let link):
            let who = link.allow.isEmpty ? "anybody" : link.allow.map(\.description).joined(separator: ", ")
            return "listens on \(place) for \(who)" + (link.oneConnection ? ", one connection at a time" : "")
                + Self.more(link.tls, link.idle)
        case .tcpConnect(let link): return "connects to \(place)" + Self.more(link.tls, link.idle)
        case .serial(let link): return "on serial port \(place), \(link.settings)"
        }
    }

    private static func more(_ tls: LinkTLS?, _ idle: Duration?) -> String {
        var text = ""
        if let tls {
            let isMutual = tls.role == .server ? tls.trustFile != nil : tls.certificateFile != nil
            text += isMutual ? ", with TLS and a client certificate" : ", with TLS"
        }
        if let idle { text += ", closed after \(idle.inWords) of silence" }
        return text
    }
}
