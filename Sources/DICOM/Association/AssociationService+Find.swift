import Core
import Logging

/// Modality Worklist C-FIND (PS3.4 Annex K).
extension AssociationService {
    /// Entries looked at between two looks at the peer and the clock.
    private static let entriesBetweenChecks = 256

    /// Why a query ends before its answer.
    private enum Interruption: Error {
        case refused(Status)
        case cancelled
        case ended(Association.End)
    }

    /// What became of a query.
    private struct Outcome {
        var matches = 0
        var replaced = 0
    }

    func find(_ request: CommandSet, _ data: [UInt8], _ context: PresentationContext) throws(Association.End) {
        let began = now()
        var outcome = Outcome()
        var status = Status.success
        do throws(Interruption) {
            try answer(request, data, context, at: began, &outcome)
        } catch {
            switch error {
            case .refused(let reason):
                logger.warning("worklist query refused: \(reason.comment ?? "")")
                status = reason
            case .cancelled: status = .cancelled
            case .ended(let end): throw end
            }
        }
        // Before the peer hears of the end, so that whoever asks afterwards finds it.
        queries?.note(
            WorklistQueryRecord(
                aeTitle: modality.caller.aeTitle.trimmingBlanks(), at: began, identifier: data,
                transferSyntax: context.transferSyntax.rawValue, status: status.code, matches: outcome.matches,
                replaced: outcome.replaced))
        try association.send(CommandSet(responseTo: request, status: status), on: context.id)
    }

    private func answer(
        _ request: CommandSet, _ data: [UInt8], _ context: PresentationContext, at began: Timestamp,
        _ outcome: inout Outcome
    ) throws(Interruption) {
        let identifier = try identifier(data, context)
        let query = identifier.query.cut(to: modality.worklist.window, today: clock.day(at: began))
        if query.isCut {
            logger.notice("worklist query without a date: cut to the configured window")
        }
        let answer = try gather(request, identifier, query)
        for (obstacle, count) in answer.withheld.sorted(by: { $0.key.words < $1.key.words }) {
            // At each poll of each modality: `labrador worklist` says it to people.
            logger.debug("\(count) matching worklist entries not served: \(obstacle.words)")
        }
        let status = identifier.hasUnsupportedKeys ? Status.pendingWithUnsupportedKeys : .pending
        let pending = CommandSet(responseTo: request, status: status, hasDataSet: true)
        let response = WorklistResponse(
            identifier, modality.worklist, modality.characterSets, clock: clock, context.transferSyntax)
        for entry in answer.entries {
            try checkPeer(request)
            try send(pending, response.encode(entry), on: context.id)
            outcome.matches += 1
        }
        outcome.replaced = response.replaced
        if response.replaced > 0 {
            logger.warning(
                """
                \(response.replaced) characters went out as ?: this modality takes \
                \(modality.characterSets.own ?? "") only (strict_character_set)
                """)
        }
        logger.debug("worklist query answered", metadata: ["matches": "\(answer.entries.count)"])
    }

    private func identifier(
        _ data: [UInt8], _ context: PresentationContext
    ) throws(Interruption) -> WorklistIdentifier {
        let dataSet: DataSet
        do {
            dataSet = try DataSetReader.read(data, context.transferSyntax, limits: limits.dataSet)
        } catch {
            throw .refused(.identifierDoesNotMatch(error.sentence))
        }
        do {
            return try WorklistIdentifier(dataSet, ignoring: modality.worklist.ignoredTags)
        } catch {
            throw .refused(error.status)
        }
    }

    /// Everything that matches, or why there is no answer: one cut short would hide patients.
    private func gather(
        _ request: CommandSet, _ identifier: WorklistIdentifier, _ query: WorklistQuery
    ) throws(Interruption) -> WorklistAnswer {
        var gathering = WorklistGathering(
            query, for: modality.caller, stations: stations, limit: limits.maxMatches)
        var wanted = WorklistPreselection(query, for: modality.caller)
        wanted.includesStarted = modality.worklist.showsStarted
        if identifier.zone != nil { wanted = wanted.widened(days: FacilityClock.daysOfShift) }
        let end = ContinuousClock().now + .seconds(limits.queryTimeout)
        var looked = 0
        do {
            try source.candidates(for: wanted) { entry in
                gathering.take(identifier.zone.map { clock.entry(entry, in: $0) } ?? entry)
                looked += 1
                if looked % Self.entriesBetweenChecks == 0 {
                    try checkTime(end)
                    try checkPeer(request)
                }
                return !gathering.hasTooMany
            }
        } catch let interruption as Interruption {
            throw interruption
        } catch {
            logger.error("the worklist cannot be read: \(error)")
            throw .refused(.unableToProcess("The worklist cannot be read at the moment"))
        }
        guard !gathering.hasTooMany else {
            throw .refused(.outOfResources("More than \(limits.maxMatches) matches; narrow the query"))
        }
        return gathering.answer
    }

    private func checkTime(_ end: ContinuousClock.Instant) throws(Interruption) {
        if isStopping() { throw .ended(.silent) }
        guard ContinuousClock().now < end else {
            throw .refused(.outOfResources("The search took too long; narrow the query"))
        }
    }

    /// The peer may have gone, or thought better of it.
    private func checkPeer(_ request: CommandSet) throws(Interruption) {
        guard association.hasInput else { return }
        let isCancelled: Bool
        do throws(Association.End) {
            isCancelled = try self.isCancelled(request)
        } catch {
            throw .ended(error)
        }
        if isCancelled { throw .cancelled }
    }

    /// Sends a pending response, which may wait for the next.
    private func send(_ response: CommandSet, _ data: [UInt8], on contextID: UInt8) throws(Interruption) {
        do throws(Association.End) {
            try association.send(response, data: data, on: contextID, more: true)
        } catch {
            throw .ended(error)
        }
    }

    /// Reads what came between two responses: only C-CANCEL may (PS3.7 section 9.3.2.3).
    private func isCancelled(_ request: CommandSet) throws(Association.End) -> Bool {
        let piece: Association.Piece
        do {
            piece = try association.receive(waiting: 1, atMost: limits.maxCommandBytes)
        } catch .silent {
            return false
        }
        guard piece.isCommand, let command = try? CommandSet(piece.bytes),
            command.field == CommandSet.Field.cCancelRequest, !command.hasDataSet
        else { throw .failed("a message other than C-CANCEL while a query is answered") }
        return command.respondsTo == request.messageID
    }
}
