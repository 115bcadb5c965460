import ASTM
import Blocks
import Core

extension Profile {
    /// The message that a link stored, its blocks as they stood on the wire.
    func interpretBlocks(_ bytes: [UInt8], _ facility: Facility) -> [InterpretedPart] {
        let stored = BlockRecording(bytes, blocks, isRecording: false)
        let parts = interpretBlocks(stored, facility, naming: false)
        guard stored.badFrames > 0, !stored.messages.isEmpty else { return parts }
        // Each was whole when the device was answered: another framing stands in the profile now, or two ran together.
        return parts + [
            InterpretedPart(
                fault: "Not every block of this message can be read as the profile's framing says. Look at its bytes, "
                    + "and check the framing.")
        ]
    }

    /// The messages in a recording; `naming`: people look at it, and are told its records and fields.
    func interpretBlocks(_ recording: BlockRecording, _ facility: Facility, naming: Bool) -> [InterpretedPart] {
        guard !recording.messages.isEmpty else { return [InterpretedPart(fault: recording.fault)] }
        return recording.messages.map { interpret($0, facility, naming) }
    }

    private func interpret(_ message: BlockRecording.Message, _ facility: Facility, _ naming: Bool) -> InterpretedPart {
        let units = message.blocks.map { blocks.units(of: $0.text) }
        let count = units.reduce(0) { $0 + $1.count }
        if let limit = MessageLimits.standard.broken(byUnits: count) { return InterpretedPart(fault: limit) }
        var reader = LayoutReader(profile: self, facility: facility, naming: naming)
        for (block, units) in zip(message.blocks, units) {
            // A recording may have lost its last line end.
            let isCut = !naming && blocks.mayBeCutOff(block)
            for unit in isCut ? units.dropLast() : units[...] { reader.read(unit) }
            if isCut, let last = units.last { reader.leaveOut(cutOff: last) }
        }
        let reports = reader.finish()
        guard reader.hasFit else {
            return InterpretedPart(
                fault:
                    "No part of this message fits the profile's layout. Check that the profile fits, or add a record "
                    + "to its layout.")
        }
        if let limit = MessageLimits.standard.broken(byResults: reader.results) { return InterpretedPart(fault: limit) }
        var part = InterpretedPart(reports: reports, names: naming ? reader.names : [])
        if naming { part.fields = FieldRoles(self).uses(of: reader.cuts) }
        for block in message.blocks where !part.reports.isEmpty {
            guard let words = block.verdict.remark else { continue }
            part.reports[0].problems.append(Problem(at: "", what: words))
        }
        return part
    }
}

extension BlockRules {
    /// The units of a block that say anything.
    func units(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        let text = stripsPrinterCodes ? BlockText.withoutPrinterCodes(text) : text
        return layout.units.units(of: text).filter { unit in unit.contains { $0 > 0x20 } }
    }

    /// Whether the last line of a block may have been cut off: silence or the end of the connection ended it in the middle
    /// of the line, and no check proves it whole.
    func mayBeCutOff(_ block: Block) -> Bool {
        guard framing.check == nil, framing.ends.isEmpty || block.verdict == .endMissing else { return false }
        // A line without its end is the whole block where lines are blocks.
        guard layout.units == .lines || (layout.units == .block && !framing.ends.isEmpty) else { return false }
        guard let last = block.text.last, last > 0x20 else { return false }
        // The end of a printer's command is none of a line.
        return !stripsPrinterCodes || BlockText.withoutPrinterCodes(block.text).last == last
    }
}

extension Block.Verdict {
    /// What a person should know of a block that was taken all the same.
    fileprivate var remark: String? {
        switch self {
        case .checkWrong: "the check of a block was wrong; it was taken all the same, as the profile says"
        case .checkMissing: "a block had no check; it was taken all the same, as the profile says"
        case .good, .endMissing, .unfinished, .tooLong: nil
        }
    }
}

extension Profile {
    /// The fields of each unit of a recording.
    func cuts(of recording: BlockRecording) -> [LayoutCut] {
        recording.messages.flatMap { message in
            var reader = LayoutReader(profile: self, facility: Facility())
            for unit in message.blocks.flatMap({ blocks.units(of: $0.text) }) { reader.read(unit) }
            return reader.cuts
        }
    }
}
