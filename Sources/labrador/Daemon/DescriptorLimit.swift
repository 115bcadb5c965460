import Glibc
import Links

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// As many as the daemon asks for at least, where the system allows it. No more than are of use: some libraries walk
    /// over all there could be.
    static let least = 16_384

    /// What a link has open besides its connections: a listener, or the three of a serial port.
    static func held(by link: DeviceLink) -> Int {
        switch link {
        case .tcpListen: 1
        case .tcpConnect: 0
        case .serial: 3
        }
    }

    /// Raises the soft limit towards the hard one, which systems set low for the sake of old programs.
    ///
    /// - Parameter connections: How many connections there may be.
    /// - Returns: What the limit is now.
    static func raise(for connections: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let target = min(rlim_t(max(least, 4 * connections)), limit.rlim_max)
        if limit.rlim_cur < target {
            let before = limit.rlim_cur
            limit.rlim_cur = target
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
