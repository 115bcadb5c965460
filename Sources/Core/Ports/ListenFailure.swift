import Glibc

/// `127.0.0.1:5001`, `[::]:5001`.
public func authority(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

/// Why an address could not be opened for listening (bind(2), listen(2)), and what to do, as the end of a sentence.
public func listenFailure(errno code: Int32) -> String {
    switch code {
    case EADDRINUSE: "another program listens there already; stop it, or choose another port"
    case EADDRNOTAVAIL: "this machine has no such address; write one of its own, or 0.0.0.0 for all"
    case EACCES: "this user may not open a port below 1024; choose a higher one"
    default: String(cString: strerror(code))
    }
}
