import Core
import Foundation
import Testing

extension EndToEnd {
    /// Peers that send what no analyser should, or never listen. Beside each a well-behaved analyser goes on.
    @Suite("Hostile and broken peers: the link stays bounded, others are served, nothing acknowledged is lost")
    struct HostilePeer {
        private let house: House

        init() throws {
            house = try House(
                ["astm": "test-astm", "hl7": "test-hl7", "good": "horiba-yumizen-h500"],
                profiles: ["test/astm": Python.resultsASTM, "test/hl7": Python.resultsHL7])
        }

        /// What the daemon may grow by while it is treated so, in MB: the bounds of some links together.
        static let growthMB = 64
        /// Messages a well-behaved analyser sends meanwhile, at most.
        static let messages = 60
        /// How long a well-behaved analyser may wait for an answer meanwhile, in seconds.
        static let patience = Duration.seconds(5)

        enum Treatment: String, CaseIterable, Sendable {
            /// A frame of 100 MB, an HL7 block of 100 MB, and 100 MB that are neither.
            case endlessFrame, endlessBlock, endlessJunk
            /// What a line at the wrong baud rate or parity brings.
            case noise
            case nuls
            /// Control characters that lead nowhere.
            case naks, enquiries
            /// Sessions and messages whose answers are never read.
            case deafSessions, deafMessages

            var isDeaf: Bool { self == .deafSessions || self == .deafMessages }

            /// What the device's line must say of it.
            var words: String? {
                switch self {
                case .noise, .nuls, .endlessJunk: "only noise: check baud rate, parity"
                default: nil
                }
            }

            var device: String {
                switch self {
                case .endlessBlock, .deafMessages: "hl7"
                default: "astm"
                }
            }
        }

        @Test("one after the other", arguments: Treatment.allCases)
        func treat(_ treatment: Treatment) async throws {
            let hms = try await house.startHMS()
            let daemon = try await house.start()
            try await house.place((0...Self.messages).map { MadeUpOrder(accession: "G\($0)", mrn: "M\($0)") })
            // Its first message warms the daemon up.
            #expect(try await house.astm("good", [MadeUp.yumizen("G0")]) == [.accepted()])
            let before = try daemon.residentMB()
            let hostile = Hostile(treatment, port: try house.port(treatment.device))
            async let done: Void = offPool { try hostile.run() }
            var good = 1
            var highest = before
            var slowest = Duration.zero
            let clock = ContinuousClock()
            repeat {
                if good < Self.messages {
                    let began = clock.now
                    #expect(try await house.astm("good", [MadeUp.yumizen("G\(good)")]) == [.accepted()])
                    slowest = max(slowest, clock.now - began)
                    good += 1
                }
                highest = max(highest, try daemon.residentMB())
                try await Task.sleep(for: .milliseconds(20))
            } while !hostile.isOver
            try await done
            // A deaf peer is not read from for ever. The single characters that answer sessions may fit in the kernel.
            #expect(!hostile.wasReadWhole || treatment != .deafMessages, "\(treatment)")
            if let words = treatment.words {
                let device = try await house.rows("devices").first { $0["id"]?.text == treatment.device }
                #expect(device?["remark"]?.text?.contains(words) == true, "\(device?["remark"]?.text ?? "")")
            }
            highest = max(highest, try daemon.residentMB())
            #expect(slowest < Self.patience, "\(treatment)")
            #expect(highest - before < Self.growthMB, "\(treatment): \(before) MB became \(highest) MB")
            // The same device speaks sense again, and is understood.
            if treatment.device == "hl7" {
                #expect(try await house.hl7("hl7", [MadeUp.mindray("G\(Self.messages)", id: "END")]) == [.accepted()])
            } else {
                #expect(
                    try await house.astm(
                        "astm", [MadeUp.yumizen("G\(Self.messages)", [("WBC", "7.40", "10E3/uL", "N")])])
                        == [.accepted()])
            }
            // And nothing of the good analyser is lost: three results a message.
            let last = treatment.device == "hl7" ? 2 : 1
            try await eventually("\(good) messages of the good analyser at the HMS", within: .seconds(60)) {
                try await hms.stats()["unique"] ?? 0 >= good * 3 + last
            }
            let seen = try await hms.observations().map(\.accession)
            for number in 0..<good { #expect(seen.count { $0 == "G\(number)" } == 3) }
            #expect(try await daemon.stop() == 0)
        }

