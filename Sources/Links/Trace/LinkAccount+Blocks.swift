import Blocks

extension LinkAccount {
    /// The link took a token and decided. `wasSending`: it may have been the answer to something of ours.
    func received(_ token: BlockToken, _ actions: [BlockLink.Action], wasSending: Bool) {
        finished(actions)
        switch token {
        case .junk(let bytes): skipped(bytes)
        case .control(let byte):
            if wasSending, byte == 0x06 { record(.answered(accepted: true)) }
            if wasSending, byte == 0x15 { record(.answered(accepted: false)) }
            record(.control)
            tell(actions)
        case .block(let block):
            if let fault = block.verdict.health {
                health?.record(fault, of: block.wire)
            } else {
                record(.good)
            }
            for case .save in actions { return verdict("block of \(block.wire.count) bytes, being saved") }
            tell(actions)
        }
    }

    /// The link decided without a token.
    func decided(_ actions: [BlockLink.Action]) {
        finished(actions)
        tell(actions)
    }

    private func tell(_ actions: [BlockLink.Action]) {
        for case .note(let note) in actions { verdict(note.verdict) }
    }

    private func finished(_ actions: [BlockLink.Action]) {
        for case .finished(_, let delivery) in actions {
            switch delivery {
            case .delivered: verdict("sent")
            case .failed(let failure): verdict("not sent: \(failure.sentence)")
            }
        }
    }
}
