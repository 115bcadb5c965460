import Core
import Foundation
import Glibc
import Testing

@testable import DICOM

/// Associations: who gets in, what they may do, and what a peer can do to the others.
@Suite(.serialized, .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom))
struct AssociationServerTests {
    private func peer(_ server: TestServer, _ settings: [String: Any]) throws -> [String: Any] {
        try Peers.pynetdicom(settings.merging(["port": Int(server.port)]) { $1 })
    }

    private func echo(_ server: TestServer) -> EchoResult {
        Echo.run(
            EchoTarget(host: "127.0.0.1", port: server.port, calledAETitle: "LABRADOR", callingAETitle: "CT01"),
            logger: server.log.logger())
    }

    private func isSuccess(_ result: EchoResult) -> Bool {
        if case .success = result { true } else { false }
    }

    @Test("C-ECHO from pynetdicom, DCMTK and ourselves", arguments: [false, true])
    func echo(implicit: Bool) throws {
        let server = try TestServer(TestSource([]))
        #expect(try peer(server, ["do": "echo", "implicit": implicit])["status"] as? Int == 0)
        let output = try Peers.dcmtk("echoscu", ["-aet", "CT01", "-aec", "LABRADOR", "127.0.0.1", "\(server.port)"])
        #expect(output.status == 0, "\(output.text)")
        #expect(isSuccess(echo(server)))
        server.server.stop()
        #expect(server.log.all.filter { $0.hasPrefix("warning") } == [])
    }

    @Test("associations by the wrong titles are rejected with the standard's reasons")
    func titles() throws {
        let server = try TestServer(TestSource([]))
        #expect(try peer(server, ["do": "echo", "called": "WRONGAE"])["rejection"] as? [Int] == [1, 1, 7])
        #expect(try peer(server, ["do": "echo", "calling": "STRANGER"])["rejection"] as? [Int] == [1, 1, 3])
        #expect(try peer(server, ["do": "echo", "calling": "ct01"])["rejection"] as? [Int] == [1, 1, 3])
        server.server.stop()
        #expect(server.log.contains("it calls \"WRONGAE"))
        #expect(server.log.contains("no modality with this AE title"))
    }

