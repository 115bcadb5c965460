import Core

extension ImagingRequest {
    /// This request after a later one: what the later one does not say stays, steps are found again by their ID, by
    /// their own order number, else by their place.
    ///
    /// `only` is the ID that we gave a single step, which then has no name that the HMS knows; with `keepsState` a
    /// withdrawn step stays withdrawn.
    func amended(by later: ImagingRequest, only: String, keepsState: Bool = false) -> ImagingRequest {
        var request = self
        let isOwn = isOwnProcedure(of: later)
        if isOwn {
            if !later.procedure.code.isEmpty {
                let isSame = later.procedure.code == procedure.code
                request.procedure = later.procedure
                if isSame { request.procedure.text = later.procedure.text ?? procedure.text }
                request.procedureScheme =
                    isSame ? procedureScheme.amended(by: later.procedureScheme) : later.procedureScheme
            }
            request.requestedProcedureID = requestedProcedureID.amended(by: later.requestedProcedureID)
            // A study that images may already carry is never unnamed.
            if let study = later.studyUID, !study.isEmpty { request.studyUID = study }
            request.requestedBy = requestedBy.amended(by: later.requestedBy)
            request.referringPhysician = referringPhysician.amended(by: later.referringPhysician)
            request.details = details.amended(by: later.details)
        }
        for (place, step) in later.steps.enumerated() {
            var step = step
            if step.requestedProcedure?.id == requestedProcedureID { step.requestedProcedure = nil }
            if !isOwn { step.become(partOf: later, besides: details) }
            if let index = index(of: step, place: place, in: later, only: only) {
                request.steps[index] = request.steps[index].amended(by: step, keepsState: keepsState)
            } else {
                request.steps.append(step.withoutCleared)
            }
        }
        return request
    }

    /// Whether a message speaks of the order's own requested procedure, or of one more under the same accession.
    ///
    /// The ID decides where both have one; else another order number together with another procedure is one more.
    private func isOwnProcedure(of later: ImagingRequest) -> Bool {
        if let id = later.requestedProcedureID, !id.isEmpty {
            if let own = requestedProcedureID { return id == own }
            if steps.contains(where: { $0.requestedProcedure?.id == id }) { return false }
        }
        guard let step = later.steps.first else { return true }
        let placer = step.placer ?? ""
        let known = steps.first {
            (!step.id.isEmpty && $0.id == step.id) || (!placer.isEmpty && $0.placer == placer)
        }
        if let known { return known.requestedProcedure == nil }
        let isAnother = !later.procedure.code.isEmpty && later.procedure.code != procedure.code
        return !(isAnother && !placer.isEmpty && steps.allSatisfy { $0.placer != nil })
    }

    /// Which of the steps a step of a later message is; nil when it is none of them.
    ///
    /// `place` is where it stands among that message's steps.
    private func index(of step: ScheduledStep, place: Int, in later: ImagingRequest, only: String) -> Int? {
        if !step.id.isEmpty, let index = steps.firstIndex(where: { $0.id == step.id }) { return index }
        if let placer = step.placer, !placer.isEmpty, later.steps.count(where: { $0.placer == placer }) == 1 {
            let own = steps.indices.filter { steps[$0].placer == placer }
            if step.id.isEmpty, own.count == 1, let index = own.first { return index }
        }
        guard place < steps.count, steps[place].requestedProcedure?.id == step.requestedProcedure?.id else {
            return nil
        }
        // Without a number of its own only its place tells.
        if step.id.isEmpty { return place }
        // The first message that names a step gives its name to one that had but ours.
        let isTheOne = steps.count == 1 && later.steps.count == 1 && steps[0].id == only
        return isTheOne && steps[0].state == .scheduled ? 0 : nil
    }

    /// The steps that a message which closes some speaks of.
    struct Named {
        var found: Set<Int> = []
        var unknown: [ScheduledStep] = []
        /// Whether it names none: it speaks of the order as a whole.
        var isWhole: Bool { found.isEmpty && unknown.isEmpty }
    }

    /// `only` as above.
    func named(in message: ImagingRequest?, only: String) -> Named {
        var named = Named()
        for step in message?.steps ?? [] {
            if !step.id.isEmpty {
                if let index = steps.firstIndex(where: { $0.id == step.id }) {
                    named.found.insert(index)
                } else if steps.count == 1, steps[0].id == only {
                    named.found.insert(0)
                } else {
                    named.unknown.append(step)
                }
            } else if steps.count > 1, let placer = step.placer, !placer.isEmpty {
                let own = steps.indices.filter { steps[$0].placer == placer }
                // The number of all of them names the order.
                if own.count < steps.count { named.found.formUnion(own) }
            }
        }
        return named
    }

    /// Without the empty texts that clear nothing in a new request.
    var withoutCleared: ImagingRequest {
        var said = self
        said.steps = []
        var request = ImagingRequest(procedure: procedure, steps: []).amended(by: said, only: "")
        request.steps = steps.map(\.withoutCleared)
        return request
    }
}

