import Core

extension WriteSession {
    /// New demographics for every open order of an MRN in its system. Names decide nothing, so no hold is looked at.
    func changeDemographics(
        _ update: PatientUpdate, _ received: Timestamp, _ source: MessageID?, _ receipt: inout OrderReceipt
    ) throws {
        for former in try orders(of: update.patient.mrn, update.patient.mrnSystem) where former.order.state == .open {
            var amended = former.order
            amended.patient = amended.patient.amended(by: update.patient)
            if var request = amended.imaging {
                request.details = request.details.amended(by: update.details)
                // What a step carries of the patient himself is no longer so either.
                for index in request.steps.indices {
                    for attribute in update.details.keys { request.steps[index].details[attribute] = nil }
                }
                amended.imaging = request
            }
            guard amended != former.order else { continue }
            try self.update(former, to: amended)
            try note(former.id, cancelled: false, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: amended)
            receipt.updated += 1
        }
    }

    /// Gives all orders of an MRN to another patient.
    ///
    /// Where the survivor has an order of the same kind and accession already, the HMS has ordered anew under the
    /// surviving record: the former order is withdrawn and stays where it was. Was that one withdrawn, and the former is
    /// still wanted, it is wanted again.
    ///
    /// Returns the accessions of the laboratory orders concerned: what waits for them is decided anew.
    func merge(
        _ mrn: String, _ system: String, into survivor: Patient, _ received: Timestamp, _ source: MessageID?,
        _ receipt: inout OrderReceipt
    ) throws -> [String] {
        var accessions: [String] = []
        let own = try number(ofSystem: survivor.mrnSystem)
        for former in try orders(of: mrn, system) {
            var merged = former.order
            (merged.patient.mrn, merged.patient.mrnSystem) = (survivor.mrn, survivor.mrnSystem)
            merged.patient = merged.patient.amended(by: survivor)
            if let other = try stored(merged) {
                if former.order.state == .open {
                    if other.order.state == .cancelled {
                        try reopen(other, by: merged, received, source, &receipt)
                    }
                    merged = former.order.closed(as: .cancelled, by: former.order.identityOnly)
                } else {
                    merged = former.order
                }
            } else {
                try query("UPDATE orders SET mrn_system = ?, mrn = ? WHERE id = ?")
                    .run([.int(own), .text(survivor.mrn), .int(former.id)])
            }
            try update(former, to: merged)
            let isWithdrawn = merged.state == .cancelled && former.order.state != .cancelled
            try note(former.id, cancelled: isWithdrawn, received, source)
            receipt.dispatches += try noteForDevices(former.id, from: former.order, to: merged)
            receipt.merged += 1
            if former.order.kind == .laboratory { accessions.append(former.order.accession) }
            // A procedure that a modality performed under the surviving record finds its order now.
            if merged.kind == .imaging { receipt.released += try rematchSteps(for: merged) }
        }
        try changeDemographics(PatientUpdate(patient: survivor), received, source, &receipt)
        return accessions
    }

    private func reopen(
        _ withdrawn: StoredOrder, by order: Order, _ received: Timestamp, _ source: MessageID?,
        _ receipt: inout OrderReceipt
    ) throws {
        let reopened = withdrawn.order.amended(by: order).settled.withIdentities(newStudy: StudyUID.random)
        try update(withdrawn, to: reopened)
        try note(withdrawn.id, cancelled: false, received, source)
        receipt.dispatches += try noteForDevices(withdrawn.id, from: withdrawn.order, to: reopened)
    }

    private func orders(of mrn: String, _ system: String) throws -> [StoredOrder] {
        try query(StoredOrder.select + " WHERE o.mrn = ? AND o.mrn_system = ? ORDER BY o.id")
            .all([.text(mrn), .int(try number(ofSystem: system))]) { try StoredOrder($0) }
            .map { try $0.withSteps(database) }
    }
}

extension Order {
    /// No more than which order it is.
    var identityOnly: Order { Order(accession: accession, patient: patient, kind: kind) }
}