        @Test("what is wrong with the line stands at the device, in words")
        func words() async throws {
            let daemon = try await house.start()
            let frames = ASTMLine.frames(["H|\\^&|||TEST", "L|1|N"])
            let port = try house.port("astm")
            try await offPool {
                let line = try ASTMLine(port: port)
                #expect(try line.raw([0x05]) == 0x06)
                var broken = frames[0]
                broken[4] ^= 1
                for _ in 0..<38 { #expect(try line.raw(broken) == 0x15) }
                for frame in frames { #expect(try line.raw(frame) == 0x06) }
                try line.only([0x04])
            }
            let device = try #require(try await house.rows("devices").first { $0["id"]?.text == "astm" })
            #expect(
                device["remark"]?.text?.hasPrefix(
                    "Checksum wrong in 38 of the last 40 frames: check parity and baud rate")
                    == true)
            try await daemon.stop()
        }
    }
}

/// One peer that misbehaves, on a thread of its own.
private final class Hostile: @unchecked Sendable {
    private let treatment: EndToEnd.HostilePeer.Treatment
    private let port: Int
    private let lock = NSLock()
    private var over = false
    private var readWhole = false

    init(_ treatment: EndToEnd.HostilePeer.Treatment, port: Int) { (self.treatment, self.port) = (treatment, port) }

    var isOver: Bool { lock.withLock { over } }
    /// Whether the daemon took everything there was to send.
    var wasReadWhole: Bool { lock.withLock { readWhole } }

    private static let endless = 100 * 1_024 * 1_024
    private static let noise = 4 * 1_024 * 1_024
    /// When nothing more fits for so long, the daemon has stopped reading; in milliseconds.
    private static let stuck: Int32 = 2_000

    func run() throws {
        defer { lock.withLock { over = true } }
        do {
            // A deaf peer has little room for what it does not read.
            let client = try TCPClient(port: port, receiveBuffer: treatment.isDeaf ? 4_096 : nil)
            switch treatment {
            case .endlessFrame: try pour(Self.endless, after: [0x05, 0x02, 0x31], of: letters, into: client)
            case .endlessBlock: try pour(Self.endless, after: Array("\u{0B}MSH|^~\\&|".utf8), of: letters, into: client)
            case .endlessJunk: try pour(Self.endless, after: [0x05], of: letters, into: client)
            case .noise: try pour(Self.noise, after: [], of: Self.garbage(), into: client)
            case .nuls: try pour(Self.noise, after: [], of: [UInt8](repeating: 0, count: 65_536), into: client)
            case .naks: try pour(Self.noise, after: [], of: [UInt8](repeating: 0x15, count: 65_536), into: client)
            case .enquiries: try pour(Self.noise, after: [], of: [UInt8](repeating: 0x05, count: 65_536), into: client)
            case .deafSessions:
                let session: [UInt8] = [0x05] + MadeUp.yumizen("NOBODY").joined() + [0x04]
                try deafen(client, with: session)
            case .deafMessages:
                try deafen(client, with: [0x0B] + MadeUp.mindray("NOBODY") + [0x1C, 0x0D])
            }
        } catch is TCPClient.Lost {
            // The daemon may have enough of it.
        }
    }

    private var letters: [UInt8] { [UInt8](repeating: UInt8(ascii: "A"), count: 65_536) }

    /// Bytes of every kind, the same in each run.
    private static func garbage() -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<65_536).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    private func pour(_ count: Int, after head: [UInt8], of chunk: [UInt8], into client: TCPClient) throws {
        try client.write(head)
        var left = count
        while left > 0 {
            try client.write(chunk)
            left -= chunk.count
        }
    }

    /// Sends on and on, never reads; over when the other side has stopped reading too.
    private func deafen(_ client: TCPClient, with message: [UInt8]) throws {
        let many = [UInt8]((0..<64).map { _ in message }.joined())
        var rest = many[...]
        var sent = 0
        while sent < Self.endless, client.takesMore(within: Self.stuck) {
            let count = try client.writeWhatFits(Array(rest))
            sent += count
            rest = rest.dropFirst(count)
            if rest.isEmpty { rest = many[...] }
        }
        lock.withLock { readWhole = sent >= Self.endless }
    }
}

extension DaemonProcess {
    /// Resident memory in MB.
    func residentMB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw TestFailure("no VmRSS") }
        return kilobytes / 1_024
    }
}
