import Core
import DICOM
import Dispatch
import Foundation
import Upstream

/// Another receiver of performed procedure steps: each request of a modality is passed on as it came, by a process of
/// its own, because what the receiver answers is parsed by the toolkit (architecture rule 11).
final class StepForward: Destination {
    /// The hidden command.
    static let command = "step-forward"
    /// Requests under way at a time, each of another step and each a process.
    static let concurrency = 2

    /// Whom to call with what.
    struct Request: Codable, Equatable {
        var host: String
        var port: UInt16
        var calledAETitle: String
        var callingAETitle: String
        var isCreate: Bool
        var uid: String
        var transferSyntax: String
        var bytes: Data
    }

    /// How it went.
    struct Answer: Codable, Equatable {
        var status: UInt16?
        var errorID: UInt16?
        var failure: StepPassing.Kind?
        var text: String
        /// Characters of `text`: the answer goes through a pipe of bounded length.
        static let textCharacters = 500

        init(_ passing: StepPassing) {
            switch passing {
            case .answered(let status, let errorID, let comment):
                (self.status, self.errorID, text) = (status, errorID, String(comment.prefix(Self.textCharacters)))
            case .failed(let kind, let why): (failure, text) = (kind, String(why.prefix(Self.textCharacters)))
            }
        }

        var passing: StepPassing {
            status.map { .answered(status: $0, errorID: errorID, comment: text) }
                ?? .failed(failure ?? .unanswered, text)
        }
    }

    let id: DestinationID
    private let section: ForwardSection
    private let callingAETitle: String

    init(_ section: ForwardSection, callingAETitle: String) {
        id = section.destination
        self.section = section
        self.callingAETitle = callingAETitle
    }

    func send(_ delivery: Delivery, done: @escaping @Sendable (Verdict) -> Void) {
        guard case .request(let step) = delivery.content, let port = UInt16(exactly: section.port) else {
            return done(Verdict(.refused, "only the requests of modalities are passed on"))
        }
        let request = Request(
            host: section.host, port: port, calledAETitle: section.aeTitle, callingAETitle: callingAETitle,
            isCreate: step.operation == .create, uid: step.uid, transferSyntax: step.transferSyntax,
            bytes: Data(step.bytes))
        let again = delivery.isAmbiguous
        // It blocks its thread; Swift's own must not be.
        DispatchQueue.global().async {
            do throws(RadiologyProcessError) {
                let answer: Answer = try EchoProcess.ask(Self.command, request)
                done(answer.passing.verdict(step.operation, again: again))
            } catch {
                // It may have been sent before the process died.
                done(Verdict(.ambiguous, error.description))
            }
        }
    }

    /// The processes under way end within their own time.
    func close() async {}
}
