import Core
import Testing

@testable import Store

@Suite("Journal")
struct JournalTests {
    @Test("a message of several parts is whole when it ends")
    func parts() async throws {
        let house = try House()
        let id = try await house.append(.part(0, of: nil, "H|", .open(processableText: 2)))
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
        #expect(try await house.append(.part(1, of: id, "P|", .open(processableText: 2))) == id)
        #expect(try await house.append(.part(2, of: id, "L|", .complete)) == id)
        let waiting = try house.store.unprocessedMessages(limit: 9)
        #expect(waiting.map(\.id) == [id])
        #expect(waiting.map(\.bytes) == [Array("H|P|L|".utf8)])
        #expect(waiting.map(\.processableText) == [nil])
        #expect(waiting.map(\.incomplete) == [nil])
        #expect(waiting.map(\.device) == ["chem-1"])
        #expect(waiting.map(\.wire) == [.astm])
    }

    @Test("an incomplete message comes with all its bytes and how much of its text may be understood")
    func incomplete() async throws {
        let house = try House()
        let id = try await house.append(.part(0, of: nil, "H|", .open(processableText: 0)))
        _ = try await house.append(.part(1, of: id, "P|", .open(processableText: 3)))
        _ = try await house.append(.part(2, of: id, "R", .incomplete(reason: "the link was cut", processableText: 4)))
        let waiting = try house.store.unprocessedMessages(limit: 9)
        #expect(waiting.map(\.bytes) == [Array("H|P|R".utf8)])
        #expect(waiting.map(\.processableText) == [4])
        #expect(waiting.map(\.incomplete) == ["the link was cut"])
    }

    @Test("with nothing processable there is nothing to understand, and it stays visible")
    func nothing() async throws {
        let house = try House()
        let id = try await house.append(.part(0, of: nil, "H", .incomplete(reason: "EOT", processableText: 0)))
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
        let story = try await house.store.explain("\(id)")
        #expect(story?.raw == ["H"])
        #expect(story?.steps.first?.what.contains("EOT") == true)
    }

    @Test("an unreadable message is kept each time it comes, and held once for as long as nobody looked")
    func unreadable() async throws {
        let house = try House()
        func garbage() async throws {
            var entry = JournalEntry.message("\u{0}garbage")
            entry.unreadable = "No segment begins the message: 'garbage' at byte 1."
            _ = try await house.append(entry)
        }
        for _ in 0..<2 { try await garbage() }
        #expect(try house.store.unprocessedMessages(limit: 9).isEmpty)
        #expect(try await house.holds() == ["unreadable"])
        #expect(try house.count("SELECT count(*) FROM message") == 2)
        #expect(try await house.store.explain("M2")?.steps.last?.what.contains("held already") == true)
        #expect(try await house.store.release("H1") == .done("Seen; it keeps no result back."))
        try await garbage()
        #expect(try await house.holds() == ["unreadable"])
        #expect(try await house.store.explain("M1")?.raw == ["<NUL>garbage"])
    }

    @Test("a part that does not fit is refused and changes nothing", arguments: Misfit.allCases)
    func misfits(_ misfit: Misfit) async throws {
        let house = try House()
        let open = try await house.append(.part(0, of: nil, "H|", .open(processableText: 2)))
        let ended = try await house.append(.part(0, of: nil, "H|", .complete))
        await #expect(throws: StoreError.self) { try await house.append(misfit.entry(open: open, ended: ended)) }
        #expect(try house.count("SELECT count(*) FROM message") == 2)
        #expect(try house.count("SELECT count(*) FROM message_part") == 0)
        #expect(try house.count("SELECT sum(parts) FROM progress") == 2)
    }

    enum Misfit: CaseIterable {
        case unknownMessage, endedMessage, gap, repeated, otherDevice, laterWithoutNumber

        func entry(open: MessageID, ended: MessageID) -> JournalEntry {
            switch self {
            case .unknownMessage: .part(1, of: MessageID(99), "P|", .open(processableText: 2))
            case .endedMessage: .part(1, of: ended, "P|", .open(processableText: 2))
            case .gap: .part(2, of: open, "P|", .open(processableText: 2))
            case .repeated: .part(0, of: open, "H|", .open(processableText: 2))
            case .otherDevice: .part(1, of: open, "P|", .open(processableText: 2), from: "chem-2")
            case .laterWithoutNumber: .part(1, of: nil, "P|", .open(processableText: 2))
            }
        }
    }

    @Test("the oldest come first, bounded in number and in bytes")
    func bounded() async throws {
        var configuration = StoreConfiguration()
        configuration.unprocessedBytes = 10
        let house = try House(configuration: configuration)
        var ids: [MessageID] = []
        for text in ["12345678", "12345678", "12345678"] { ids.append(try await house.receive(text)) }
        #expect(try house.store.unprocessedMessages(limit: 1).map(\.id) == [ids[0]])
        #expect(try house.store.unprocessedMessages(limit: 9).map(\.id) == [ids[0], ids[1]])
    }

    @Test(
        "bytes come back as they were",
        arguments: [[], [0], Array(0...255), Array(repeating: 0xFF, count: 100_000)] as [[UInt8]])
    func bytes(_ bytes: [UInt8]) async throws {
        let house = try House()
        var entry = JournalEntry.message()
        entry.bytes = bytes
        _ = try await house.append(entry)
        #expect(try house.store.unprocessedMessages(limit: 1).map(\.bytes) == [bytes])
    }
}
