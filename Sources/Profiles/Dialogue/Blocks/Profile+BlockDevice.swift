import ASTM
import Blocks
import Core

/// The device's side of a dialogue in blocks, as a simulated analyser speaks it.
extension Profile {
    /// A query: by the template, or the first beginning that marks one, with the specimen right-aligned in its columns.
    func questionBlocks(_ specimen: String?, _ context: DialogueContext) -> OutboundMessage? {
        guard let specimen, let rules = orders?.blocks, let place = rules.specimen else { return nil }
        let bytes = encoding.astm.bytes(specimen)
        if let template = rules.question {
            var values = BlockTemplate.Values()
            values.words[.specimen] = bytes
            values.words[.time] = encoding.astm.bytes(DeviceClock(self, context.facility).text(context.now))
            return template.text(values).map { OutboundMessage(content: $0, awaitsAnswer: false) }
        }
        guard case .columns(let columns) = place, let last = columns.last, bytes.count <= last - columns.first + 1,
            let prefix = rules.query.lazy.compactMap({ test -> String? in
                if case .prefix(let prefixes) = test { prefixes.first } else { nil }
            }).first, prefix.utf8.count < columns.first
        else { return nil }
        let space = [UInt8](repeating: 0x20, count: last - prefix.utf8.count - bytes.count)
        return OutboundMessage(content: Array(prefix.utf8) + space + bytes, awaitsAnswer: false)
    }

    /// What a host's block says, read as it was written.
    func toldBlocks(_ bytes: [UInt8]) -> HostTold? {
        guard let rules = orders?.blocks else { return nil }
        var told = HostTold(ending: .last)
        var isUnderstood = false
        for text in blockTexts(bytes) {
            for template in [rules.reply, rules.download].compactMap({ $0 }) {
                guard let read = template.read(text), let tests = read.words[.tests], !tests.isEmpty else { continue }
                isUnderstood = true
                var specimen = read.words[.specimen]
                if case .columns(let columns)? = rules.specimen, specimen == nil { specimen = read.query[columns] }
                told.orders.add(
                    trimmed(encoding.astm.text(specimen ?? [])),
                    trimmed(encoding.astm.text(read.words[.mrn] ?? [])), codes(tests, rules), .place)
                break
            }
            if !isUnderstood, rules.nothing?.read(text) != nil { isUnderstood = true }
        }
        return isUnderstood ? told : nil
    }

    private func codes(_ tests: [UInt8], _ rules: BlockOrderRules) -> [String] {
        guard let form = rules.test else { return [] }
        var pieces: [[UInt8]] = []
        if !rules.testSeparator.isEmpty {
            pieces = tests[...].parts(by: rules.testSeparator).map(Array.init)
        } else if let width = form.width, width > 0 {
            pieces = stride(from: 0, to: tests.count, by: width).map { Array(tests[$0..<min(tests.count, $0 + width)]) }
        }
        return pieces.compactMap { form.read($0)?.words[.code] }.map { trimmed(encoding.astm.text($0)) }
    }
}
