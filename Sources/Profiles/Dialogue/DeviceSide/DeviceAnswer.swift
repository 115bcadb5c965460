import Core
import HL7

/// How a device of this profile answers a message of the host in HL7; in ASTM the link's ACK is the whole answer.
extension Profile {
    /// ACK^Q03 to a DSR^Q03, ORL^O34 to an OML^O33 (IHE LAW, LAB-28), ORR^O02 to an ORM^O01; to anything else what its
    /// MSH-15 and MSH-16 ask for.
    ///
    /// - Parameters:
    ///   - bytes: the content of one MLLP block.
    ///   - accepts: whether the device takes it.
    ///   - context: gives the time and the message id.
    /// - Returns: nil when nothing is to be answered, or the bytes are no message.
    public func deviceAnswer(to bytes: [UInt8], accepts: Bool, context: DialogueContext) -> [UInt8]? {
        guard wire == .hl7, let message = try? HL7Message.parse(bytes, encoding: encoding.hl7) else { return nil }
        switch message.plainType {
        case "DSR": return displayTaken(message, accepts, context)
        case "OML": return orderTaken(message, ["ORL", "O34", "ORL_O42"], accepts, context)
        case "ORM": return orderTaken(message, ["ORR", "O02", "ORR_O02"], accepts, context)
        default: return taken(message, accepts, context)
        }
    }

    private func taken(_ message: HL7Message, _ accepts: Bool, _ context: DialogueContext) -> [UInt8]? {
        let plan = AcknowledgementPlan(for: message, policy: .byMessage, outcome: accepts ? .accepted : .error)
        // An answer is not answered itself, except where it asks to hear that it arrived.
        guard let code = message.first("MSA") == nil ? plan.codes.first : plan.commit else { return nil }
        return HL7Acknowledgement(
            code: code, controlID: context.controlID(), time: DeviceClock(self, context.facility).text(context.now)
        ).answer(to: message)
    }

    private func displayTaken(_ message: HL7Message, _ accepts: Bool, _ context: DialogueContext) -> [UInt8] {
        var writer = answer(["ACK", "Q03"], to: message, context)
        let answered = HL7Writer.Field.raw(Array(message.header.raw(10)))
        writer.segment(
            "MSA",
            [
                accepts ? "AA" : "AE", answered, accepts ? "Message accepted" : "Application internal error", "", "",
                accepts ? "0" : "207", "",
            ], keepsEmptyFields: true)
        writer.segment("ERR", [accepts ? "0" : "207", ""], keepsEmptyFields: true)
        return writer.bytes
    }

    /// One ORC an order: OK and CR say yes to NW and CA, UA and UC say no (table 0119).
    private func orderTaken(
        _ message: HL7Message, _ type: [String], _ accepts: Bool, _ context: DialogueContext
    ) -> [UInt8] {
        let namesStructure = !message.header.raw(field: 9, component: 3).isEmpty
        var writer = answer(namesStructure ? type : Array(type.prefix(2)), to: message, context)
        writer.segment("MSA", ["AA", .raw(Array(message.header.raw(10)))])
        var isOrder = false
        for segment in message.segments {
            switch segment.name {
            case "PID", "SPM", "SAC": writer.echo(segment)
            case "ORC":
                let control = segment.text(field: 1)
                // Nothing to do (DC) is no order, and nothing is said of it.
                isOrder = control != "DC"
                guard isOrder else { continue }
                let isCancel = control == "CA"
                let word: HL7Writer.Field =
                    accepts ? (isCancel ? "CR" : "OK") : (isCancel ? "UC" : "UA")
                writer.segment(
                    "ORC",
                    [
                        word, .raw(Array(segment.raw(2))), .raw(Array(segment.raw(3))), "",
                        accepts != isCancel ? "SC" : "CA",
                    ])
            case "OBR": if isOrder { writer.echo(segment) }
            default: break
            }
        }
        return writer.bytes
    }

    private func answer(_ type: [String], to message: HL7Message, _ context: DialogueContext) -> HL7Writer {
        var writer = HL7Writer(delimiters: message.delimiters, encoding: message.encoding)
        let header = message.header
        func echo(_ field: Int) -> HL7Writer.Field { .raw(Array(header.raw(field))) }
        writer.header([
            echo(5), echo(6), echo(3), echo(4), .text(DeviceClock(self, context.facility).text(context.now)), "",
            .components(type), .text(context.controlID()), echo(11), echo(12), "", "", "", "", "", echo(18), "", "",
            echo(21),
        ])
        return writer
    }
}

extension HL7Writer {
    /// A segment as it came.
    fileprivate mutating func echo(_ found: HL7Segment) {
        let last = found.fieldCount
        segment(found.name, last < 1 ? [] : (1...last).map { .raw(Array(found.raw($0))) })
    }
}
