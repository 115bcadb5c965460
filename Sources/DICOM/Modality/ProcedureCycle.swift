/// What a modality is to do with one worklist entry.
public struct ProcedurePlan: Hashable, Sendable {
    /// The modality's own AE title.
    public var station: String
    /// SOP Instance UID of the performed procedure step.
    public var stepUID: String
    /// Performed Procedure Step ID (SH, at most 16 characters).
    public var stepID: String
    /// Series Instance UID.
    public var seriesUID: String
    /// SOP Instance UIDs of the images; none where nothing is stored.
    public var imageUIDs: [String]
    /// Whether the step is given up in place of being completed.
    public var discontinues: Bool

    /// A plan.
    public init(
        station: String, stepUID: String, stepID: String, seriesUID: String, imageUIDs: [String], discontinues: Bool
    ) {
        self.station = station
        self.stepUID = stepUID
        self.stepID = stepID
        self.seriesUID = seriesUID
        self.imageUIDs = imageUIDs
        self.discontinues = discontinues
    }
}

/// What happened to a procedure.
public enum ProcedureEvent: Hashable, Sendable {
    /// The patient lies on the table.
    case begin(ModalityMoment)
    /// How the last action fared.
    case answered(Result<DIMSEReply, RequestorFailure>, ModalityMoment)
}

/// What is to be done for a procedure.
public enum ProcedureAction: Hashable, Sendable {
    /// N-CREATE.
    case create(PerformedStepMessage)
    /// C-STORE.
    case store(NewInstance)
    /// N-SET.
    case set(PerformedStepMessage)
    /// It was done, with something a person should know.
    case warning(String)
    /// It was not done, and why.
    case problem(String)
    /// Nothing more.
    case end
}

/// A procedure from the worklist entry to the end of its step, as a modality runs it: begin the step, store the images,
/// end the step.
///
/// A modality examines its patient whatever the servers say: a step that nobody took, or an image that was refused, is
/// told and does not stop the rest. The end of the step names exactly the images that were taken.
public struct ProcedureCycle: Hashable, Sendable {
    private enum State: Hashable {
        case ready
        case creating
        /// This one of the images, counted from 0, is under way.
        case storing(Int)
        case setting
        case over
    }

    private let item: WorklistItem
    private let plan: ProcedurePlan
    private var state = State.ready
    private var hasStep = false
    private var stored: [PerformedStepMessage.Series.Instance] = []

    /// A procedure that has not begun.
    public init(_ item: WorklistItem, _ plan: ProcedurePlan) {
        self.item = item
        self.plan = plan
    }

    /// What to do now: at most one request, after the problems told.
    public mutating func handle(_ event: ProcedureEvent) -> [ProcedureAction] {
        switch (state, event) {
        case (.ready, .begin(let moment)):
            state = .creating
            return [
                .create(
                    PerformedStepMessage.begin(
                        item, uid: plan.stepUID, id: plan.stepID, station: plan.station, at: moment))
            ]
        case (.creating, .answered(let answer, let moment)):
            hasStep = ServiceStatus.isTaken(answer, .create)
            return remarks(answer, .create) + next(0, moment)
        case (.storing(let index), .answered(let answer, let moment)):
            if ServiceStatus.isTaken(answer, .store), plan.imageUIDs.indices.contains(index) {
                stored.append(.init(sopClass: RequestedService.secondaryCapture.uid, uid: plan.imageUIDs[index]))
            }
            return remarks(answer, .store) + next(index + 1, moment)
        case (.setting, .answered(let answer, _)):
            state = .over
            return remarks(answer, .set) + [.end]
        case (.ready, .answered), (.creating, .begin), (.storing, .begin), (.setting, .begin), (.over, _):
            return []
        }
    }

    private func remarks(
        _ answer: Result<DIMSEReply, RequestorFailure>, _ service: ServiceStatus.Service
    ) -> [ProcedureAction] {
        guard let remark = ServiceStatus.problem(answer, service) else { return [] }
        return [ServiceStatus.isTaken(answer, service) ? .warning(remark) : .problem(remark)]
    }

    /// The next image, else the end of the step.
    private mutating func next(_ index: Int, _ moment: ModalityMoment) -> [ProcedureAction] {
        if plan.imageUIDs.indices.contains(index) {
            state = .storing(index)
            return [
                .store(
                    SyntheticImage.secondaryCapture(
                        of: item, uid: plan.imageUIDs[index], series: plan.seriesUID, number: index + 1, at: moment,
                        station: plan.station))
            ]
        }
        guard hasStep else {
            state = .over
            return [.end]
        }
        state = .setting
        let procedure = item.procedure.filter(\.isASCII)
        let series = PerformedStepMessage.Series(
            uid: plan.seriesUID, protocolName: procedure.isEmpty ? "Unspecified" : String(procedure.prefix(64)),
            instances: stored)
        return [
            .set(
                PerformedStepMessage.end(
                    plan.discontinues ? .discontinued : .completed, uid: plan.stepUID, at: moment, series: series))
        ]
    }
}
