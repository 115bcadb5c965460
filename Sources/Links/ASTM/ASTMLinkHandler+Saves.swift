import ASTM
import Core
import NIOCore

/// A message of which a part is stored.
struct OpenMessage {
    /// Its number in the journal.
    var id: MessageID
    /// Its bytes so far while it may hold a query, else nil.
    var query: [UInt8]?
}

extension ASTMLinkHandler {
    func store(_ save: Save, _ context: ChannelHandlerContext) {
        let entry = JournalEntry(
            device: device, wire: .astm, message: save.part == 0 ? nil : openMessages[save.message]?.id,
            part: save.part, bytes: save.bytes, ending: MessageEnding(save), received: clock(),
            unreadable: save.unreadable)
        savesUnderWay += 1
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        journal.append(entry) { result in
            loop.execute {
                let (handler, context) = bound.value
                handler.stored(save, received: entry.received, result, context)
            }
        }
    }

    private func stored(
        _ save: Save, received: Timestamp, _ result: Result<MessageID, StoreError>, _ context: ChannelHandlerContext
    ) {
        savesUnderWay -= 1
        switch result {
        case .success(let id):
            let query = QueryBytes.joined(openMessages[save.message]?.query, save)
            openMessages[save.message] = save.ending == .open ? OpenMessage(id: id, query: query) : nil
            account.saved(id, isOpen: save.ending == .open, isWhole: save.ending == .complete)
            if save.ending != .open { status.acknowledged(device, at: received) }
            decide(.saved(save.token), context)
            // What was cut off may have been cut in the middle of a specimen's id.
            if save.ending != .open, save.processableText == save.textLength, let query { answer(query, context) }
        case .failure(let error):
            status.remark(device, "A message could not be stored and was refused: \(error.sentence)")
            account.notSaved(error)
            decide(.saveFailed(save.token), context)
        }
        drain(context)
        flush(context)
    }
}

/// Finds the messages that may hold a query, without reading those that hold results.
enum QueryBytes {
    /// Longest message looked at, in bytes: a query names specimens.
    static let most = 256 * 1_024

    /// The message's bytes so far where one of its records may begin with Q, or may still come.
    static func joined(_ before: [UInt8]?, _ save: Save) -> [UInt8]? {
        guard save.part == 0 || before != nil else { return nil }
        let bytes = before.map { $0 + save.bytes } ?? save.bytes
        guard bytes.count <= most else { return nil }
        return save.ending == .open || mayHoldQuery(bytes) ? bytes : nil
    }

    /// A record begins after CR or LF, or, at the beginning of a frame, after STX and its number.
    static func mayHoldQuery(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index] | 0x20 == UInt8(ascii: "q") {
                guard index > 0 else { return true }
                let before = bytes[index - 1]
                if before == 0x0D || before == 0x0A || (0x30...0x39).contains(before) { return true }
            }
            return false
        }
    }
}

extension MessageEnding {
    /// The journal's words for how the link ended a message.
    init(_ save: Save) {
        switch save.ending {
        case .open: self = .open(processableText: save.processableText)
        case .complete: self = .complete
        case .incomplete(let reason):
            self = .incomplete(reason: reason.sentence, processableText: save.processableText)
        }
    }
}
