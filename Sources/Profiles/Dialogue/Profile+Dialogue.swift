import Core
import HL7

/// Orders to the analyser: pure functions from a query or an order to the bytes that answer it, by the profile.
extension Profile {
    /// What a complete message asks of us; nil when it is no query of the profile's dialect.
    ///
    /// - Parameters:
    ///   - bytes: LIS02 record text, the content of one MLLP block, or blocks of the device's own, framed or one text.
    ///   - facility: gives the time zone of a time span when the profile names none.
    public func query(in bytes: [UInt8], facility: Facility = Facility()) -> HostQuery? {
        guard let orders else { return nil }
        let dialect = dialect(of: bytes, orders)
        switch dialect {
        case .blocks: return queryBlocks(in: bytes)
        case .astm:
            return ASTMQuery(bytes, profile: self, rules: orders.astm, facility: facility).map {
                HostQuery(wanted: $0.wanted, bytes: bytes)
            }
        case .mindray, .law, .cepheid:
            return HL7Query(bytes, profile: self, dialect: dialect, facility: facility).map {
                HostQuery(wanted: $0.wanted, bytes: bytes)
            }
        case .orm, .asAsked: return nil
        }
    }

    /// The dialect of a message, where the profile leaves it to the device.
    private func dialect(of bytes: [UInt8], _ rules: OrderRules) -> OrderRules.Dialect {
        guard rules.dialect == .asAsked else { return rules.dialect }
        let one = HL7Blocks.messages(in: bytes).first ?? bytes
        return (try? HL7Message.parse(one, encoding: encoding.hl7)).flatMap(HL7Query.dialect) ?? .asAsked
    }

    /// What a query is answered with.
    ///
    /// - Parameter orders: the open orders that fit `query.wanted`; specimens without an order are simply missing. Open
    ///   orders of several patients for one specimen are answered as nothing ordered, and a remark says so.
    public func answer(_ query: HostQuery, orders: [WorkOrder], context: DialogueContext) -> QueryAnswer {
        guard let rules = self.orders else { return QueryAnswer() }
        let shelf = OrderShelf(orders)
        switch dialect(of: query.bytes, rules) {
        case .astm: return answerASTM(query.bytes, shelf, rules, context)
        case .mindray: return answerMindray(query.bytes, shelf, rules, context)
        case .law: return answerLAW(query.bytes, shelf, rules, context)
        case .cepheid: return answerCepheid(query.bytes, shelf, rules, context)
        case .blocks: return answerBlocks(query.bytes, shelf, rules, context)
        case .orm, .asAsked: return QueryAnswer()
        }
    }

    /// Whether the device answers queries with orders of ours.
    public var answersQueries: Bool {
        orders.map { $0.dialect == .blocks ? $0.blocks.specimen != nil : $0.dialect != .orm } ?? false
    }

    /// How long the device waits for the answer to its query; nil: as long as it takes.
    public var answersQueriesWithin: Duration? { orders?.answerWithin }

    /// Whether orders can be sent to the device unasked.
    public var canDownload: Bool { orders?.download != nil }

    /// Whether an order can be withdrawn from the device.
    public var canWithdraw: Bool { canDownload && orders?.withdraws == true }

    /// Whether an order that the device asked for is withdrawn in the words it was told in.
    public var canWithdrawAsked: Bool { canWithdraw && orders?.dialect == orders?.download }

    /// Whether every sending of an order has a number of its own (IHE LAW: an AWOS id is never used again), so that
    /// `DialogueContext.attempt` is asked.
    public var numbersAttempts: Bool {
        orders?.dialect == .law || orders?.dialect == .asAsked || orders?.download == .law
    }

    /// The message that tells a device of an order, or to forget it; nil when nothing of the order is for this device.
    public func download(_ dispatch: Dispatch, context: DialogueContext) -> OutboundMessage? {
        guard let rules = orders, let dialect = rules.download, dispatch.act == .place || canWithdraw,
            dispatch.work.order.kind == .laboratory
        else { return nil }
        var remarks = DialogueRemarks()
        guard let work = work([dispatch.work], sentAs: dispatch.work.order.accession, &remarks) else { return nil }
        switch dialect {
        case .astm: return downloadASTM(work, dispatch, rules, context)
        case .law: return downloadLAW(work, dispatch, rules, context)
        case .orm: return downloadORM(work, dispatch, rules, context)
        case .blocks: return downloadBlocks(work, dispatch, rules, context)
        case .mindray, .cepheid, .asAsked: return nil
        }
    }
}
