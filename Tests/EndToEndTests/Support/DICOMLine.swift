import Foundation
import Glibc

/// The modality's side of an association, written down from PS3.8 section 9.3 and PS3.7 Annex E: for peers that keep to
/// the rules as for those that do not. One thread at a time.
final class DICOMLine {
    /// The connection ended, or nothing came in time.
    struct Lost: Error, CustomStringConvertible { let description: String }

    /// A PDU: its type and what follows its length.
    struct PDU: Equatable {
        var type: UInt8
        var body: [UInt8]
    }

    static let verification = "1.2.840.10008.1.1"
    static let worklist = "1.2.840.10008.5.1.4.31"

    private var descriptor: Int32

    /// - Parameters:
    ///   - address: Ours, one of 127.0.0.0/8.
    ///   - timeout: How long a read may wait, seconds.
    init(port: Int, from address: String = "127.0.0.1", timeout: Int = 20) throws(Lost) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        // A hundred thousand connections one after another would use up the ports of one address.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var own = Self.address(address, port: 0)
        let bound = withUnsafePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var peer = Self.address("127.0.0.1", port: port)
        let connected = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, connected == 0 else {
            throw Lost(description: "no connection to port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { end() }

    private static func address(_ text: String, port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    /// Closes the connection in order.
    func end() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Closes it with a reset, as a machine does that was switched off and on.
    func reset() {
        var at = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at, socklen_t(MemoryLayout<linger>.size))
        end()
    }

    /// Sends bytes as they are; false when the other side does not take them.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                send(descriptor, raw.baseAddress.map { $0 + sent }, raw.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next PDU.
    func pdu() throws(Lost) -> PDU {
        let head = try bytes(6)
        let length = head[2...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= 1 << 20 else { throw Lost(description: "a PDU of \(length) bytes") }
        return PDU(type: head[0], body: try bytes(length))
    }

    private func bytes(_ count: Int) throws(Lost) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let part = bytes.withUnsafeMutableBytes { raw in
                recv(descriptor, raw.baseAddress.map { $0 + got }, count - got, 0)
            }
            guard part > 0 else { throw Lost(description: part == 0 ? "closed" : String(cString: strerror(errno))) }
            got += part
        }
        return bytes
    }

    // MARK: - A modality that keeps to the rules

    /// Opens an association for Verification (context 1) and the worklist (context 3).
    func associate(as title: String, calling called: String = "LABRADOR") throws(Lost) {
        write(Self.request(calling: title, called: called))
        let answer = try pdu()
        guard answer.type == 2 else { throw Lost(description: "A-ASSOCIATE-RQ was answered by type \(answer.type)") }
    }

    /// C-ECHO; its status.
    func echo() throws(Lost) -> Int {
        write(Self.data([(1, 3, Self.echoCommand)]))
        let answer = try pdu()
        // (0000,0900) US of two bytes, the last element of a C-ECHO response.
        guard answer.type == 4, answer.body.count > 10,
            Array(answer.body.suffix(10).prefix(8)) == [0, 0, 0, 9, 2, 0, 0, 0]
        else { throw Lost(description: "C-ECHO was answered by type \(answer.type)") }
        return Int(answer.body[answer.body.count - 2]) | Int(answer.body[answer.body.count - 1]) << 8
    }

    /// A-RELEASE and the end of the connection.
    func release() throws(Lost) {
        write([5, 0, 0, 0, 0, 4, 0, 0, 0, 0])
        let answer = try pdu()
        guard answer.type == 6 else { throw Lost(description: "A-RELEASE-RQ was answered by type \(answer.type)") }
        end()
    }

    // MARK: - PDUs

    static func withLength(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type, 0] + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) } + body
    }

    /// An A-ASSOCIATE-RQ (PS3.8 section 9.3.2); `contexts` are abstract syntaxes, ids 1, 3, 5 and so on.
    static func request(
        calling: String, called: String = "LABRADOR", contexts: [String] = [verification, worklist]
    ) -> [UInt8] {
        func title(_ text: String) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0x20, count: 16 - text.utf8.count)
        }
        var body = [0, 1, 0, 0] + title(called) + title(calling) + [UInt8](repeating: 0, count: 32)
        body += item(0x10, Array("1.2.840.10008.3.1.1.1".utf8))
        for (index, abstract) in contexts.enumerated() {
            let id = UInt8(truncatingIfNeeded: 2 * index + 1)
            body += item(
                0x20,
                [id, 0, 0, 0] + item(0x30, Array(abstract.utf8)) + item(0x40, Array("1.2.840.10008.1.2".utf8)))
        }
        body += item(0x50, item(0x51, [0, 0, 0x40, 0]) + item(0x52, Array("1.2.3.4".utf8)))
        return withLength(1, body)
    }

    private static func item(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [type, 0, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    /// A P-DATA-TF (PS3.8 section 9.3.5) of fragments: context, message control header (1 command, 2 last), bytes.
    static func data(_ fragments: [(context: UInt8, control: UInt8, bytes: [UInt8])]) -> [UInt8] {
        withLength(
            4,
            fragments.flatMap { fragment -> [UInt8] in
                let count = fragment.bytes.count + 2
                return (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
                    + [fragment.context, fragment.control] + fragment.bytes
            })
    }

    static let echoCommand = command(0x0030, verification, hasData: false)
    static let findCommand = command(0x0020, worklist, hasData: true)

    /// A command set in Implicit VR Little Endian.
    private static func command(_ field: UInt16, _ sopClass: String, hasData: Bool) -> [UInt8] {
        func element(_ tag: UInt8, _ high: UInt8, _ value: [UInt8]) -> [UInt8] {
            [0, 0, tag, high, UInt8(value.count), 0, 0, 0] + value
        }
        let uid = Array(sopClass.utf8) + (sopClass.utf8.count % 2 == 0 ? [] : [0])
        let elements =
            element(0x02, 0, uid) + element(0x00, 1, [UInt8(field & 0xFF), UInt8(field >> 8)])
            + element(0x10, 1, [1, 0]) + (hasData ? element(0x00, 7, [0, 0]) : [])
            + element(0x00, 8, hasData ? [0, 0] : [1, 1])
        return element(0x00, 0, [UInt8(elements.count), 0, 0, 0]) + elements
    }
}
