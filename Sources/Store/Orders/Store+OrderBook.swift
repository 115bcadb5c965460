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
        for change in changes { try change.validate() }
        let received = source?.received ?? now
        let message = try source.map { try journal($0) }
        var receipt = OrderReceipt()
        var accessions: [String] = []
        for change in changes {
            switch change {
            case .place(let order): try place(order, received, message, &receipt)
            case .cancel(let order): try cancel(order, received, message, &receipt)
            case .demographics(let update): try changeDemographics(update, received, message, &receipt)
            case .merge(let mrn, let system, let survivor):
                accessions += try merge(mrn, system, into: survivor, received, message, &receipt)
            }
            if let order = change.order, order.kind == .laboratory { accessions.append(order.accession) }
            if case .place(let order) = change { receipt.released += try rematchSteps(for: order) }
        }
        var seen: Set<String> = []
        for accession in accessions where seen.insert(accession).inserted {
            try withdrawUnsent(accession: accession)
            receipt.released += try reexamineHolds(accession: accession)
        }
        return receipt
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
        let (order, former) = try resolved(order)
        if let former {
            let amended = withIdentities(
                order.kind == .imaging && order.state == .completed
                    ? former.order.closed(as: .completed, by: order) : former.order.amended(by: order))
            guard amended.imaging.map({ $0.steps.count <= Order.mostSteps }) ?? true else {
                throw Refusal(
                    why: "an order would have more than \(Order.mostSteps) scheduled steps")
            }
            try update(former, to: amended)
            try note(former.id, cancelled: false, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: amended)
            receipt.amended += 1
        } else {
            let order = withIdentities(order.withoutCleared)
            let id = try insert(order, received: received, source: source)
            receipt.placed += 1
            receipt.dispatches += try noteForDevices(id, from: nil, to: order)
            if order.kind == .laboratory, order.state == .open { try noteResultsElsewhere(order) }
        }
    }

    /// The order as it is meant and the stored one that it amends.
    ///
    /// Where its message left open which kind is meant, it is the one that is known; if none or both are, a laboratory
    /// order.
    private func resolved(_ order: Order) throws -> (Order, former: StoredOrder?) {
        guard order.kind == .laboratory, order.imaging != nil else { return (order, try stored(order)) }
        var laboratory = order
        laboratory.imaging = nil
        if let former = try stored(laboratory) { return (laboratory, former) }
        var imaging = order
        (imaging.kind, imaging.tests, imaging.specimen) = (.imaging, [], nil)
        if let former = try stored(imaging) { return (imaging, former) }
        return (laboratory, nil)
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
        if let former = try stored(order) ?? stored(otherKind) ?? named(by: order) {
            let withdrawn = former.order.closed(as: .cancelled, by: order)
            try update(former, to: withdrawn)
            try note(former.id, cancelled: withdrawn.state == .cancelled, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: withdrawn)
        } else {
            var unknown = order.withoutCleared
            unknown.state = .cancelled
            // Of the steps of an order that never came no more is known than that they are not to be performed.
            try insert(withIdentities(unknown), received: received, source: source)
        }
        receipt.cancelled += 1
    }

    /// The one open imaging order of this patient that a cancellation names by its study or its order number, though
    /// its accession is another: some HMS (Bahmni) give the cancellation a number of its own.
    private func named(by order: Order) throws -> StoredOrder? {
        let study = order.imaging?.studyUID.flatMap { $0.isEmpty ? nil : $0 }
        let placer = order.placer.flatMap { $0.isEmpty ? nil : $0 }
        guard order.kind == .imaging, study != nil || placer != nil else { return nil }
        let found = try query(
            StoredOrder.select + " WHERE o.mrn = ? AND o.mrn_system = ? AND o.kind = 2 AND o.state = 0"
        )
        .all([.text(order.patient.mrn), .int(try number(ofSystem: order.patient.mrnSystem))]) { try StoredOrder($0) }
        .filter { known in
            if let study { return known.order.imaging?.studyUID == study }
            return known.order.placer == placer || known.order.accession == placer
        }
        return found.count == 1 ? try found.first?.withSteps(database) : nil
    }

    /// Study Instance UID and step IDs are made when the order is stored, so that whoever serves the worklist only
    /// reads.
    private func withIdentities(_ order: Order) -> Order {
        order.settled.withIdentities(newStudy: StudyUID.random)
    }

    func note(_ order: Int64, cancelled: Bool, _ at: Timestamp, _ source: MessageID?) throws {
        try query(
            """
            INSERT INTO order_change (order_id, number, at, cancelled, source)
            VALUES (?1, (SELECT count(*) FROM order_change WHERE order_id = ?1), ?2, ?3, ?4)
            """
        ).run([.int(order), .int(at.microseconds), .flag(cancelled), .int(orNull: source?.number)])
    }
}

extension OrderChange {
    fileprivate func validate() throws {
        if let order, order.accession.isEmpty { throw Refusal(why: "an order has no accession number") }
        let patients: [(mrn: String, system: String)] =
            switch self {
            case .place(let order), .cancel(let order): [(order.patient.mrn, order.patient.mrnSystem)]
            case .demographics(let update): [(update.patient.mrn, update.patient.mrnSystem)]
            case .merge(let mrn, let system, let survivor): [(mrn, system), (survivor.mrn, survivor.mrnSystem)]
            }
        guard patients.allSatisfy({ !$0.mrn.isEmpty && !$0.system.isEmpty }) else {
            throw Refusal(why: "an order has no medical record number")
        }
    }
}
