import Core
import HL7

/// Cepheid GeneXpert in HL7 2.5 (GeneXpert LIS interface protocol specification 302-2261, chapter 8): QBP^Z03 for one
/// specimen and QBP^Z01 for all are answered with RSP^Z02, which holds the orders; QCN^J01 gives a query up. The analyser
/// takes no orders unasked.
extension Profile {
    func answerCepheid(
        _ bytes: [UInt8], _ shelf: OrderShelf, _ rules: OrderRules, _ context: DialogueContext
    ) -> QueryAnswer {
        guard let query = HL7Query(bytes, profile: self, dialect: .cepheid, facility: context.facility),
            !query.isCancel
        else { return QueryAnswer() }
        var remarks = DialogueRemarks()
        remarks.others = query.remarks
        query.specimens.tell(&remarks)
        var reply = HL7Composer(self, rules, context, query: query.message)
        reply.header(["RSP", "Z02"], version: "2.5", accept: "NE", application: "NE")
        let parameters = query.message.first("QPD")
        reply.segment("MSA", ["AA", .raw(Array(query.message.header.raw(10)))])
        // OK also when nothing is ordered: the specification's answer is then simply without orders.
        reply.segment("QAK", [.raw(Array(parameters?.raw(2) ?? [])), "OK", .raw(Array(parameters?.raw(1) ?? []))])
        reply.echo("QPD")
        var patients = 0
        func add(_ work: SpecimenWork) {
            patients += 1
            write(work, patient: patients, rules, in: &reply)
        }
        if query.asksForAll {
            for accession in shelf.accessions {
                if let work = work(shelf[accession], sentAs: accession, &remarks) { add(work) }
            }
        }
        for asked in query.specimens.asked {
            let orders = asked.accession.map { shelf[$0] } ?? []
            if let work = work(orders, sentAs: asked.sent, &remarks) { add(work) }
        }
        return QueryAnswer(reply: reply.writer.bytes, remarks: remarks.sentences, told: remarks.told)
    }

    /// PID, and for each test ORC, OBR, TQ1, SPM.
    private func write(_ work: SpecimenWork, patient number: Int, _ rules: OrderRules, in reply: inout HL7Composer) {
        let patient = work.order.patient
        reply.segment(
            "PID",
            [
                .text(String(number)), "", .text(patient.mrn), "",
                .components([patient.family ?? "", patient.given ?? ""].filterTrailingEmpty), "",
                .text(DeviceClock.date(patient.birthDate)),
                .text(patient.sex.map { $0 == .other ? "U" : $0.rawValue } ?? ""),
            ])
        for (index, test) in work.tests.enumerated() {
            let count = HL7Writer.Field.text(String(index + 1))
            reply.segment(
                "ORC", ["NW", count, "", "", "", "", "", "", .text(reply.clock.text(work.work.received))])
            reply.segment("OBR", [count, "", "", .text(test.code), "", "", "", "", "", "", "A"])
            reply.segment(
                "TQ1", ["", "", "", "", "", "", "", "", work.order.priority == .stat ? "S" : "R"])
            reply.segment(
                "SPM", [count, .text(work.sentAs), "", "ORH", "", "", "", "", "", "", "P"])
        }
    }
}

extension [String] {
    /// Without the empty texts at the end.
    fileprivate var filterTrailingEmpty: [String] { lastIndex { !$0.isEmpty }.map { Array(self[...$0]) } ?? [] }
}
