import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Peers on the DICOM port that no modality should be. Beside each a modality on another address and an analyser go
    /// on, and the radiology process stays the same.
    @Suite("The DICOM port under abuse: others are served, the lab side notices nothing", .timeLimit(.minutes(5)))
    struct AssociationAbuse {
        private let house: House

        /// How long the good modality may wait for association, C-ECHO and release together.
        static let patience = Duration.seconds(2)
        static let other = "127.0.0.2"

        init() throws {
            house = try House(
                ["haem-1": "horiba-yumizen-h500"], modalities: ["CT01": "CT", "MR01": "MR"], posts: false,
                dicomMore: "  limits: { association: 2s, message: 2s, idle: 5s, associations_per_address: 8 }\n")
        }

        /// One round of the good modality, on its own address.
        private func serves() async throws {
            let port = house.dicom
            let took = try await offPool {
                let clock = ContinuousClock()
                let began = clock.now
                let good = try DICOMLine(port: port, from: Self.other)
                try good.associate(as: "MR01")
                #expect(try good.echo() == 0)
                try good.release()
                return clock.now - began
            }
            #expect(took < Self.patience)
        }

        /// What a peer does, and how the connection then ends.
        struct Abuse: Sendable, CustomTestStringConvertible {
            var name: String
            var run: @Sendable (Int) throws -> Void
            var testDescription: String { name }
        }

        /// Opens an association as CT01 and then sends `bytes`.
        private static func inside(_ port: Int, _ bytes: [UInt8]) throws -> DICOMLine {
            let line = try DICOMLine(port: port)
            try line.associate(as: "CT01")
            line.write(bytes)
            return line
        }

        /// What the server must say to a PDU or a message that breaks the rules: A-ABORT, as last word.
        private static func isAborted(_ line: DICOMLine) throws {
            var last: UInt8 = 0
            do throws(DICOMLine.Lost) { while true { last = try line.pdu().type } } catch {}
            #expect(last == 7)
        }

        static let echo = DICOMLine.data([(1, 3, DICOMLine.echoCommand)])
        static let find = DICOMLine.data([(3, 3, DICOMLine.findCommand)])
        /// A key that every entry matches.
        static let everything: [UInt8] = [0x10, 0, 0x10, 0, 0, 0, 0, 0]

        static let abuses: [Abuse] = [
            Abuse(name: "connects and closes") { _ = try DICOMLine(port: $0) },
            Abuse(name: "connects and resets") { try DICOMLine(port: $0).reset() },
            Abuse(name: "resets in the middle of A-ASSOCIATE-RQ") { port in
                let line = try DICOMLine(port: port)
                line.write(Array(DICOMLine.request(calling: "CT01").prefix(100)))
                line.reset()
            },
            Abuse(name: "resets before A-ASSOCIATE-AC") { port in
                let line = try DICOMLine(port: port)
                line.write(DICOMLine.request(calling: "CT01"))
                line.reset()
            },
            Abuse(name: "resets after A-ASSOCIATE-AC") { try inside($0, []).reset() },
            Abuse(name: "aborts after A-ASSOCIATE-AC") { _ = try inside($0, [7, 0, 0, 0, 0, 4, 0, 0, 0, 0]) },
            Abuse(name: "resets in the middle of a command") { try inside($0, Array(echo.prefix(30))).reset() },
            Abuse(name: "aborts in the middle of a command") { port in
                let half = DICOMLine.data([(1, 1, Array(DICOMLine.echoCommand.prefix(20)))])
                _ = try inside(port, half + [7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
            },
            Abuse(name: "resets between command and data set") { try inside($0, find).reset() },
            Abuse(name: "resets in the middle of a data set") { port in
                try inside(port, find + Array(DICOMLine.data([(3, 0, everything)]).prefix(15))).reset()
            },
            Abuse(name: "aborts in the middle of a data set") { port in
                let half = DICOMLine.data([(3, 0, everything)])
                _ = try inside(port, find + half + [7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
            },
            Abuse(name: "resets while it is answered") { port in
                let line = try inside(port, find + DICOMLine.data([(3, 2, everything)]))
                _ = try line.pdu()
                line.reset()
            },
            Abuse(name: "releases in the middle of a data set") { port in
                let half = DICOMLine.data([(3, 0, everything)])
                let line = try inside(port, find + half + [5, 0, 0, 0, 0, 4, 0, 0, 0, 0])
                #expect([6, 7].contains(try line.pdu().type))
            },
            Abuse(name: "asks twice for an association") { port in
                try isAborted(try inside(port, DICOMLine.request(calling: "CT01")))
            },
            Abuse(name: "a PDU of a type nobody knows") { try isAborted(try inside($0, [0x42, 0, 0, 0, 0, 2, 1, 2])) },
            Abuse(name: "a data PDU of 4 GB") { try isAborted(try inside($0, [4, 0, 0xFF, 0xFF, 0xFF, 0xFF])) },
            Abuse(name: "a data PDU longer than we take") { port in
                try isAborted(try inside(port, [4, 0, 0, 2, 0, 1] + [UInt8](repeating: 0, count: 70_000)))
            },
            Abuse(name: "a release of 4 GB") { try isAborted(try inside($0, [5, 0, 0xFF, 0xFF, 0xFF, 0xFF])) },
            Abuse(name: "a PDV that is longer than its PDU") { port in
                try isAborted(try inside(port, [4, 0, 0, 0, 0, 8, 0, 0, 1, 0, 1, 3, 0, 0]))
            },
            Abuse(name: "a PDV of 4 GB") { port in
                try isAborted(try inside(port, [4, 0, 0, 0, 0, 8, 0xFF, 0xFF, 0xFF, 0xFC, 1, 3, 0, 0]))
            },
            Abuse(name: "a PDV without a header") { try isAborted(try inside($0, [4, 0, 0, 0, 0, 5, 0, 0, 0, 1, 1])) },
            Abuse(name: "a PDV cut short") { try isAborted(try inside($0, [4, 0, 0, 0, 0, 3, 0, 0, 0])) },
            Abuse(name: "a data PDU without a PDV") { try isAborted(try inside($0, [4, 0, 0, 0, 0, 0])) },
            Abuse(name: "empty PDVs before and within a command") { port in
                let command = DICOMLine.echoCommand
                let line = try inside(
                    port,
                    DICOMLine.data([
                        (1, 1, []), (1, 1, Array(command.prefix(10))), (1, 1, []), (1, 1, Array(command.dropFirst(10))),
                        (1, 3, []),
                    ]))
                #expect(try line.pdu().type == 4)
            },
            Abuse(name: "an empty command") { try isAborted(try inside($0, DICOMLine.data([(1, 3, [])]))) },
            Abuse(name: "fragments of two messages mixed") { port in
                try isAborted(try inside(port, DICOMLine.data([(1, 1, [0, 0]), (3, 1, [0, 0])])))
            },
            Abuse(name: "a context that was not agreed on") { port in
                try isAborted(try inside(port, DICOMLine.data([(99, 3, DICOMLine.echoCommand)])))
            },
            Abuse(name: "a data set without a command") { port in
                try isAborted(try inside(port, DICOMLine.data([(3, 2, everything)])))
            },
            Abuse(name: "a command that is no command") { port in
                try isAborted(try inside(port, DICOMLine.data([(1, 3, [UInt8](repeating: 0xFF, count: 64))])))
            },
            Abuse(name: "fragments that are never finished") { port in
                let line = try inside(port, [])
                let began = ContinuousClock.now
                while line.write(DICOMLine.data([(1, 1, [0, 0])])), ContinuousClock.now - began < .seconds(10) {
                    usleep(50_000)
                }
                // The message has two seconds.
                #expect(ContinuousClock.now - began < .seconds(5))
            },
            Abuse(name: "20,000 sequences in each other") { port in
                let unit: [UInt8] = [
                    0x40, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF,
                ]
                let bomb = [[UInt8]](repeating: unit, count: 1_000).flatMap { $0 }
                let parts = (0..<20).map { DICOMLine.data([(3, $0 == 19 ? 2 : 0, bomb)]) }.flatMap { $0 }
                let line = try inside(port, find + parts)
                #expect(try line.pdu().type == 4)
                #expect(try line.echo() == 0)
            },
            Abuse(name: "1,000 presentation contexts") { port in
                let line = try DICOMLine(port: port)
                line.write(
                    DICOMLine.request(
                        calling: "CT01", contexts: [String](repeating: DICOMLine.verification, count: 1_000)))
                #expect(try line.pdu() == .init(type: 7, body: [0, 0, 2, 6]))
            },
            Abuse(name: "an A-ASSOCIATE-RQ of 4 GB") { port in
                let line = try DICOMLine(port: port)
                line.write([1, 0, 0xFF, 0xFF, 0xFF, 0xFF])
                #expect(try line.pdu().type == 7)
            },
            Abuse(name: "another AE title") { port in
                let line = try DICOMLine(port: port)
                line.write(DICOMLine.request(calling: "NOBODY"))
                #expect(try line.pdu() == .init(type: 3, body: [0, 1, 1, 3]))
            },
            Abuse(name: "garbage") { port in
                let line = try DICOMLine(port: port)
                line.write((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
                _ = try? line.pdu()
            },
            Abuse(name: "HTTP") { port in
                let line = try DICOMLine(port: port)
                line.write(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                #expect(try line.pdu().type == 7)
            },
            Abuse(name: "TLS") { port in
                let line = try DICOMLine(port: port)
                line.write([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3])
                #expect(throws: DICOMLine.Lost.self) { try line.pdu() }
            },
        ]

        @Test("at every stage of an association")
        func stages() async throws {
            let daemon = try await house.start()
            // Enough that an answer is under way for a while.
            let orders = (1...400).map { number in
                #"{"accession":"R\#(number)","mrn":"M\#(number)","kind":"imaging","patient":{"family":"TEST"},"#
                    + #""procedure":{"code":"CT","text":"CT"},"modality":"CT","station_ae":"CT01","#
                    + #""scheduled":"2026-11-22T10:00:00+05:30"}"#
            }
            let placed = try await HTTP.post(
                port: house.api, "/api/v1/orders", json: "[" + orders.joined(separator: ",") + "]")
            #expect(placed.status == 201, "\(String(decoding: placed.body, as: UTF8.self))")
            try await serves()
            let child = try #require(daemon.radiologyProcess)
            for abuse in Self.abuses {
                let port = house.dicom
                async let done: Void = offPool { try abuse.run(port) }
                try await serves()
                do {
                    try await done
                } catch {
                    Issue.record("\(abuse.name): \(error)")
                }
                #expect(daemon.radiologyProcess == child, "\(abuse.name)")
            }
            try await serves()
            #expect(daemon.radiologyProcess == child)
            try await labSideWorks()
            #expect(try await daemon.stop() == 0)
        }

        @Test("idle, half-open and dripping connections, and a flood of them, from one address")
        func flood() async throws {
            let daemon = try await house.start()
            try await serves()
            let child = try #require(daemon.radiologyProcess)
            let port = house.dicom
            let crowd = Crowd(port: port)
            async let flooding: Void = offPool { try crowd.run() }
            var rounds = 0
            while !crowd.isOver {
                try await serves()
                rounds += 1
            }
            try await flooding
            #expect(rounds > 5)
            #expect(daemon.radiologyProcess == child)
            try await labSideWorks()
            // What the crowd held is free again.
            try await eventually("CT01 again", within: .seconds(15)) { await Self.isLetIn("CT01", port) }
            #expect(daemon.program.err.contains("the address already holds 16"))
            try await daemon.stop()
        }

        private static func isLetIn(_ title: String, _ port: Int) async -> Bool {
            let done: Bool? = try? await offPool {
                let line = try DICOMLine(port: port)
                try line.associate(as: title)
                try line.release()
                return true
            }
            return done == true
        }

        private func labSideWorks() async throws {
            try await house.place([MadeUpOrder(accession: "L1", mrn: "M1")])
            #expect(try await house.astm("haem-1", [MadeUp.yumizen("L1")]) == [.accepted()])
        }
    }
}

/// Many bad connections from one address for a few seconds.
private final class Crowd: @unchecked Sendable {
    static let seconds = 6
    private let port: Int
    private let lock = NSLock()
    private var over = false

    init(port: Int) { self.port = port }

    var isOver: Bool { lock.withLock { over } }

    func run() throws {
        defer { lock.withLock { over = true } }
        // Eight associations that say nothing more, and connections that say nothing at all or a byte now and then.
        var held: [DICOMLine] = []
        for _ in 0..<8 {
            let line = try DICOMLine(port: port)
            try? line.associate(as: "CT01")
            held.append(line)
        }
        var dripping: [DICOMLine] = []
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var drip = DICOMLine.request(calling: "CT01")[...]
        while ContinuousClock.now < end {
            if dripping.count > 64 { dripping.removeFirst(32) }
            if let line = try? DICOMLine(port: port) { dripping.append(line) }
            if let byte = drip.popFirst() { for line in dripping { line.write([byte]) } }
            usleep(5_000)
        }
        for line in held + dripping { line.reset() }
    }
}
