import ASTM
import Blocks
import Core

/// A query of a device of blocks.
struct BlockQuery: HoldsPatientData {
    /// The text of its unit.
    var text: [UInt8]
    var specimens = AskedSpecimens()
}

extension Profile {
    /// The texts of the blocks in some bytes: framed as on the line, or one text alone.
    public func blockTexts(_ bytes: [UInt8]) -> [[UInt8]] {
        let start = blocks.framing.start
        guard bytes.starts(with: start) else { return [bytes] }
        var decoder = BlockDecoder(blocks.framing)
        decoder.append(bytes)
        var texts: [[UInt8]] = []
        while let token = decoder.next() ?? decoder.flush() {
            if case .block(let block) = token, block.isAccepted(by: blocks.framing) { texts.append(block.text) }
        }
        return texts.isEmpty ? [bytes] : texts
    }

    /// The messages of a recording, framed as on the line whatever became of the recording's own framing.
    public func blockMessages(in recording: [UInt8]) -> [[UInt8]] {
        BlockRecording(recording, blocks).messages.map { $0.texts.flatMap { blocks.framing.framed($0) } }
    }

    /// What a unit asks of us; nil when it asks nothing.
    func blockQuery(_ unit: [UInt8]) -> BlockQuery? {
        guard let rules = orders?.blocks, !rules.query.isEmpty, let place = rules.specimen else { return nil }
        let text = encoding.astm.text(unit)
        guard rules.query.allSatisfy({ $0.holds(for: text) }) else { return nil }
        var query = BlockQuery(text: unit)
        let name: String
        switch place {
        case .columns(let columns): name = encoding.astm.text(unit[...].columns(columns))
        case .field(let field):
            let record = blocks.layout.records.first { $0.fits(unit[...], text) }
            name = record?.cut.fields(of: unit[...], encoding.astm)[field] ?? ""
        }
        query.specimens.add(name, specimen)
        return query
    }

    func queryBlocks(in bytes: [UInt8]) -> HostQuery? {
        for text in blockTexts(bytes) {
            for unit in blocks.units(of: text) {
                guard let query = blockQuery(Array(unit)) else { continue }
                return HostQuery(wanted: .specimens(query.specimens.accessions), bytes: Array(unit))
            }
        }
        return nil
    }

    func answerBlocks(
        _ bytes: [UInt8], _ shelf: OrderShelf, _ rules: OrderRules, _ context: DialogueContext
    ) -> QueryAnswer {
        guard let query = blockTexts(bytes).lazy.compactMap({ self.blockQuery($0) }).first else { return QueryAnswer() }
        var remarks = DialogueRemarks()
        query.specimens.tell(&remarks)
        let asked = query.specimens.asked.first
        var told: SpecimenWork?
        if let asked, let accession = asked.accession { told = work(shelf[accession], sentAs: asked.sent, &remarks) }
        var text: [UInt8]?
        if let work = told, let reply = rules.blocks.reply {
            text = written(reply, work, rules.blocks, query.text, context)
            if text == nil {
                remarks.told = []
                remarks.others.append(
                    "An order does not fit the device's block (a test code or specimen id is longer than its place); "
                        + "answered as not ordered.")
            }
        }
        if text == nil, let nothing = rules.blocks.nothing {
            var values = BlockTemplate.Values(query: query.text)
            values.words[.specimen] = encoding.astm.bytes(asked?.sent ?? "")
            values.words[.time] = encoding.astm.bytes(DeviceClock(self, context.facility).text(context.now))
            text = nothing.text(values)
        }
        return QueryAnswer(
            following: text.map { [OutboundMessage(content: $0, awaitsAnswer: blocks.dialogue.isAnswered)] } ?? [],
            remarks: remarks.sentences, told: remarks.told)
    }

    func downloadBlocks(
        _ work: SpecimenWork, _ dispatch: Dispatch, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage? {
        guard dispatch.act == .place, let template = rules.blocks.download,
            let text = written(template, work, rules.blocks, [], context)
        else { return nil }
        return OutboundMessage(
            content: text, awaitsAnswer: blocks.dialogue.isAnswered, dispatches: [dispatch.number])
    }

    private func written(
        _ template: BlockTemplate, _ work: SpecimenWork, _ rules: BlockOrderRules, _ query: [UInt8],
        _ context: DialogueContext
    ) -> [UInt8]? {
        let bytes = encoding.astm.bytes
        let patient = work.order.patient
        var values = BlockTemplate.Values(query: query)
        let name = [patient.family, patient.given].compactMap { $0 }.joined(separator: " ")
        for (word, text) in [
            (BlockTemplate.Word.specimen, work.sentAs), (.mrn, patient.mrn), (.name, name),
            (.family, patient.family ?? ""),
            (.given, patient.given ?? ""), (.sex, patient.sex?.rawValue ?? ""),
            (.birthDate, DeviceClock.date(patient.birthDate)),
            (.priority, work.order.priority == .routine ? "R" : "S"),
            (.time, DeviceClock(self, context.facility).text(context.now)),
        ] {
            values.words[word] = bytes(text)
        }
        var tests: [[UInt8]] = []
        for test in work.tests {
            values.words[.code] = bytes(test.code)
            values.words[.testName] = bytes(test.name)
            guard let form = rules.test, let text = form.text(values) else { return nil }
            tests.append(text)
        }
        values.words[.count] = bytes(String(work.tests.count))
        values.words[.tests] = Array(tests.joined(separator: rules.testSeparator))
        return template.text(values)
    }
}
