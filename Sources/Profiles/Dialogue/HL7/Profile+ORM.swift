import Core
import HL7

/// ORM^O01 (HL7 v2 section 4.4.1), unasked: one ORC and OBR a test, ORC-1 NW or CA. The device answers with ORR^O02 or a
/// plain acknowledgement.
extension Profile {
    func downloadORM(
        _ work: SpecimenWork, _ dispatch: Dispatch, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        var composer = HL7Composer(self, rules, context, query: nil)
        composer.header(["ORM", "O01", "ORM_O01"], version: "2.5.1")
        let order = work.order
        composer.patient(order.patient)
        let ordered = composer.clock.text(work.work.received)
        for (index, test) in work.tests.enumerated() {
            // The specimen's number is the filler's, where result messages have it too (OBR-3).
            let numbers: [HL7Writer.Field] = [.text(order.placer ?? work.sentAs), .text(work.sentAs)]
            composer.segment(
                "ORC",
                [dispatch.act == .place ? "NW" : "CA"] + numbers + ["", "", "", "", "", .text(ordered)])
            composer.segment(
                "OBR",
                [.text(String(index + 1))] + numbers + [
                    .components(test.name.isEmpty ? [test.code] : [test.code, test.name]), "", .text(ordered),
                    .text(composer.clock.text(iso: order.specimen?.collected)), "", "", "", "", "", "", "",
                    .text(rules.specimenType(order.specimen?.type)), "", "", "", "", "", "", "", "", "", "", "",
                    .components(["", "", "", "", "", order.priority.letter]),
                ])
        }
        return composer.message(awaitsAnswer: true, dispatches: [dispatch.number])
    }
}
