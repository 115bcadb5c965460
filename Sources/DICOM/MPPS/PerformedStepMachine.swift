import Core

/// Decides on the operations of a Modality Performed Procedure Step (PS3.4 section F.7.2): what is stored, the request
/// and how strict to be go in, what becomes of the step and the status to answer come out.
struct PerformedStepMachine {
    /// What an operation comes to.
    struct Decision: Hashable {
        /// The step from now on; nil when the request is refused.
        var step: ProcedureStep?
        /// Its attributes, texts in UTF-8.
        var attributes = DataSet()
        var status: Status
        /// For people, without values.
        var remarks: [String] = []
    }

    let strictness: PerformedStepStrictness

    /// N-CREATE (section F.7.2.1).
    func create(_ request: DataSet, uid: String, known: KnownProcedureStep?) -> Decision {
        if let known {
            return Decision(status: .duplicateInstance, remarks: known.isReplay ? [Self.replay] : [])
        }
        let unicode = UnicodeDataSet(request)
        let attributes = unicode.dataSet
        let status = attributes[.performedStatus]
        guard status?.isWithoutValue ?? true || status?.plainText == PerformedState.inProgress.rawValue else {
            return Decision(status: .invalidValue([.performedStatus], "Not IN PROGRESS"))
        }
        var check = PerformedStepCheck(strictness)
        do throws(Refused) {
            if let fault = check.faultOfCreate(attributes) { throw Refused(status: fault) }
            let dropped = try passedOver(in: attributes, unicode.unreadable)
            return Decision(
                step: ProcedureStep(attributes, uid: uid, state: .inProgress), attributes: attributes,
                status: dropped.isEmpty ? .success : .passedOver(dropped),
                remarks: check.remarks + Self.remarks(Self.notReadable, dropped))
        } catch {
            return Decision(status: error.status)
        }
    }

    /// N-SET (section F.7.2.2).
    func set(_ request: DataSet, uid: String, known: KnownProcedureStep?) -> Decision {
        guard let known else { return Decision(status: .noSuchInstance) }
        guard !known.step.state.isFinal else {
            var remarks = known.isReplay ? [Self.replay] : []
            if known.step.wasGivenUp { remarks.append("It had been ended here, because nothing was heard of it.") }
            return Decision(status: .stepIsFinal, remarks: remarks)
        }
        guard let former = DataSet(kept: known.attributes) else {
            return Decision(status: .processingFailure("The stored step cannot be read"))
        }
        let unicode = UnicodeDataSet(request)
        var changes = unicode.dataSet
        do throws(Refused) {
            let state = try Self.state(asked: changes)
            let differing = try takeOutForbidden(&changes, former)
            let dropped = try passedOver(in: changes, unicode.unreadable)
            let attributes = former.modified(by: changes)
            var check = PerformedStepCheck(strictness)
            if state.isFinal, let fault = check.faultOfEnd(attributes, state) { throw Refused(status: fault) }
            let all = (differing + dropped).sorted()
            return Decision(
                step: ProcedureStep(attributes, uid: uid, state: state), attributes: attributes,
                status: all.isEmpty ? .success : .passedOver(all),
                remarks: check.remarks + Self.remarks("Not allowed in N-SET, left as they were", differing)
                    + Self.remarks(Self.notReadable, dropped))
        } catch {
            return Decision(status: error.status)
        }
    }

    private struct Refused: Error { let status: Status }

    private static let replay = "The same request again, byte for byte: its answer was lost."
    private static let notReadable = "Not in the declared character set, left empty"

    private static func state(asked changes: DataSet) throws(Refused) -> PerformedState {
        guard let status = changes[.performedStatus] else { return .inProgress }
        guard let named = PerformedState(rawValue: status.plainText) else {
            throw Refused(status: .invalidValue([.performedStatus], "No such status"))
        }
        return named
    }

    /// Takes out what N-SET may not change; gives back what would have changed.
    ///
    /// Many devices send the whole step again: what says the same as before is no change.
    private func takeOutForbidden(_ changes: inout DataSet, _ former: DataSet) throws(Refused) -> [Tag] {
        let forbidden = changes.elements.map(\.tag).filter { PerformedStepTable.row($0)?.set == .notAllowed }
        if strictness == .strict, !forbidden.isEmpty { throw Refused(status: .notAllowed(forbidden)) }
        let differing = forbidden.filter { former[$0] != changes[$0] }
        changes.elements.removeAll { forbidden.contains($0.tag) }
        return differing
    }

    /// The attributes with texts that cannot be read and were left empty, where that is not refused, as are values that
    /// are none.
    private func passedOver(in dataSet: DataSet, _ unreadable: [Tag]) throws(Refused) -> [Tag] {
        let unreadable = unreadable.filter { dataSet[$0] != nil }
        let vital = unreadable.filter { strictness == .strict || Self.isVital($0) }
        if !vital.isEmpty { throw Refused(status: .invalidValue(vital, "Not in the declared character set")) }
        // Devices send codes of more than 16 characters and UIDs that are none, and do not send again: what nothing is
        // decided by stays as it came.
        let invalid = PerformedStepCheck.invalid(in: dataSet).filter { tag in
            strictness == .strict || Self.isVital(tag)
                || (PerformedStepTable.row(tag)?.vr == .sq && dataSet[tag]?.items == nil)
        }
        if !invalid.isEmpty { throw Refused(status: .invalidValue(invalid, "Invalid value")) }
        return unreadable
    }

    /// Texts by which a step is matched, or without which it is none.
    private static func isVital(_ tag: Tag) -> Bool {
        let row = PerformedStepTable.row(tag)
        return tag == .patientID || (row?.create == .one && row?.vr != .sq)
    }

    private static func remarks(_ what: String, _ tags: [Tag]) -> [String] {
        tags.isEmpty ? [] : ["\(what): \(tags.map(\.description).joined(separator: " "))."]
    }
}
