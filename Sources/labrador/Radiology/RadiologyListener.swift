import Core
import Glibc

/// A DICOM port, opened by the daemon and kept for as long as it runs.
struct RadiologyListener: Sendable {
    /// The listening socket, close-on-exec.
    let socket: Int32
    /// The port it got: with port 0 any free one.
    let port: Int

    /// Binds and listens.
    ///
    /// `key` is where the address is configured; `backlog` connections may wait while the radiology process is
    /// restarted.
    init(key: String, host: String, port: Int, backlog: Int32 = 128) throws(RadiologyProcessError) {
        let place = "\(key): \(authority(host, port))"
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let looked = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &found)
        guard looked == 0, let address = found else {
            throw RadiologyProcessError("\(place) cannot be opened: \(String(cString: gai_strerror(looked)))")
        }
        defer { freeaddrinfo(found) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(address.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw RadiologyProcessError("\(place) cannot be opened", code: errno) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0
        else {
            let code = errno
            close(descriptor)
            throw RadiologyProcessError("\(place) cannot be opened: \(listenFailure(errno: code)).")
        }
        socket = descriptor
        self.port = Self.port(of: descriptor)
    }

    private static func port(of descriptor: Int32) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let known = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard known == 0 else { return 0 }
        // The port stands at the same place in the IPv4 and the IPv6 form.
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }
}
