import Core
import HL7
import Profiles

/// The analyser's part: asks for orders, knows when the answer is whole, and answers what it is told.
struct SimulatedAnalyser: SimulatedPart {
    private struct Question {
        var specimen: String?
        var orders: [ToldOrder] = []
    }

    /// Most specimens of one answer that are taken; with the last of them the answer counts as whole.
    static let mostOrders = 10_000

    private let voice: SimulatedVoice
    private var question: Question?

    init(_ voice: SimulatedVoice) { self.voice = voice }

    mutating func handle(_ event: PartEvent, now: Timestamp) -> [PartAction] {
        switch event {
        case .connected: return []
        case .ask(let specimen): return ask(specimen, now)
        case .message(let bytes): return take(bytes, now)
        // The answer may have been here already; only now the host's time begins.
        case .sent(_, .accepted): return question == nil ? [] : [.startTimer(voice.times.orders)]
        case .sent(_, .refused(let why)): return finish(.refused(why))
        case .sent(_, .lost(let why)): return finish(.unanswered(why))
        case .timerFired:
            guard let question else { return [] }
            if question.specimen == nil, !question.orders.isEmpty { return finish(.orders(question.orders)) }
            let seconds = voice.times.orders.wholeMicroseconds / 100_000
            return finish(.unanswered("nothing came within \(seconds / 10).\(seconds % 10) s"))
        case .lineLost: return finish(.unanswered("the connection ended"))
        }
    }

    private mutating func ask(_ specimen: String?, _ now: Timestamp) -> [PartAction] {
        guard let message = voice.profile.question(specimen, context: voice.context(now)) else {
            return [.told(.answered(specimen: specimen, .refused("a device of this profile asks nothing")))]
        }
        guard question == nil else {
            return [.told(.answered(specimen: specimen, .refused("the query before is still open")))]
        }
        question = Question(specimen: specimen)
        return [.send(number: 0, message)]
    }

    private mutating func take(_ bytes: [UInt8], _ now: Timestamp) -> [PartAction] {
        var actions: [PartAction] = []
        if let answer = voice.profile.deviceAnswer(to: bytes, accepts: !voice.refuses, context: voice.context(now)) {
            actions.append(.reply(answer))
        }
        guard let told = voice.profile.told(in: bytes) else { return actions }
        guard var question, concerns(told, question) else {
            return told.orders.isEmpty ? actions : actions + [.told(.orders(told))]
        }
        if let refusal = told.refusal { return actions + finish(.refused(refusal)) }
        question.orders += told.orders.filter { $0.act != .nothing }
        self.question = question
        if question.orders.count >= Self.mostOrders { return actions + finish(.orders(question.orders)) }
        switch told.ending {
        case .more: return actions + [.startTimer(voice.times.orders)]
        case .perSpecimen where question.specimen == nil && !question.orders.isEmpty:
            return actions + [.startTimer(voice.times.quiet)]
        case .perSpecimen, .last:
            return actions + finish(question.orders.isEmpty ? .nothingOrdered : .orders(question.orders))
        }
    }

    /// An order for another specimen that comes meanwhile is no answer.
    private func concerns(_ told: HostTold, _ question: Question) -> Bool {
        guard let specimen = question.specimen, !told.orders.isEmpty else { return true }
        return told.orders.contains { $0.specimen == specimen }
    }

    private mutating func finish(_ outcome: QueryOutcome) -> [PartAction] {
        guard let asked = question else { return [] }
        question = nil
        return [.stopTimer, .told(.answered(specimen: asked.specimen, outcome))]
    }
}
