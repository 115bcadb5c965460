import Core
import Logging

/// Modality Performed Procedure Step as SCP (PS3.4 sections F.7 and F.8).
extension AssociationService {
    func perform(
        _ operation: PerformedStepOperation, _ request: CommandSet, _ data: [UInt8], _ context: PresentationContext
    ) throws(Association.End) {
        guard let steps else {
            return try association.send(
                CommandSet(responseTo: request, status: .unrecognizedOperation), on: context.id)
        }
        let answer =
            switch operation {
            case .create: take(.create, request, data, context, steps)
            case .set: take(.set, request, data, context, steps)
            case .get: retrieve(request, context, steps)
            }
        tell(answer.status, request)
        var response = CommandSet(responseTo: request, status: answer.status, instance: answer.instance)
        let body = answer.attributes.map { DataSetWriter.write($0, context.transferSyntax) }
        response.hasDataSet = body != nil
        try association.send(response, data: body, on: context.id)
    }

    private struct Answer {
        var status: Status
        /// The UID made up for an N-CREATE that named none.
        var instance: String?
        var attributes: DataSet?
    }

    private func tell(_ status: Status, _ request: CommandSet) {
        let code = String(status.code, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
        let name = request.field == CommandSet.Field.nCreateRequest ? "N-CREATE" : "N-SET"
        switch status.code {
        case 0: logger.debug("performed procedure step taken")
        case 0x0107: logger.notice("\(name) taken with a warning, \(padded)h: \(status.comment ?? "")")
        default: logger.warning("\(name) refused, \(padded)h: \(status.comment ?? "")")
        }
    }

    private func take(
        _ operation: ProcedureStepRequest.Operation, _ request: CommandSet, _ data: [UInt8],
        _ context: PresentationContext, _ steps: PerformedSteps
    ) -> Answer {
        let made = operation == .create && request.sopInstanceUID == nil
        // Of the request itself, so that one that is repeated because its answer was lost makes no second step.
        let uid =
            request.sopInstanceUID ?? (made ? DICOMUID.ofDigest(contentDigest(Array(modality.id.utf8) + data)) : "")
        guard DICOMUID.isValid(uid) else { return Answer(status: .invalidInstance) }
        let instance = made ? uid : nil
        let dataSet: DataSet
        do {
            dataSet = try DataSetReader.read(data, context.transferSyntax, limits: limits.dataSet)
        } catch {
            return Answer(status: .processingFailure(error.sentence))
        }
        let machine = PerformedStepMachine(strictness: modality.mpps)
        var status = Status.processingFailure("The step was not stored")
        do throws(StoreError) {
            try steps.ledger.record(
                ProcedureStepRequest(
                    operation: operation, uid: uid, device: DeviceID(modality.id), bytes: data,
                    transferSyntax: context.transferSyntax.rawValue, received: steps.now())
            ) { known in
                let decision =
                    switch operation {
                    case .create: machine.create(dataSet, uid: uid, known: known)
                    case .set: machine.set(dataSet, uid: uid, known: known)
                    }
                status = decision.status
                return ProcedureStepRuling(
                    result: decision.step.map { .init(step: $0, attributes: decision.attributes.kept) },
                    status: decision.status.code,
                    remarks: (decision.status.comment.map { [$0 + "."] } ?? []) + decision.remarks)
            }
        } catch {
            logger.error("a performed procedure step could not be stored: \(error.sentence)")
            return Answer(status: .processingFailure(Self.notStored(error)))
        }
        if status.isTaken { steps.taken() }
        return Answer(
            status: status, instance: status.isTaken || status.code == Status.duplicateInstance.code ? instance : nil,
            attributes: offending(status, dataSet))
    }

    /// At most 64 characters (VR LO).
    private static func notStored(_ error: StoreError) -> String {
        switch error {
        case .full: "The step was not stored: no room left; send it again later"
        case .storageFailed, .refused: "The step was not stored; send it again"
        }
    }

    /// Statuses about values come with the attributes as they were sent (PS3.7 section 10.1.5.1.4).
    private func offending(_ status: Status, _ dataSet: DataSet) -> DataSet? {
        guard status.code == 0x0106 || status.code == 0x0121 else { return nil }
        let wanted = Set(status.attributes + [.specificCharacterSet])
        let elements = dataSet.elements.filter { wanted.contains($0.tag) }
        return elements.contains { $0.tag != .specificCharacterSet } ? DataSet(elements) : nil
    }

    /// N-GET: the attributes asked for, or all.
    private func retrieve(_ request: CommandSet, _ context: PresentationContext, _ steps: PerformedSteps) -> Answer {
        do throws(StoreError) {
            guard let uid = request.sopInstanceUID, let known = try steps.ledger.step(uid) else {
                return Answer(status: .noSuchInstance)
            }
            guard var dataSet = DataSet(kept: known.attributes) else {
                return Answer(status: .processingFailure("The stored step cannot be read"))
            }
            let status = DataElement(.performedStatus, .cs, text: known.step.state.rawValue)
            dataSet = dataSet.modified(by: DataSet([status]))
            if !request.attributes.isEmpty {
                dataSet.elements.removeAll { !request.attributes.contains($0.tag) }
            }
            if dataSet.holdsMoreThanASCII {
                dataSet.elements.insert(DataElement(.specificCharacterSet, .cs, text: "ISO_IR 192"), at: 0)
            }
            return Answer(status: .success, attributes: dataSet)
        } catch {
            return Answer(status: .processingFailure("The steps cannot be read at the moment"))
        }
    }
}

extension Status {
    /// Success, or success with a warning.
    var isTaken: Bool { code == 0 || code == 0x0107 }
}

extension DataSet {
    /// Whether a text needs another character set than the default one.
    var holdsMoreThanASCII: Bool {
        elements.contains { element in
            if let items = element.items { return items.contains(where: \.holdsMoreThanASCII) }
            return element.vr.usesSpecificCharacterSet && element.bytes.contains { $0 >= 0x80 }
        }
    }
}
