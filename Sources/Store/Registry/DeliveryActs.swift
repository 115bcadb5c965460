import Core

extension WriteSession {
    /// Puts a delivery back in the queue, due at once.
    func retry(_ id: DeliveryID) throws -> RequestOutcome {
        guard let row = try delivery(id) else { return .refused("There is no \(id).") }
        let state: StoredDelivery
        switch row.state {
        case .dead, .parked: state = .ready
        // It may have arrived: the destination is asked first all the same.
        case .ambiguous: state = .ambiguous
        case .ready where !row.isHead:
            return .refused("\(id) waits for another delivery of its accession, which goes first.")
        // It waits for its moment: a person may have it tried at once.
        case .ready: state = .ready
        case .leased: return .refused("\(id) is being sent right now.")
        case .delivered: return .refused("\(id) was delivered.")
        case .skipped:
            return .refused(
                "\(id) was skipped: later ones of its accession may have gone, and it must not overtake them.")
        }
        try query("UPDATE delivery SET state = ?, not_before = 0 WHERE id = ?").run([.code(state), .int(id.number)])
        try log(.retried, delivery: id, note: "Put back in the queue.")
        return .done("\(id) is in the queue again.")
    }

    /// Gives a delivery up: it counts as finished, and the next of its key may go.
    func skip(_ id: DeliveryID, reason: String) throws -> RequestOutcome {
        guard let row = try delivery(id) else { return .refused("There is no \(id).") }
        switch row.state {
        case .ready, .ambiguous, .parked, .dead: break
        case .leased: return .refused("\(id) is being sent right now. Wait for the answer.")
        case .delivered: return .refused("\(id) was delivered.")
        case .skipped: return .refused("\(id) was skipped already.")
        }
        try query("UPDATE delivery SET state = ? WHERE id = ?").run([.code(StoredDelivery.skipped), .int(id.number)])
        try log(.skipped, delivery: id, note: reason.limited(to: settings.limits.answerBytes))
        if row.isHead { try promoteNext(destination: row.destination, key: row.key) }
        return .done("\(id) is skipped. Later ones of its accession may go.")
    }
}
