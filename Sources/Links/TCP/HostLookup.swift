import Dispatch
import Glibc
import NIOCore

/// Finds the addresses of a host name. The system's resolver blocks, up to many seconds where no name server answers, and
/// so it never runs on an event loop.
enum HostLookup {
    /// A name without address.
    struct Unknown: Error, Equatable {
        let words: String
    }

    /// Addresses of one name that are tried.
    static let mostAddresses = 8

    /// A few names at a time: a name server that does not answer holds up some devices, not all of them.
    private static let queues = (0..<8).map { DispatchQueue(label: "labrador.names.\($0)") }

    /// The addresses of a host in the system's order, at least one; on the given loop.
    static func addresses(of host: String, port: Int, on loop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        if let address = try? SocketAddress(ipAddress: host, port: port) {
            return loop.makeSucceededFuture([address])
        }
        let promise = loop.makePromise(of: [SocketAddress].self)
        let sum = host.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        queues[sum % queues.count].async { promise.completeWith(Result { try resolve(host, port) }) }
        return promise.futureResult
    }

    private static func resolve(_ host: String, _ port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &first)
        guard code == 0 else {
            let why = code == EAI_AGAIN ? "the name server does not answer" : "no name server knows it"
            throw Unknown(words: "no address is known for '\(host)': \(why); check the name, or write an address")
        }
        defer { freeaddrinfo(first) }
        let found = sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            entry.flatMap { address($0.pointee) }
        }
        guard !found.isEmpty else { throw Unknown(words: "'\(host)' has no address a connection can be made to") }
        return Array(found.prefix(mostAddresses))
    }

    private static func address(_ entry: addrinfo) -> SocketAddress? {
        guard let pointer = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET: return SocketAddress(pointer.load(as: sockaddr_in.self))
        case AF_INET6: return SocketAddress(pointer.load(as: sockaddr_in6.self))
        default: return nil
        }
    }
}
