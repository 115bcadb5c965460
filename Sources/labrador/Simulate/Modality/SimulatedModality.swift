import Core
import DICOM
import Foundation
import Logging

/// What a simulated modality is to do.
struct ModalitySetup: Sendable {
    var worklist: EchoTarget
    var performedSteps: EchoTarget
    /// Where images go; nil stores none.
    var archive: EchoTarget?
    var station: String
    var discontinues: Bool
    var images: Int
    /// Whether it performs what it finds, or looks at the worklist only.
    var performs: Bool
    var cancelAfter: Int?
    /// Seconds between two queries; nil ends after the first.
    var poll: Int?
    /// Queries or procedures after which it ends.
    var count: Int?
}

/// Runs a modality's cycles; it blocks its thread.
struct SimulatedModality {
    /// Entries remembered as performed, so that a worklist that goes on showing them does not begin again.
    private static let maxPerformed = 100_000

    private let setup: ModalitySetup
    private let words: ModalityWords
    private let query: () -> ModalityQuery?
    private let logger = Logger(label: "labrador.modality", factory: { _ in SwiftLogNoOpLogHandler() })

    init(_ setup: ModalitySetup, words: ModalityWords, query: @escaping () -> ModalityQuery?) {
        self.setup = setup
        self.words = words
        self.query = query
    }

    /// Why it did not all go well; nil when it did.
    func run() -> String? {
        let limit = setup.count ?? (setup.poll == nil ? 1 : Int.max)
        var done = 0
        var failures = 0
        var performed: Set<String> = []
        while true {
            let items = worklist()
            if items == nil { failures += 1 }
            if !setup.performs { done += 1 }
            for item in items ?? [] where setup.performs && done < limit {
                let key = [item.studyUID, item.stepID, item.accession].joined(separator: "\\")
                guard performed.count < Self.maxPerformed, performed.insert(key).inserted else { continue }
                if !perform(item) { failures += 1 }
                done += 1
            }
            guard done < limit, let poll = setup.poll else { break }
            Thread.sleep(forTimeInterval: Double(poll))
        }
        if setup.performs, done == 0, failures == 0 {
            return "The worklist has no entry to perform. `labrador worklist` says what it holds."
        }
        guard failures > 0 else { return nil }
        // What was wrong with a query has been said.
        return setup.performs && done > 0 ? "\(failures) of \(done) did not go as they should." : ""
    }

    /// The entries; nil when there was no whole answer.
    private func worklist() -> [WorklistItem]? {
        guard let query = query() else { return nil }
        let clock = ContinuousClock()
        let start = clock.now
        do throws(RequestorFailure) {
            let association = try Requestor(setup.worklist, proposing: [.worklist], logger: logger)
            let answer = try association.worklist(query, atMost: setup.cancelAfter)
            association.release()
            return words.worklist(answer, from: setup.worklist.calledAETitle, took: clock.now - start)
                ? answer.items : nil
        } catch {
            words.problem("", error.description)
            return nil
        }
    }

    /// Performs an entry; whether all went well.
    private func perform(_ item: WorklistItem) -> Bool {
        guard !item.studyUID.isEmpty, !item.patientID.isEmpty else {
            words.problem(item.accession, "the entry has no Study Instance UID or no Patient ID, so it is left alone")
            return false
        }
        let plan = ProcedurePlan(
            station: setup.station, stepUID: Self.uid(), stepID: "P" + Self.uid().suffix(12), seriesUID: Self.uid(),
            imageUIDs: setup.archive == nil ? [] : (0..<setup.images).map { _ in Self.uid() },
            discontinues: setup.discontinues)
        var cycle = ProcedureCycle(item, plan)
        var event = ProcedureEvent.begin(Self.now())
        var archive: Requestor?
        var isRight = true
        while true {
            var answer: Result<DIMSEReply, RequestorFailure>?
            for action in cycle.handle(event) {
                switch action {
                case .create(let step):
                    answer = performedStep { association throws(RequestorFailure) in try association.create(step) }
                    words.step(item, step, .create, answer)
                case .store(let instance):
                    answer = store(instance, &archive)
                    words.image(item, instance, answer)
                case .set(let step):
                    archive?.release()
                    answer = performedStep { association throws(RequestorFailure) in try association.set(step) }
                    words.step(item, step, .set, answer)
                case .warning(let what): words.problem(item.accession, what)
                case .problem(let what):
                    words.problem(item.accession, what)
                    isRight = false
                case .end:
                    archive?.release()
                    return isRight
                }
            }
            guard let answer else { return false }
            event = .answered(answer, Self.now())
        }
    }

    /// A modality holds no association while it examines: one for each message.
    private func performedStep(
        _ body: (Requestor) throws(RequestorFailure) -> DIMSEReply
    ) -> Result<DIMSEReply, RequestorFailure> {
        do throws(RequestorFailure) {
            let association = try Requestor(setup.performedSteps, proposing: [.performedStep], logger: logger)
            let reply = try body(association)
            association.release()
            return .success(reply)
        } catch {
            return .failure(error)
        }
    }

    /// All images of a procedure go over one association, or over a new one where it is lost.
    private func store(_ instance: NewInstance, _ archive: inout Requestor?) -> Result<DIMSEReply, RequestorFailure> {
        guard let target = setup.archive else {
            return .failure(RequestorFailure(kind: .unreachable, description: "no archive is named"))
        }
        do throws(RequestorFailure) {
            let association: Requestor
            if let archive {
                association = archive
            } else {
                association = try Requestor(target, proposing: [instance.service], logger: logger)
            }
            archive = association
            return .success(try association.store(instance))
        } catch {
            archive = nil
            return .failure(error)
        }
    }

    /// Date and time of this machine's zone.
    static func now() -> ModalityMoment {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: Date())
        func digits(_ number: Int?, _ count: Int) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return ModalityMoment(
            date: digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2),
            time: digits(parts.hour, 2) + digits(parts.minute, 2) + digits(parts.second, 2))
    }

    /// A UID made from a random UUID (PS3.5 Annex B.2).
    private static func uid() -> String {
        let bytes = withUnsafeBytes(of: UUID().uuid) { Array($0) }
        return "2.25." + String(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }
}
