import Core
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Profiles
import Testing

@testable import Links

/// A link service over real sockets and terminals, whose journal stores at once.
struct RealLinks {
    /// Stores everything at once.
    private final class Instant: Journal {
        private let count = NIOLockedValueBox<Int64>(0)
        func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void) {
            done(
                .success(
                    entry.message
                        ?? count.withLockedValue { count in
                            count += 1
                            return MessageID(count)
                        }))
        }
    }

    let status = LinkStatusBoard()
    let service: LinkService
    let open: OpenLinks

    init(_ links: KeyValuePairs<String, DeviceLink>, bounds: LinkBounds = LinkBounds()) async throws {
        try await self.init(links.map { ($0.key, $0.value) }, bounds: bounds)
    }

    init(_ links: [(String, DeviceLink)], bounds: LinkBounds = LinkBounds()) async throws {
        let profile = try ProfileLibrary.read(
            text: "name: Test\nprotocol: astm\npass_through: true\n", id: "test", file: "profile.yaml")
        service = LinkService(
            devices: links.map { DeviceConfiguration(id: DeviceID($0), profile: profile, link: $1) },
            orderListener: nil, bounds: bounds, facility: Facility(), journal: Instant(), orders: FakeOrderBook(),
            deviceOrders: FakeDeviceOrders(), status: status, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test"),
            clock: { Timestamp(microseconds: 0) })
        open = try await service.open()
    }

    func row(_ device: String) throws -> DeviceRow { try #require(status.devices().first { $0.id == device }) }

    func port(_ device: String) throws -> Int {
        try #require(Int(row(device).listening.split(separator: ":").last ?? ""))
    }

    /// Waits until a device's row is as wanted.
    func until(_ what: String, _ device: String, _ condition: (DeviceRow) -> Bool) async throws {
        try await eventually("\(what), but \(try row(device))") { condition(try row(device)) }
    }
}

/// Asks until the condition holds, for 20 s at most: what another thread or the kernel does cannot be waited for otherwise.
func eventually(_ what: @autoclosure () throws -> String, _ condition: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    while !(try await condition()) {
        guard clock.now < end else {
            Issue.record("not within 20 s: \(try what())")
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A device's plain connection to this machine; blocking, with a time-out of 20 s.
final class RawPeer {
    let descriptor: CInt

    /// - Parameter address: from which of this machine's addresses.
    init(port: Int, from address: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bound = try Self.with(address, 0) { bind(descriptor, $0, $1) }
        let connected = try Self.with("127.0.0.1", port) { connect(descriptor, $0, $1) }
        try #require(bound == 0 && connected == 0, "\(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
    }

    /// The next bytes; empty at the end of the connection, nil when it was reset or nothing came.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Whether the other side has hung up.
    var isEnded: Bool { receive().map(\.isEmpty) ?? (errno == ECONNRESET) }

    private static func with<Result>(
        _ address: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws -> Result {
        try SocketAddress(ipAddress: address, port: port).withSockAddr { body($0, socklen_t($1)) }
    }
}

/// A folder that is gone with its owner.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/labrador-links-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// ENQ and ACK (LIS01-A2 section 6.2).
let enquiry: [UInt8] = [0x05]
let acknowledge: [UInt8] = [0x06]
