import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// As many as the daemon asks for, where the system allows it. No more: some libraries walk over all there could be.
    static let wanted: rlim_t = 16_384

    /// Raises the soft limit towards the hard one, which systems set low for the sake of old programs.
    /// - Returns: What the limit is now.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let target = min(wanted, limit.rlim_max)
        if limit.rlim_cur < target {
            let before = limit.rlim_cur
            limit.rlim_cur = target
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
