import Core
import HL7

/// HL7 2.3.1 as Mindray's chemistry analysers use it (BS series, host interface manual): QRY^Q02 is answered with
/// QCK^Q02, and where there is work with a DSR^Q03 a sample, each of which the device answers with ACK^Q03.
extension Profile {
    func answerMindray(
        _ bytes: [UInt8], _ shelf: OrderShelf, _ rules: OrderRules, _ context: DialogueContext
    ) -> QueryAnswer {
        guard let query = HL7Query(bytes, profile: self, dialect: .mindray, facility: context.facility) else {
            return QueryAnswer()
        }
        var remarks = DialogueRemarks()
        remarks.others = query.remarks
        query.specimens.tell(&remarks)
        var found: [SpecimenWork] = []
        if query.asksForAll {
            found = shelf.accessions.compactMap { work(shelf[$0], sentAs: $0, &remarks) }
        } else if !query.isCancel {
            for asked in query.specimens.asked {
                guard let accession = asked.accession else { continue }
                if let work = work(shelf[accession], sentAs: asked.sent, &remarks) { found.append(work) }
            }
        }
        var reply = composer(query, rules, context)
        reply.header(["QCK", "Q02"], version: "2.3.1")
        acknowledge(query, in: &reply)
        if !query.isCancel { reply.segment("QAK", ["SR", found.isEmpty ? "NF" : "OK", ""]) }
        let following = found.enumerated().map { index, work in
            let isLast = index + 1 == found.count
            return displayResponse(work, continuation: isLast ? "" : String(index + 1), query, rules, context)
        }
        return QueryAnswer(
            reply: reply.writer.bytes, following: following, remarks: remarks.sentences, told: remarks.told)
    }

    /// DSR^Q03: what one sample is to be measured for, in display lines whose number says what they hold.
    private func displayResponse(
        _ work: SpecimenWork, continuation: String, _ query: HL7Query, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        var composer = composer(query, rules, context)
        composer.header(["DSR", "Q03"], version: "2.3.1")
        acknowledge(query, in: &composer)
        composer.segment("QAK", ["SR", "OK", ""])
        composer.echo("QRD")
        composer.echo("QRF")
        let lines = sample(work, rules, composer.clock) + work.tests.map { .components([$0.code, "", "", ""]) }
        for (index, line) in lines.enumerated() {
            composer.segment("DSP", [.text(String(index + 1)), "", line, "", ""])
        }
        composer.segment("DSC", [.text(continuation), ""])
        return composer.message(awaitsAnswer: true)
    }

    /// Lines 1 to 28; the tests begin with line 29.
    private func sample(_ work: SpecimenWork, _ rules: OrderRules, _ clock: DeviceClock) -> [HL7Writer.Field] {
        let patient = work.order.patient
        var lines = [HL7Writer.Field](repeating: "", count: 28)
        lines[0] = .text(patient.mrn)
        lines[2] = .text(
            [patient.family, patient.given].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " "))
        lines[3] = .text(DeviceClock.date(patient.birthDate))
        lines[4] = .text(patient.sex.map { $0 == .unknown ? "O" : $0.rawValue } ?? "")
        lines[20] = .text(work.sentAs)
        lines[22] = .text(clock.text(iso: work.order.specimen?.collected))
        lines[23] = work.order.priority == .stat ? "Y" : "N"
        lines[25] = .text(rules.specimenType(work.order.specimen?.type))
        return lines
    }

    private func composer(_ query: HL7Query, _ rules: OrderRules, _ context: DialogueContext) -> HL7Composer {
        HL7Composer(self, rules, context, query: query.message, keepsEmptyFields: true)
    }

    /// MSA and ERR; MSA-6 is the device's error number, 0 for none.
    private func acknowledge(_ query: HL7Query, in composer: inout HL7Composer) {
        composer.segment(
            "MSA",
            ["AA", .raw(Array(query.message.header.raw(10))), "Message accepted", "", "", "0", ""])
        composer.segment("ERR", ["0", ""])
    }
}
