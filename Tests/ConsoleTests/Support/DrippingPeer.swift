import Foundation

/// A connection that sends what it is told byte for byte, over a plain socket.
final class DrippingPeer: Sendable {
    private let descriptor: Int32

    struct NotConnected: Error { var code: Int32 }

    /// Connects to this machine and sends the first bytes.
    init(port: Int, first: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw NotConnected(code: errno) }
        _ = send(first)
    }

    deinit { close(descriptor) }

    /// Sends one byte; false once the other side has closed the connection.
    func drip() -> Bool {
        var byte: UInt8 = 0
        let answer = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        if answer == 0 || (answer < 0 && errno != EAGAIN) { return false }
        return send("0")
    }

    private func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
