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
    init(port: Int, timeout: Int = 30) throws(Lost) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = Loopback.withAddress(port: port) { Glibc.connect(descriptor, $0, $1) }
        guard connected == 0 else {
            // Every property is set, so `deinit` runs and closes the descriptor. Closing it here as well would close
            // whatever another thread was given under the same number meanwhile.
            throw Lost(description: "no connection to port \(port): \(String(cString: strerror(errno)))")
        }
    }

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
