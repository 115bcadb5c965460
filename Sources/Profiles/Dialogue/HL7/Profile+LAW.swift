import Core
import HL7

/// IHE Laboratory Analytical Workflow (PaLM TF-2b): QBP^Q11 (LAB-27) is answered with RSP^K11, and the work follows in
/// OML^O33 (LAB-28), one a specimen; the analyser answers each with ORL^O34.
///
/// An AWOS id is order number, test and attempt, so that none is used twice.
extension Profile {
    func answerLAW(
        _ bytes: [UInt8], _ shelf: OrderShelf, _ rules: OrderRules, _ context: DialogueContext
    ) -> QueryAnswer {
        guard let query = HL7Query(bytes, profile: self, dialect: .law, facility: context.facility), !query.isCancel
        else { return QueryAnswer() }
        var remarks = DialogueRemarks()
        remarks.others = query.remarks
        query.specimens.tell(&remarks)
        let isUnclear = !query.asksForAll && query.specimens.isEmpty
        if isUnclear { remarks.others.append("The query names no specimen. Check barcode and profile.") }
        var reply = HL7Composer(self, rules, context, query: query.message)
        reply.header(
            ["RSP", "K11", "RSP_K11"], version: "2.5.1", accept: "NE", application: "NE", profileID: "LAB-27^IHE")
        let answered: HL7Writer.Field = .raw(Array(query.message.header.raw(10)))
        reply.segment("MSA", [isUnclear ? "AE" : "AA", answered])
        let parameters = query.message.first("QPD")
        reply.segment(
            "QAK",
            [
                .raw(Array(parameters?.raw(2) ?? [])), isUnclear ? "AE" : "OK",
                .raw(Array(parameters?.raw(1) ?? [])),
            ])
        reply.echo("QPD")
        var following: [OutboundMessage] = []
        if query.asksForAll {
            for accession in shelf.accessions {
                guard let work = work(shelf[accession], sentAs: accession, &remarks) else { continue }
                following.append(orderMessage(work, .place, attempts: { [context.attempt($0)] }, query, rules, context))
            }
            if following.isEmpty { following = [nothingToDo("", query, rules, context)] }
        }
        for asked in query.specimens.asked {
            let orders = asked.accession.map { shelf[$0] } ?? []
            if let work = work(orders, sentAs: asked.sent, &remarks) {
                following.append(orderMessage(work, .place, attempts: { [context.attempt($0)] }, query, rules, context))
            } else {
                following.append(nothingToDo(asked.sent, query, rules, context))
            }
        }
        return QueryAnswer(
            reply: reply.writer.bytes, following: following, remarks: remarks.sentences, told: remarks.told)
    }

    func downloadLAW(
        _ work: SpecimenWork, _ dispatch: Dispatch, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        // What is withdrawn is whatever the device may have, under the ids it was told.
        let attempts = dispatch.act == .place ? [dispatch.attempt] : dispatch.placements
        return orderMessage(
            work, dispatch.act, attempts: { _ in attempts }, nil, rules, context, dispatches: [dispatch.number])
    }

    /// OML^O33 with one AWOS a test.
    private func orderMessage(
        _ work: SpecimenWork, _ act: Dispatch.Act, attempts: (Int64) -> [Int], _ query: HL7Query?,
        _ rules: OrderRules, _ context: DialogueContext, dispatches: [Int64] = []
    ) -> OutboundMessage {
        var composer = composer(query, rules, context)
        let order = work.order
        composer.patient(order.patient)
        specimen(
            work.sentAs, type: specimenType(order.specimen?.type, rules), role: ["P", "", "HL70369"],
            collected: composer.clock.text(iso: order.specimen?.collected), in: &composer)
        var attemptsOf: [Int64: [Int]] = [:]
        for test in work.tests where attemptsOf[test.order] == nil { attemptsOf[test.order] = attempts(test.order) }
        for (test, attempt) in work.tests.flatMap({ test in (attemptsOf[test.order] ?? []).map { (test, $0) } }) {
            composer.segment(
                "ORC",
                [
                    act == .place ? "NW" : "CA", "", "", "", "", "", "", "",
                    .text(composer.clock.text(context.now)),
                ])
            composer.segment(
                "TQ1", ["", "", "", "", "", "", "", "", .components([order.priority.letter, "", "HL70485"])])
            composer.segment(
                "OBR",
                [
                    "", .text("\(test.order)-\(test.code)-\(attempt)"), "",
                    // L: a code of the laboratory and its analyser (table 0396).
                    .components([test.code, test.name, "L"]),
                ])
        }
        return composer.message(awaitsAnswer: true, dispatches: dispatches)
    }

    /// The negative answer: MSH, SPM, SAC, ORC with ORC-1 = DC.
    private func nothingToDo(
        _ sent: String, _ query: HL7Query, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        var composer = composer(query, rules, context)
        specimen(sent, type: Self.unknown, role: ["U", "", "HL70369"], collected: "", in: &composer)
        composer.segment("ORC", ["DC", "", "", "", "", "", "", "", .text(composer.clock.text(context.now))])
        return composer.message(awaitsAnswer: true)
    }

    private func composer(_ query: HL7Query?, _ rules: OrderRules, _ context: DialogueContext) -> HL7Composer {
        var composer = HL7Composer(self, rules, context, query: query?.message)
        composer.header(
            ["OML", "O33", "OML_O33"], version: "2.5.1", accept: "NE", application: "AL", profileID: "LAB-28^IHE")
        return composer
    }

    /// SPM and SAC: the id on the tube is both the specimen's and its container's.
    private func specimen(
        _ id: String, type: HL7Writer.Field, role: [String], collected: String, in composer: inout HL7Composer
    ) {
        composer.segment(
            "SPM",
            [
                "1", .text(id), "", type, "", "", "", "", "", "", .components(role), "", "", "", "", "",
                .text(collected),
            ])
        composer.segment("SAC", ["", "", .text(id)])
    }

    /// A code where the profile translates types, else the order's words as text.
    private func specimenType(_ type: String?, _ rules: OrderRules) -> HL7Writer.Field {
        let word = rules.specimenType(type)
        if word.isEmpty { return Self.unknown }
        return .components(rules.specimenTypes.isEmpty ? ["", word] : [word])
    }

    /// SPM-4 is required; `""` says that it is not known.
    private static let unknown = HL7Writer.Field.raw(Array("\"\"".utf8))
}
