import Foundation
import Synchronization

/// A plain blocking TCP connection, so that the tests' peers share no code with the program. One thread at a time.
final class TCPClient {
    /// The connection ended, or nothing came in time.
    struct Lost: Error, CustomStringConvertible { let description: String }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects to this machine.
    /// - Parameter timeout: how long a read may wait, in seconds.
    /// - Parameter receiveBuffer: bytes the kernel may hold for us unread; by default as it likes.
    init(port: Int, timeout: Int = 30, receiveBuffer: Int32? = nil) throws(Lost) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        let connected = Loopback.withAddress(port: port) { Glibc.connect(descriptor, $0, $1) }
        guard connected == 0 else {
            // Every property is set, so `deinit` runs and closes the descriptor. Closing it here as well would close
            // whatever another thread was given under the same number meanwhile.
            throw Lost(description: "no connection to port \(port): \(String(cString: strerror(errno)))")
        }
    }

    /// A connection that was made already.
    fileprivate init(accepted: Int32) { descriptor = accepted }

    deinit { Glibc.close(descriptor) }

    func write(_ bytes: [UInt8]) throws(Lost) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(descriptor, raw.baseAddress.map { $0 + sent }, raw.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Lost(description: "write: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// The next byte.
    func byte() throws(Lost) -> UInt8 {
        if buffer.isEmpty { try fill() }
        return buffer.removeFirst()
    }

    /// Bytes up to and with this one.
    func bytes(through last: UInt8) throws(Lost) -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: last) {
                defer { buffer.removeFirst(end + 1) }
                return Array(buffer[...end])
            }
            try fill()
        }
    }

    /// So many bytes.
    func bytes(_ count: Int) throws(Lost) -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Writes what fits into the sockets' buffers now; how much that was.
    func writeWhatFits(_ bytes: [UInt8]) throws(Lost) -> Int {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
        guard count >= 0 || errno == EAGAIN else {
            throw Lost(description: "write: \(String(cString: strerror(errno)))")
        }
        return max(0, count)
    }

    /// Whether there is room for more bytes within so many milliseconds.
    func takesMore(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// All bytes to the end of the connection.
    func rest() throws(Lost) -> [UInt8] {
        while true {
            do { try fill() } catch  where isAtEnd { break }
        }
        defer { buffer = [] }
        return buffer
    }

    private var isAtEnd = false

    private func fill() throws(Lost) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        isAtEnd = count == 0
        guard count > 0 else {
            throw Lost(description: count == 0 ? "the peer hung up" : "read: \(String(cString: strerror(errno)))")
        }
        buffer += chunk[..<count]
    }
}

/// A device that listens, on this machine.
final class TCPServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init(port: Int) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        // So long an accept waits, and a read of what it accepted.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Loopback.withAddress(port: port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
            throw TestFailure("port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { Glibc.close(descriptor) }

    /// The next connection.
    func accept() throws -> TCPClient {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw TestFailure("nobody connected to port \(port)") }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return TCPClient(accepted: accepted)
    }
}

/// This machine's own address.
enum Loopback {
    static func withAddress<Result>(
        port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A port nobody uses and no other test was given, below the range the system takes outgoing ports from: a client
    /// that calls a stopped daemon again and again must not by chance be given the daemon's own port.
    static func freePort() throws -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: 15_000..<32_000)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { Glibc.close(descriptor) }
            if withAddress(port: port, { bind(descriptor, $0, $1) }) == 0 { return port }
        }
        throw TestFailure("no port is free")
    }

    /// Ports given out and perhaps not listened to yet.
    private static let given = Mutex<Set<Int>>([])
}
