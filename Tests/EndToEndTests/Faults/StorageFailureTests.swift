import Foundation
import Testing

extension EndToEnd {
    @Suite("The disk fails")
    struct StorageFailure {
        private let house: House

        init() throws { house = try House(["haem-1": "generic-astm", "haem-2": "mindray-bc-5380"], posts: false) }

        /// A message of some kilobytes, so that little room is soon used up.
        private func message(_ number: Int) -> SentMessage {
            let remark = String(repeating: "remark ", count: 1_000)
            if number % 2 == 0 {
                return SentMessage(
                    device: "haem-2", bytes: MadeUp.mindray("L\(number)", id: "\(number)") + hl7(["NTE|1||\(remark)"]))
            }
            let frames = ASTMLine.frames([
                "H|\\^&|||GEN^\(number)", "P|1", "O|1|L\(number)||^^^A", "R|1|^^^A|1.0|mg/dL||N||F", "C|1|I|\(remark)",
                "L|1|N",
            ])
            return SentMessage(device: "haem-1", bytes: frames.flatMap { $0 }, frames: frames)
        }

        /// Sends a message over a connection of its own; nil when no answer came.
        private func send(_ message: SentMessage) async -> Verdict? {
            if message.frames.isEmpty { return try? await house.hl7(message.device, [message.bytes]).first }
            return try? await house.astm(message.device, [message.frames]).first
        }

        /// Sends messages until one is not accepted; that one's number.
        private func fill(_ ledger: Ledger, from start: Int = 0) async throws -> (number: Int, verdict: Verdict?) {
            for number in start..<start + 2_000 {
                let place = ledger.first(message(number))
                ledger.begins()
                let verdict = await send(message(number))
                guard verdict?.isAccepted == true else {
                    ledger.lost()
                    return (number, verdict)
                }
                ledger.acknowledged(place)
            }
            throw TestFailure("2000 messages fitted: the limit does not bite")
        }

        @Test("a commit that fails is never acknowledged: the daemon ends, and everything sent again is accepted")
        func writeFails() async throws {
            // A write beyond 1.5 MB fails with EFBIG, which SQLite takes for a failing disk (SQLITE_IOERR).
            let limit = "trap '' XFSZ; ulimit -f 3072; exec \"$0\" \"$@\""
            let limited = try await house.start(launcher: ["/bin/sh", "-c", limit])
            let ledger = Ledger()
            let (failed, verdict) = try await fill(ledger)
            #expect(failed > 10)
            #expect(verdict?.isAccepted != true)
            // Nothing is acknowledged after it either.
            for number in failed..<failed + 4 { #expect(await send(message(number))?.isAccepted != true) }
            #expect(try await limited.program.ended() == 74)
            #expect(limited.program.err.contains("The process ends so that nothing more is acknowledged"))

            let daemon = try await house.start(run: 1)
            for number in failed..<failed + 4 {
                let place = number == failed ? failed : ledger.first(message(number))
                ledger.begins()
                #expect(await send(message(number))?.isAccepted == true)
                ledger.acknowledged(place)
            }
            try await eventually("all are understood") {
                try await house.rows("results", "--limit", "5000").count >= failed + 4
            }
            #expect(try await daemon.stop() == 0)
            let mistakes = Audit.mistakes(ledger.record, stored: try StoredMessages.read(house), seen: [])
            #expect(mistakes.isEmpty, "\(mistakes.prefix(5))")
        }

        /// Whether an ordinary user may make a file system of its own here (unprivileged user namespaces).
        static func canMount() async -> Bool {
            (try? await run("/usr/bin/unshare", ["-rm", "/bin/sh", "-c", "mount -t tmpfs none /mnt"]).code) == 0
        }

        @Test(
            "a full disk is a refusal in words; the daemon goes on, and accepts again when there is room",
            .enabled("user namespaces are allowed") { await canMount() })
        func full() async throws {
            let store = house.folder.path + "/store"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
            let mount = "mount -t tmpfs -o size=8m none \(store) && head -c 6000000 /dev/zero > \(store)/ballast"
            let daemon = try await house.start(
                launcher: ["/usr/bin/unshare", "-rm", "/bin/sh", "-c", "\(mount) && exec \"$0\" \"$@\""])
            let ledger = Ledger()
            let (failed, _) = try await fill(ledger)
            #expect(failed > 10)
            // Both languages are told, as often as they ask; one that fits by chance is as good as the first ones.
            var refusals: [String] = []
            for number in failed..<failed + 6 {
                if case .refused(let why)? = await send(message(number)) { refusals.append(why) }
            }
            #expect(refusals.contains { $0.hasPrefix("AE Not stored: the store has no room left") }, "\(refusals)")
            #expect(refusals.contains { $0.hasSuffix("refused 6 times") }, "\(refusals)")
            #expect(daemon.program.isRunning)
            let remarks = try await house.rows("devices", within: daemon.program.processID).compactMap {
                $0["remark"]?.text
            }
            #expect(remarks.contains { $0.contains("no room left") }, "\(remarks)")

            try FileManager.default.removeItem(atPath: "/proc/\(daemon.program.processID)/root\(store)/ballast")
            for number in failed..<failed + 6 { #expect(await send(message(number))?.isAccepted == true) }
            // Each message has one result, once, however often it was sent.
            let rows = { try await house.rows("results", "--limit", "5000", within: daemon.program.processID) }
            try await eventually("all are understood") {
                try await Set(rows().compactMap { $0["accession"]?.text }).count == failed + 6
            }
            #expect(try await Set(rows().compactMap { $0["id"]?.text }).count == rows().count)
            #expect(try await daemon.stop() == 0)
        }
    }
}