    @Test("a peer beyond the limit is rejected for now and gets in when there is room")
    func limit() throws {
        let server = try TestServer(TestSource([])) { $0.maxAssociations = 0 }
        #expect(try peer(server, ["do": "echo"])["rejection"] as? [Int] == [2, 3, 2])
        let open = try TestServer(TestSource([])) { $0.maxAssociations = 1 }
        for _ in 0..<3 { #expect(isSuccess(echo(open))) }
        let one = try TestServer(TestSource([])) { $0.maxAssociationsPerAddress = 0 }
        #expect(try peer(one, ["do": "echo"])["rejection"] as? [Int] == [2, 3, 2])
    }

    @Test("unsupported commands get a response and the association goes on")
    func unsupported() throws {
        let server = try TestServer(TestSource([]))
        for (what, status) in [("store", 0x0211), ("create", 0x0211), ("other-class", 0x0122)] {
            let answer = try peer(server, ["do": what])
            #expect(answer["status"] as? Int == status, "\(what)")
            #expect(answer["echo after"] as? Int == 0, "\(what)")
        }
    }

    @Test(
        "20,000 sequences within sequences are refused and the server lives",
        arguments: [
            // (0040,0100) SQ of undefined length, item of undefined length.
            (false, "40000001" + "53510000" + "FFFFFFFF" + "FEFF00E0" + "FFFFFFFF"),
            (true, "40000001" + "FFFFFFFF" + "FEFF00E0" + "FFFFFFFF"),
        ])
    func nestingBomb(implicit: Bool, unit: String) throws {
        let server = try TestServer(TestSource([]))
        let answer = try peer(
            server, ["do": "identifier", "implicit": implicit, "head": "", "unit": unit, "times": 20_000])
        #expect(answer["status"] as? Int == 0xA900)
        #expect((answer["comment"] as? String)?.contains("nested deeper than 64") == true)
        #expect(answer["echo after"] as? Int == 0)
        #expect(isSuccess(echo(server)))
    }

    @Test("a data set over the limit ends its association and no other")
    func tooLarge() throws {
        let server = try TestServer(TestSource([])) { $0.maxDataSetBytes = 4096 }
        // (0010,0010) of 4 kB twice.
        let unit = "10001000" + "504E0010" + String(repeating: "41", count: 4096)
        let answer = try peer(server, ["do": "identifier", "head": "", "unit": unit, "times": 2, "timeout": 3])
        #expect(answer["established"] as? Bool == true && answer["status"] is NSNull)
        #expect(isSuccess(echo(server)))
        server.server.stop()
        #expect(server.log.contains("data set too large, more than 4096 bytes"))
    }

    @Test(
        "what does not speak DICOM is told apart in words",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "speaks HTTP"),
            ("\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}", "speaks TLS"),
            ("\u{0B}MSH|^~\\&|", "HL7 over MLLP"), ("garbage garbage", "its first bytes are 67 61 72 62"),
        ])
    func garbage(text: String, words: String) throws {
        let server = try TestServer(TestSource([]))
        let answer = server.exchange(Array(text.utf8))
        #expect(words == "speaks TLS" ? answer.isEmpty : answer.starts(with: [0x07]))
        #expect(isSuccess(echo(server)))
        server.server.stop()
        #expect(server.log.contains(words), "\(server.log.all)")
    }

    @Test("PDUs that lie about their length or come out of turn end their connection only")
    func brokenPDUs() throws {
        let server = try TestServer(TestSource([])) { $0.associationTimeout = 1 }
        let pdus: [[UInt8]] = [
            [0x01, 0, 0xFF, 0xFF, 0xFF, 0xFF], [0x01, 0, 0, 0, 0, 0], [0x01, 0, 0, 0, 0, 4, 0, 1, 0, 0],
            [0x04, 0, 0, 0, 0, 4, 0, 0, 0, 0], [0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0], [0x07, 0, 0, 0, 0, 4, 0, 0, 0, 0],
            [0x02, 0, 0, 0, 0, 4, 0, 0, 0, 0], [0x01, 0, 0, 0, 0, 68] + [UInt8](repeating: 0xFF, count: 68),
        ]
        for pdu in pdus {
            _ = server.exchange(pdu)
            #expect(isSuccess(echo(server)), "\(pdu.prefix(10))")
        }
    }

    @Test("a request that breaks the rules never reaches the toolkit, and the peer is told how it did")
    func refusedRequests() throws {
        let server = try TestServer(TestSource([]))
        let rejection = server.exchange(SampleRequest.pdu(application: "1.2.3"))
        #expect(rejection == [3, 0, 0, 0, 0, 4, 0, 1, 1, 2])
        let twice = SampleRequest.user(SampleRequest.identity + SampleRequest.identity)
        #expect(server.exchange(SampleRequest.pdu(user: twice)) == [7, 0, 0, 0, 0, 4, 0, 0, 2, 5])
        #expect(server.exchange([1, 0, 0, 4, 0, 0]) == [7, 0, 0, 0, 0, 4, 0, 0, 2, 6])
        #expect(server.exchange(SampleRequest.pdu()).first == 2)
        server.server.stop()
        for words in ["another application context", "may come once", "longer than 262144 bytes"] {
            #expect(server.log.contains(words), "\(server.log.all)")
        }
    }

    @Test("a connection that asks makes room for itself among silent ones")
    func madeRoom() throws {
        let server = try TestServer(TestSource([])) { limits in
            (limits.maxAssociations, limits.spareAcceptors) = (2, 2)
        }
        let silent = (0..<8).map { _ in server.connect() }
        defer { for descriptor in silent { close(descriptor) } }
        let took = ContinuousClock().measure { #expect(isSuccess(echo(server))) }
        // Each would otherwise keep its thread for ten seconds.
        #expect(took < .seconds(3))
        server.server.stop()
        #expect(server.log.contains("closed to make room"))
    }

    /// How a peer may make one message last.
    enum Slowness: CaseIterable, Sendable {
        /// The bytes of one PDU, one at a time.
        case bytes
        /// PDUs of two bytes each.
        case fragments
        /// The same as fast as they go, so that there is always one more to read.
        case flood
    }

    @Test("a message that never ends is ended by its time-out", arguments: Slowness.allCases)
    func slowMessage(kind: Slowness) throws {
        let server = try TestServer(TestSource([])) { limits in
            (limits.messageTimeout, limits.maxCommandBytes) = (1, 1 << 30)
        }
        let descriptor = server.connect()
        defer { close(descriptor) }
        func put(_ bytes: [UInt8]) -> Bool { send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count }
        #expect(put(SampleRequest.pdu()))
        var answer = [UInt8](repeating: 0, count: 4096)
        #expect(recv(descriptor, &answer, answer.count, 0) > 0)
        let fragment: [UInt8] = [4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 1, 1, 0, 0]
        let part: [UInt8] =
            switch kind {
            case .bytes: [0]
            case .fragments: fragment
            // Many in one go: the server must not catch up.
            case .flood: [[UInt8]](repeating: fragment, count: 4_000).flatMap { $0 }
            }
        // The head of a PDU of 256 bytes.
        if kind == .bytes { #expect(put([4, 0, 0, 0, 1, 0])) }
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(8), put(part) {
            if kind != .flood { usleep(100_000) }
            if recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT)) >= 0 { break }
        }
        #expect(clock.now - start < .seconds(3))
    }

    @Test("silent and half-sent connections do not hold up others")
    func halfOpen() throws {
        let server = try TestServer(TestSource([]))
        let silent = (0..<10).map { _ in server.connect() }
        defer { for descriptor in silent { close(descriptor) } }
        for descriptor in silent.suffix(5) { _ = send(descriptor, [0x01, 0, 0, 0, 1], 5, Int32(MSG_NOSIGNAL)) }
        let clock = ContinuousClock()
        let took = clock.measure { for _ in 0..<10 { #expect(isSuccess(echo(server))) } }
        // Ten seconds are what one of them may take; a blocked server would need that for each.
        #expect(took < .seconds(5))
    }

    @Test("an address that holds too many connections is cut off")
    func tooManyConnections() throws {
        let server = try TestServer(TestSource([])) { $0.maxConnectionsPerAddress = 2 }
        let silent = (0..<2).map { _ in server.connect() }
        defer { for descriptor in silent { close(descriptor) } }
        #expect(server.exchange([0x01]).isEmpty)
        server.server.stop()
        #expect(server.log.contains("the address already holds 2"))
    }

    @Test("associations that are aborted or cut leave nothing behind")
    func aborted() throws {
        let server = try TestServer(.many(2_000))
        #expect(try peer(server, ["do": "echo", "abort": true])["status"] as? Int == 0)
        #expect(isSuccess(echo(server)))
        for _ in 0..<50 where server.server.openAssociations > 0 { usleep(100_000) }
        #expect(server.server.openAssociations == 0)
    }

    @Test("500 associations leave threads, mappings and descriptors as they were")
    func noLeak() throws {
        let server = try TestServer(TestSource([]))
        func counts() throws -> (mappings: Int, descriptors: Int, threads: Int) {
            let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count
            return (
                maps, try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            )
        }
        for _ in 0..<100 { #expect(isSuccess(echo(server))) }
        let before = try counts()
        for _ in 0..<500 { #expect(isSuccess(echo(server))) }
        let after = try counts()
        // One of DCMTK's own pools would have left a thread and two mappings for each.
        #expect(after.mappings < before.mappings + 100, "\(before) \(after)")
        #expect(after.threads < before.threads + 50, "\(before) \(after)")
        #expect(after.descriptors < before.descriptors + 100, "\(before) \(after)")
    }

    @Test("stopping does not wait for a peer that says nothing")
    func stop() throws {
        let server = try TestServer(TestSource([]))
        let silent = (0..<3).map { _ in server.connect() }
        defer { for descriptor in silent { close(descriptor) } }
        // Connections are taken in order, so the silent ones are in after this.
        #expect(isSuccess(echo(server)))
        let took = ContinuousClock().measure { server.server.stop() }
        #expect(took < .seconds(5))
    }

    @Test("an echo that fails says why")
    func echoFailures() throws {
        let server = try TestServer(TestSource([]))
        func words(_ change: (inout EchoTarget) -> Void) -> String {
            var target = EchoTarget(
                host: "127.0.0.1", port: server.port, calledAETitle: "LABRADOR", callingAETitle: "CT01")
            target.answerTimeout = 1
            change(&target)
            guard case .failure(let why) = Echo.run(target, logger: server.log.logger()) else { return "success" }
            return why
        }
        #expect(words { $0.calledAETitle = "OTHER" }.contains("another AE title"))
        #expect(words { $0.callingAETitle = "OTHER" }.contains("does not know our AE title"))
        #expect(words { $0.port = 1 }.contains("refused"))
        #expect(words { $0.host = "no-such-host.invalid" }.contains("unknown host"))
        #expect(words { $0.host = "::1" }.contains("IPv4"))
        #expect(words { $0.host = String(repeating: "h", count: 80) }.contains("57"))
    }
}