extension ScheduledStep {
    /// Of a request for another requested procedure this step carries what is its own.
    fileprivate mutating func become(partOf request: ImagingRequest, besides details: [WorklistAttribute: String]) {
        if requestedProcedure == nil {
            let name = request.requestedProcedureID ?? placer ?? ""
            requestedProcedure = RequestedProcedure(
                id: name.unicodeScalars.count <= Order.stepIDCharacters ? name : "", procedure: request.procedure,
                scheme: request.procedureScheme, studyUID: request.studyUID)
        }
        self.details = request.details.filter { details[$0.key] != $0.value }.merging(self.details) { $1 }
    }

    func amended(by later: ScheduledStep, keepsState: Bool = false) -> ScheduledStep {
        var step = self
        if !later.id.isEmpty { step.id = later.id }
        if !later.modality.isEmpty { step.modality = later.modality }
        if !later.stationAEs.isEmpty { step.stationAEs = later.stationAEs.filter { !$0.isEmpty } }
        step.stationName = stationName.amended(by: later.stationName)
        step.location = location.amended(by: later.location)
        step.scheduled = scheduled.amended(by: later.scheduled)
        step.performingPhysician = performingPhysician.amended(by: later.performingPhysician)
        step.description = description.amended(by: later.description)
        if let code = later.protocolCode { step.protocolCode = code.value.isEmpty ? nil : code }
        step.placer = placer.amended(by: later.placer)
        if let procedure = later.requestedProcedure {
            step.requestedProcedure = procedure
            let former = requestedProcedure?.id == procedure.id ? requestedProcedure : nil
            step.requestedProcedure?.studyUID = procedure.studyUID ?? former?.studyUID
            if procedure.procedure.code.isEmpty, let former { step.requestedProcedure?.procedure = former.procedure }
        }
        step.details = details.amended(by: later.details)
        // What a modality has begun stays begun, whatever the HMS says of it.
        if state == .scheduled || (state == .cancelled && !keepsState) { step.state = later.state }
        return step
    }

    var withoutCleared: ScheduledStep {
        ScheduledStep(id: id, modality: modality, state: state).amended(by: self)
    }
}

extension [WorklistAttribute: String] {
    /// An empty value clears.
    func amended(by later: [WorklistAttribute: String]) -> [WorklistAttribute: String] {
        merging(later) { $1 }.filter { !$0.value.isEmpty }
    }
}

extension Order {
    /// Without the empty texts that clear nothing in a new order.
    var withoutCleared: Order {
        var order = self
        order.placer = Optional<String>.none.amended(by: placer)
        order.patient = Patient(mrn: patient.mrn, mrnSystem: patient.mrnSystem).amended(by: patient)
        order.imaging = imaging?.withoutCleared
        return order
    }

    /// This order after a message that withdraws it or tells that it is done: of the steps that the message names (by
    /// ID, or by an order number of their own) those alone, else all of them.
    ///
    /// The order as a whole is closed when no step is left to be performed. What a modality has begun stays begun.
    func closed(as closing: StepState, by message: Order) -> Order {
        var order = self
        order.keepsPriority = false
        let state: OrderState = closing == .completed ? .completed : .cancelled
        guard var request = imaging, !request.steps.isEmpty else {
            order.state = state
            return order
        }
        let named = request.named(in: message.imaging ?? message.bareRequest, only: stepID(1))
        for index in request.steps.indices
        where request.steps[index].state == .scheduled
            && (named.found.isEmpty && named.unknown.isEmpty || named.found.contains(index))
        {
            request.steps[index].state = closing
        }
        // One that never came is kept too, as for orders.
        for step in named.unknown {
            var step = step.withoutCleared
            step.state = closing
            request.steps.append(step)
        }
        order.imaging = request
        if !request.steps.contains(where: { $0.state == .scheduled || $0.state == .started }) || named.isWhole {
            order.state = state
        }
        return order
    }

    /// What a message that says no more than an order number speaks of.
    private var bareRequest: ImagingRequest? {
        guard let placer, !placer.isEmpty else { return nil }
        var step = ScheduledStep(modality: "")
        step.placer = placer
        return ImagingRequest(procedure: OrderedTest(code: ""), steps: [step])
    }

    /// With its scheduled steps finished or withdrawn where the order as a whole is.
    var settled: Order {
        guard state != .open, var request = imaging else { return self }
        for index in request.steps.indices where request.steps[index].state == .scheduled {
            request.steps[index].state = state == .completed ? .completed : .cancelled
        }
        var order = self
        order.imaging = request
        return order
    }

    /// With a Study Instance UID for each requested procedure and an ID for each step, where they have none.
    func withIdentities(newStudy: () -> String) -> Order {
        guard var request = imaging else { return self }
        if request.studyUID?.isEmpty ?? true { request.studyUID = newStudy() }
        for index in request.steps.indices {
            if request.steps[index].id.isEmpty { request.steps[index].id = stepID(index + 1) }
            if request.steps[index].requestedProcedure?.id.isEmpty == true {
                let id = request.steps[index].id
                request.steps[index].requestedProcedure?.id = id
            }
            guard let own = request.steps[index].requestedProcedure, own.studyUID?.isEmpty ?? true else { continue }
            let sibling = request.steps.first {
                $0.requestedProcedure?.id == own.id && $0.requestedProcedure?.studyUID?.isEmpty == false
            }
            request.steps[index].requestedProcedure?.studyUID = sibling?.requestedProcedure?.studyUID ?? newStudy()
        }
        var order = self
        order.imaging = request
        return order
    }
}
