import Blocks
import Core
import NIOCore

extension BlockLinkHandler {
    func store(_ save: BlockSave, _ context: ChannelHandlerContext) {
        let entry = JournalEntry(
            device: device, wire: .blocks, message: save.part == 0 ? nil : openMessage, part: save.part,
            bytes: save.bytes, ending: MessageEnding(save), received: clock())
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
        _ save: BlockSave, received: Timestamp, _ result: Result<MessageID, StoreError>,
        _ context: ChannelHandlerContext
    ) {
        savesUnderWay -= 1
        switch result {
        case .success(let id):
            openMessage = save.ending == .open ? id : nil
            // A block that was not stored comes again.
            if save.part == 0 { wire = [] }
            if save.messageBytes <= Self.longestQuery { wire += save.bytes }
            account.saved(id, isOpen: save.ending == .open, isWhole: save.ending == .complete)
            if save.ending != .open { status.acknowledged(device, at: received) }
            decide(.saved(save.token), context)
            // All of it is here: it may ask something.
            if save.ending == .complete, save.messageBytes <= Self.longestQuery { answer(wire, context) }
        case .failure(let error):
            status.remark(device, "A message could not be stored: \(error.sentence)")
            account.notSaved(error)
            decide(.saveFailed(save.token), context)
        }
        drain(context)
        flush(context)
    }

    /// Longest message looked at for a query, in bytes: a query names a specimen.
    private static var longestQuery: Int { 16 * 1_024 }
}

extension MessageEnding {
    /// The journal's words for how the link ended a message. Every block is whole, so all of it may be understood.
    init(_ save: BlockSave) {
        switch save.ending {
        case .open: self = .open(processableText: save.messageBytes)
        case .complete: self = .complete
        case .incomplete(let reason):
            self = .incomplete(reason: reason.sentence, processableText: save.messageBytes)
        }
    }
}
