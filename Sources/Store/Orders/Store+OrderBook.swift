import Core

extension Store: OrderBook {
    /// Stores order changes, all or none, and posts what waited for them, in one transaction.
    public func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void
    ) {
        let bytes = (source?.bytes.count ?? 0) + changes.count * Self.orderBytes
        guard bytes <= settings.limits.partBytes else {
            return done(.failure(.refused("\(changes.count) orders in one call are too many")))
        }
        writer.submit(
            Job(bytes: bytes, guarded: true, { try $0.apply(changes, source: source) }, done: done), lane: .urgent)
    }

    /// Counted for one order in the queue's bound.
    private static let orderBytes = 512
}

extension WriteSession {
    func apply(_ changes: [OrderChange], source: JournalEntry?) throws -> OrderReceipt {
        for change in changes { try validate(change.order) }
        let received = source?.received ?? now
        let message = try source.map { try journal($0) }
        var receipt = OrderReceipt()
        var accessions: [String] = []
        for change in changes {
            switch change {
            case .place(let order): try place(order, received, message, &receipt)
            case .cancel(let order): try cancel(order, received, message, &receipt)
            }
            if change.order.kind == .laboratory { accessions.append(change.order.accession) }
        }
        var seen: Set<String> = []
        for accession in accessions where seen.insert(accession).inserted {
            try withdrawUnsent(accession: accession)
            receipt.released += try reexamineHolds(accession: accession)
        }
        return receipt
    }

    private func validate(_ order: Order) throws {
        guard !order.accession.isEmpty else { throw Refusal(why: "an order has no accession number") }
        guard !order.patient.mrn.isEmpty, !order.patient.mrnSystem.isEmpty else {
            throw Refusal(why: "an order has no medical record number")
        }
    }

    private func journal(_ entry: JournalEntry) throws -> MessageID {
        let message = try insertMessage(entry)
        try query("INSERT INTO progress (message, state, parts) VALUES (?, ?, 1)")
            .run([.int(message.number), .code(Progress.orders)])
        return message
    }

    private func place(
        _ order: Order, _ received: Timestamp, _ source: MessageID?, _ receipt: inout OrderReceipt
    ) throws {
        if let former = try stored(order) {
            let amended = withStudy(former.order.amended(by: order))
            try update(former.id, to: amended)
            try note(former.id, cancelled: false, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: amended)
            receipt.amended += 1
        } else {
            let id = try insert(withStudy(order), received: received, source: source)
            receipt.placed += 1
            receipt.dispatches += try noteForDevices(id, from: nil, to: order)
            if order.kind == .laboratory, order.state == .open { try noteResultsElsewhere(order) }
        }
    }

    /// A cancel for an order that never came is kept too: its results must not wait for it.
    ///
    /// A bare cancel (HL7 ORM with no more than an accession) does not tell the kind: where no order of the named kind
    /// is known, the patient's order of the other kind with this accession is meant.
    private func cancel(
        _ order: Order, _ received: Timestamp, _ source: MessageID?, _ receipt: inout OrderReceipt
    ) throws {
        var otherKind = order
        otherKind.kind = order.kind == .laboratory ? .imaging : .laboratory
        if let former = try stored(order) ?? stored(otherKind) {
            var withdrawn = former.order
            withdrawn.state = .cancelled
            try update(former.id, to: withdrawn)
            try note(former.id, cancelled: true, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: withdrawn)
        } else {
            var unknown = order
            unknown.state = .cancelled
            try insert(withStudy(unknown), received: received, source: source)
        }
        receipt.cancelled += 1
    }

    /// The Study Instance UID is made when the order is stored, so that whoever serves the worklist only reads.
    private func withStudy(_ order: Order) -> Order {
        guard order.imaging != nil, order.imaging?.studyUID?.isEmpty ?? true else { return order }
        var order = order
        order.imaging?.studyUID = StudyUID.random()
        return order
    }

    private func note(_ order: Int64, cancelled: Bool, _ at: Timestamp, _ source: MessageID?) throws {
        try query(
            """
            INSERT INTO order_change (order_id, number, at, cancelled, source)
            VALUES (?1, (SELECT count(*) FROM order_change WHERE order_id = ?1), ?2, ?3, ?4)
            """
        ).run([.int(order), .int(at.microseconds), .flag(cancelled), .int(orNull: source?.number)])
    }
}

extension OrderChange {
    /// The order it speaks of.
    var order: Order {
        switch self {
        case .place(let order), .cancel(let order): order
        }
    }
}
