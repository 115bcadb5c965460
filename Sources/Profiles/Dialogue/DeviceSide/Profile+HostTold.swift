import ASTM
import Core
import HL7

/// How a device of this profile reads what a host tells it.
extension Profile {
    /// Reads a message of the host: the answer to a query, or orders sent unasked.
    ///
    /// - Parameter bytes: LIS02 record text, or the content of one MLLP block.
    /// - Returns: nil when it is neither (an acknowledgement, for example), or cannot be read.
    public func told(in bytes: [UInt8]) -> HostTold? {
        switch wire {
        case .astm: toldASTM(bytes)
        case .blocks: toldBlocks(bytes)
        case .hl7: (try? HL7Message.parse(bytes, encoding: encoding.hl7)).flatMap(told)
        }
    }

    // MARK: - LIS02-A2

    private func toldASTM(_ bytes: [UInt8]) -> HostTold? {
        guard let rules = orders?.astm, let message = try? ASTMMessage.parseAll(bytes, encoding: encoding.astm).first,
            !message.records.contains(where: { $0.type == .result || ($0.type == .query && !isEcho($0, rules)) })
        else { return nil }
        let form = rules.test.split(separator: "^", omittingEmptySubsequences: false)
        let place = form.firstIndex { $0.contains("{code}") } ?? 3
        var told = HostTold(ending: .last)
        var source = ASTMSource(message)
        for record in message.records(.order) {
            let tests = record.parts(5).compactMap { $0.indices.contains(place) ? $0[place] : nil }
            let action = trimmed(record.text(field: 12, repeat: 1, component: 1) ?? "")
            let act: ToldOrder.Act =
                tests.isEmpty ? .nothing : action == rules.actions.cancel ? .withdraw : .place
            let patient = message.patient(of: record).map { patient in
                (3...5).lazy.compactMap { patient.text(field: $0, repeat: 1, component: 1) }.first ?? ""
            }
            // Where the device writes its specimens, it reads them too.
            source.set("O", record)
            let id = source.text(specimen.id) ?? record.text(field: 3, repeat: 1, component: 1) ?? ""
            told.orders.add(trimmed(id), patient ?? "", tests, act)
        }
        for record in message.records(.query) {
            let id = rules.specimen.lazy.compactMap { record.text(field: 3, repeat: 1, component: $0.component ?? 1) }
                .first
            told.orders.add(trimmed(id ?? ""), "", [], .nothing)
        }
        let code = message.records(.terminator).last?.text(field: 3)
        if code == "Q", rules.terminators.orders != "Q" {
            told.refusal = "the host found a mistake in the query (L|1|Q)"
        }
        return told
    }

    /// Whether a Q record is the device's own, sent back because nothing is ordered.
    private func isEcho(_ record: Record, _ rules: ASTMOrderRules) -> Bool {
        rules.nothing == .echoQuery && trimmed(record.text(field: 13) ?? "") == rules.nothingStatus
    }

    // MARK: - HL7

    private func told(in message: HL7Message) -> HostTold? {
        var told: HostTold
        switch (message.plainType, message.plainEvent) {
        case ("QCK", _):
            // QAK-2, table 0208: OK, NF nothing found, AE and AR for a query that was refused.
            told = HostTold(ending: message.first("QAK")?.text(field: 2) == "OK" ? .more : .last)
        case ("DSR", _):
            told = HostTold(
                orders: [displayed(message)], ending: message.first("DSC")?.text(field: 1) == nil ? .last : .more)
        case ("RSP", "K11"): told = HostTold(ending: .more)
        case ("RSP", _): told = HostTold(orders: ordered(message), ending: .last)
        case ("OML", _): told = HostTold(orders: ordered(message), ending: .perSpecimen)
        case ("ORM", _): told = HostTold(orders: ordered(message), ending: .last)
        default: return nil
        }
        told.refusal = refusal(in: message)
        if told.refusal != nil { told.ending = .last }
        return told
    }

    private func refusal(in message: HL7Message) -> String? {
        let acknowledged = ReceivedAcknowledgement(message)
        if let acknowledged, acknowledged.code?.isAccept != true {
            return "MSA-1 is \(acknowledged.codeText)" + (acknowledged.text.map { ": \($0)" } ?? "")
        }
        guard let state = message.first("QAK")?.text(field: 2), ["AE", "AR"].contains(state) else { return nil }
        return "QAK-2 is \(state)"
    }

    /// The display lines of DSR^Q03 (Mindray host interface manual): 1 the patient's id, 21 the barcode, from 29 on the
    /// tests.
    private func displayed(_ message: HL7Message) -> ToldOrder {
        var order = ToldOrder(specimen: "", patient: "", tests: [], act: .place)
        for segment in message.all("DSP") {
            let text = trimmed(segment.text(field: 3, repeat: 1, component: 1) ?? "")
            switch segment.text(field: 1).flatMap({ Int($0) }) {
            case 1?: order.patient = text
            case 21?: order.specimen = text
            case let line? where line >= 29 && !text.isEmpty: order.tests.append(text)
            default: break
            }
        }
        if order.tests.isEmpty { order.act = .nothing }
        return order
    }

    /// OML^O33 (the specimen before its orders), ORM^O01 (OBR-3 is the specimen) and RSP^Z02 (SPM behind each order).
    private func ordered(_ message: HL7Message) -> [ToldOrder] {
        var orders: [ToldOrder] = []
        var (patient, specimen, control) = ("", "", "")
        var waiting: [String] = []
        let specimenFollows = message.plainType == "RSP"
        for segment in message.segments {
            switch segment.name {
            case "PID": patient = segment.text(field: 3, repeat: 1, component: 1) ?? ""
            case "SPM":
                specimen = trimmed(segment.text(field: 2, repeat: 1, component: 1) ?? "")
                if !waiting.isEmpty { orders.add(specimen, patient, waiting, .place) }
                waiting = []
            case "ORC":
                control = segment.text(field: 1) ?? ""
                if control == "DC" { orders.add(specimen, patient, [], .nothing) }
            case "OBR":
                guard let code = segment.text(field: 4, repeat: 1, component: 1) else { continue }
                if specimenFollows {
                    waiting.append(code)
                    continue
                }
                if message.plainType == "ORM" {
                    specimen = trimmed(segment.text(field: 3, repeat: 1, component: 1) ?? "")
                }
                orders.add(specimen, patient, [code], control == "CA" ? .withdraw : .place)
            default: break
            }
        }
        return orders
    }
}
