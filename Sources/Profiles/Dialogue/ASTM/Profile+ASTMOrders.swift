import ASTM
import Core

/// What an ASTM message of ours says besides the order.
struct ASTMOrderValues {
    let rules: OrderRules
    let clock: DeviceClock
    let now: Timestamp
    let controlID: @Sendable () -> String

    /// Our name: the profile's, else what the device called us.
    func sender(_ query: ASTMQuery?) -> RecordWriter.Field {
        if let sender = rules.sender { return Self.components(sender) }
        let called = query?.message.header?.raw(10) ?? []
        return called.isEmpty ? "Labrador" : .raw(Array(called))
    }

    /// The device's name: as it gives it, else the profile's.
    func receiver(_ query: ASTMQuery?) -> RecordWriter.Field {
        let named = query?.message.header?.raw(5) ?? []
        return named.isEmpty ? Self.components(rules.receiver ?? "") : .raw(Array(named))
    }

    /// The version: the device's, else the profile's, else the standard's.
    func version(_ query: ASTMQuery?) -> RecordWriter.Field {
        let spoken = query?.message.header?.raw(13) ?? []
        return spoken.isEmpty ? .text(rules.version ?? "LIS2-A2") : .raw(Array(spoken))
    }

    private static func components(_ text: String) -> RecordWriter.Field {
        .components(text.split(separator: "^", omittingEmptySubsequences: false).map(String.init))
    }
}

extension Profile {
    /// One message: H, for each specimen P and O, L; or one of the ways to say that nothing is ordered.
    func answerASTM(
        _ bytes: [UInt8], _ shelf: OrderShelf, _ rules: OrderRules, _ context: DialogueContext
    ) -> QueryAnswer {
        guard let query = ASTMQuery(bytes, profile: self, rules: rules.astm, facility: context.facility) else {
            return QueryAnswer()
        }
        if query.isCancel { return QueryAnswer() }
        var remarks = DialogueRemarks()
        remarks.others = query.remarks
        query.specimens.tell(&remarks)
        var writer = writer(rules, rules.astm.fields.merging(rules.astm.replyFields), query, context)
        writer.header()
        var hasOrders = false
        var isUnclear = false
        if query.asksForAll {
            for accession in shelf.accessions {
                guard let work = work(shelf[accession], sentAs: accession, &remarks) else { continue }
                writer.order(work, nil, action: rules.astm.actions.new)
                hasOrders = true
            }
        } else {
            isUnclear = query.specimens.isEmpty
            if isUnclear { remarks.others.append("The query names no specimen. Check barcode and profile.") }
            for asked in query.specimens.asked {
                let orders = asked.accession.map { shelf[$0] } ?? []
                if let work = work(orders, sentAs: asked.sent, &remarks) {
                    writer.order(work, asked, action: rules.astm.actions.new)
                    hasOrders = true
                } else if rules.astm.nothing != .terminator {
                    writer.nothing(asked)
                }
            }
        }
        let codes = rules.astm.terminators
        writer.terminator(hasOrders ? codes.orders : isUnclear ? codes.unclear : codes.nothing)
        return QueryAnswer(
            following: [OutboundMessage(content: writer.bytes, awaitsAnswer: false)], remarks: remarks.sentences,
            told: remarks.told)
    }

    /// One order, unasked: new, added to what was sent before, or cancelled.
    func downloadASTM(
        _ work: SpecimenWork, _ dispatch: Dispatch, _ rules: OrderRules, _ context: DialogueContext
    ) -> OutboundMessage {
        var writer = writer(rules, rules.astm.fields.merging(rules.astm.downloadFields), nil, context)
        let actions = rules.astm.actions
        let action =
            switch dispatch.act {
            case .place: dispatch.placements.isEmpty ? actions.new : actions.add
            case .withdraw: actions.cancel
            }
        writer.header()
        writer.order(work, nil, action: action)
        writer.terminator(rules.astm.terminators.download)
        return OutboundMessage(content: writer.bytes, awaitsAnswer: false, dispatches: [dispatch.number])
    }

    private func writer(
        _ rules: OrderRules, _ layout: RecordLayout, _ query: ASTMQuery?, _ context: DialogueContext
    ) -> ASTMOrderWriter {
        let values = ASTMOrderValues(
            rules: rules, clock: DeviceClock(self, context.facility), now: context.now, controlID: context.controlID)
        return ASTMOrderWriter(rules.astm, layout: layout, values: values, query: query, encoding: encoding.astm)
    }
}
