import ASTM
import Core
import HL7

/// The device's side of the dialogue, as a simulated analyser speaks it: how a device of this profile asks for orders.
extension Profile {
    /// A query as the device writes it: Q of LIS02-A2 section 11, QRY^Q02, QBP^Q11 (IHE LAW, LAB-27), QBP^Z03 and
    /// QBP^Z01.
    ///
    /// - Parameters:
    ///   - specimen: what it asks for; nil asks for everything.
    ///   - context: gives the time and the message id.
    /// - Returns: nil when a device of this profile asks nothing.
    public func question(_ specimen: String?, context: DialogueContext) -> OutboundMessage? {
        guard let rules = orders else { return nil }
        switch rules.dialect {
        case .astm: return questionASTM(specimen, rules, context)
        case .mindray:
            return questionHL7(["QRY", "Q02"], version: "2.3.1", rules, context) { writer, id, time in
                writer.segment(
                    "QRD",
                    [
                        .text(time), "R", "D", .text(id), "", "", "RD", .text(specimen ?? ""), "OTH", "", "", "T", "",
                    ], keepsEmptyFields: true)
                writer.segment(
                    "QRF",
                    [.text(rules.receiver ?? Self.simulated), "", "", "", "", "RCT", "COR", "ALL", "", ""],
                    keepsEmptyFields: true)
            }
        // A device that may ask in any dialect asks in the standard's.
        case .law, .asAsked:
            return questionHL7(
                ["QBP", "Q11", "QBP_Q11"], version: "2.5.1", conditions: ["NE", "AL"], profileID: "LAB-27^IHE", rules,
                context
            ) { writer, id, _ in
                let name = specimen == nil ? ["WOS_ALL", "Work Order Step All"] : ["WOS", "Work Order Step"]
                writer.segment("QPD", [.components(name + ["IHELAW"]), .text("Q" + id), .text(specimen ?? "")])
                writer.segment("RCP", ["I", "", "R"])
            }
        case .cepheid:
            let event = specimen == nil ? "Z01" : "Z03"
            return questionHL7(["QBP", event, "QBP_\(event)"], version: "2.5", rules, context) { writer, id, _ in
                let tag = HL7Writer.Field.text("Q" + id)
                if let specimen {
                    writer.segment("QPD", [.components(["Z03", "HOST QUERY"]), tag, "", .text(specimen)])
                } else {
                    writer.segment("QPD", [.components(["Z01", "REQUEST TEST ORDERS"]), tag, "ALL"])
                }
                writer.segment("RCP", ["I"])
            }
        case .blocks: return questionBlocks(specimen, context)
        case .orm: return nil
        }
    }

    /// How a simulated device calls itself where the profile has no name for it.
    private static let simulated = "Simulator"

    // MARK: - LIS02-A2

    private func questionASTM(
        _ specimen: String?, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        var writer = RecordWriter(delimiters: rules.astm.delimiters, encoding: encoding.astm)
        let time = DeviceClock(self, context.facility).text(context.now)
        writer.header([
            "", "", .text(rules.receiver ?? Self.simulated), "", "", "", "", Self.components(rules.sender ?? "LIS"), "",
            "P", .text(rules.version ?? "LIS2-A2"), .text(time),
        ])
        writer.record(
            "Q",
            [
                "1", Self.asked(specimen, rules.astm), "", "ALL", "", "", "", "", "", "", "", "O",
            ])
        writer.record("L", ["1", "N"])
        return OutboundMessage(content: writer.bytes, awaitsAnswer: false)
    }

    /// Q.3, with the specimen where the profile reads it.
    private static func asked(_ specimen: String?, _ rules: ASTMOrderRules) -> RecordWriter.Field {
        if specimen == nil, rules.emptyIsAll { return "" }
        let places = rules.specimen.filter { $0.field == 3 }.map { $0.component ?? 1 }
        // A field of one component only is where "ALL" usually stands.
        let place = specimen == nil && places.contains(1) ? 1 : places.first ?? 1
        return .components([String](repeating: "", count: place - 1) + [specimen ?? "ALL"])
    }

    private static func components(_ text: String) -> RecordWriter.Field {
        .components(text.split(separator: "^", omittingEmptySubsequences: false).map(String.init))
    }

    // MARK: - HL7

    private func questionHL7(
        _ type: [String], version: String, conditions: [String] = ["", ""], profileID: String = "", _ rules: OrderRules,
        _ context: DialogueContext, _ write: (inout HL7Writer, _ id: String, _ time: String) -> Void
    ) -> OutboundMessage {
        let id = context.controlID()
        let time = DeviceClock(self, context.facility).text(context.now)
        var writer = HL7Writer(encoding: encoding.hl7)
        let characterSet =
            switch encoding {
            case .auto, .utf8: "UNICODE UTF-8"
            case .iso8859_1: "8859/1"
            // Table 0211 has no name for it.
            case .windows1252: ""
            }
        writer.header([
            .text(rules.receiver ?? Self.simulated), "", .text(rules.sender ?? "LIS"), "", .text(time), "",
            .components(type), .text(id), "P", .text(rules.version ?? version), "", "", .text(conditions[0]),
            .text(conditions[1]), "", .text(characterSet), "", "",
            .components(profileID.split(separator: "^").map(String.init)),
        ])
        write(&writer, id, time)
        return OutboundMessage(content: writer.bytes, controlID: id, awaitsAnswer: true)
    }
}
