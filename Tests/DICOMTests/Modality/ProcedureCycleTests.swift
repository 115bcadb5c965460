import Testing

@testable import DICOM

/// A procedure as a transcript: what happened, what is done.
struct ProcedureCycleTests {
    /// An action in one word, with what matters of it.
    private func words(_ actions: [ProcedureAction]) -> [String] {
        actions.map { action in
            switch action {
            case .create(let step): "N-CREATE \(step.uid) \(step.state.rawValue)"
            case .store(let instance): "C-STORE \(instance.uid)"
            case .set(let step):
                "N-SET \(step.uid) \(step.state.rawValue) [\(Self.references(step).joined(separator: " "))]"
            case .warning: "warning"
            case .problem: "problem"
            case .end: "end"
            }
        }
    }

    private static func references(_ step: PerformedStepMessage) -> [String] {
        let series = step.dataSet[Tag(0x0040, 0x0340)]?.items ?? []
        return series.flatMap { $0[Tag(0x0008, 0x1140)]?.items ?? [] }.compactMap { $0.text(Tag(0x0008, 0x1155)) }
    }

    private func answer(_ status: UInt16) -> ProcedureEvent {
        .answered(.success(DIMSEReply(status: status)), Items.later)
    }
    private let gone = ProcedureEvent.answered(
        .failure(RequestorFailure(kind: .unreachable, description: "nobody is there")), Items.later)

    /// Runs a cycle through its events; what each called for.
    private func run(_ plan: ProcedurePlan, _ events: [ProcedureEvent]) -> [[String]] {
        var cycle = ProcedureCycle(Items.item(), plan)
        return events.map { words(cycle.handle($0)) }
    }

    @Test("begin, two images, end")
    func completed() {
        let steps = run(Items.plan, [.begin(Items.moment), answer(0), answer(0), answer(0), answer(0)])
        #expect(
            steps == [
                ["N-CREATE 2.25.1 IN PROGRESS"], ["C-STORE 2.25.3"], ["C-STORE 2.25.4"],
                ["N-SET 2.25.1 COMPLETED [2.25.3 2.25.4]"], ["end"],
            ])
    }

    @Test("given up, without an image")
    func discontinued() {
        var plan = Items.plan
        plan.discontinues = true
        plan.imageUIDs = []
        #expect(
            run(plan, [.begin(Items.moment), answer(0), answer(0)]) == [
                ["N-CREATE 2.25.1 IN PROGRESS"], ["N-SET 2.25.1 DISCONTINUED []"], ["end"],
            ])
    }

    @Test("the end names the images that were taken, and no others")
    func refusedImage() {
        for lost in [answer(0xA700), answer(0xC000), answer(0x0122), gone] {
            let steps = run(Items.plan, [.begin(Items.moment), answer(0), lost, answer(0), answer(0)])
            #expect(steps[2] == ["problem", "C-STORE 2.25.4"])
            #expect(steps[3] == ["N-SET 2.25.1 COMPLETED [2.25.4]"])
        }
        for taken: UInt16 in [0xB000, 0xB006, 0xB007, 0x0111] {
            let steps = run(Items.plan, [.begin(Items.moment), answer(0), answer(taken), answer(0), answer(0)])
            #expect(steps[2] == ["warning", "C-STORE 2.25.4"])
            #expect(steps[3] == ["N-SET 2.25.1 COMPLETED [2.25.3 2.25.4]"])
        }
    }

    @Test("a step that nobody took: the images go out, and nothing is ended")
    func refusedStep() {
        for refusal in [answer(0x0106), answer(0x0111), answer(0x0120), answer(0x0122), answer(0x0211), gone] {
            let steps = run(Items.plan, [.begin(Items.moment), refusal, answer(0), answer(0)])
            #expect(steps[1] == ["problem", "C-STORE 2.25.3"])
            #expect(steps[3] == ["end"])
        }
        let steps = run(Items.plan, [.begin(Items.moment), answer(0x0107), answer(0), answer(0), answer(0)])
        #expect(steps[1] == ["warning", "C-STORE 2.25.3"])
        #expect(steps[4] == ["end"])
    }

    @Test("an end that is refused is told")
    func refusedEnd() {
        for refusal in [answer(0x0110), answer(0x0112), gone] {
            let steps = run(Items.plan, [.begin(Items.moment), answer(0), answer(0), answer(0), refusal])
            #expect(steps[4] == ["problem", "end"])
        }
    }

    @Test("events that have no place in a state change nothing")
    func illegal() {
        let course = [ProcedureEvent.begin(Items.moment), answer(0), answer(0), answer(0), answer(0)]
        for count in 0...course.count {
            var cycle = ProcedureCycle(Items.item(), Items.plan)
            for event in course.prefix(count) { _ = cycle.handle(event) }
            let before = cycle
            let strays = count == 0 ? [answer(0), gone] : [.begin(Items.moment)]
            for stray in strays + (count == course.count ? [answer(0)] : []) {
                #expect(cycle.handle(stray) == [], "after \(count)")
                #expect(cycle == before)
            }
        }
    }

    @Test("each status in words")
    func sentences() {
        var reply = DIMSEReply(status: 0x0110, comment: "no longer")
        reply.attributes = [Tag(0x0040, 0x0252)]
        #expect(
            ServiceStatus.sentence(reply, .set)
                == "N-SET was refused with 0110H (processing failure): no longer [(0040,0252)]")
        #expect(
            ServiceStatus.sentence(DIMSEReply(status: 0xB007), .store)
                == "C-STORE was taken with a warning, with B007H (the data set does not match the SOP class)")
        #expect(ServiceStatus.kind(0x0111, .create) == .failure)
        #expect(ServiceStatus.kind(0xFE00, .find) == .cancelled)
        #expect(ServiceStatus.kind(0x4242, .find) == .failure)
    }
}
