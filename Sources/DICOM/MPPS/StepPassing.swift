import Core
import Logging

/// How a receiver took a request that was passed on to it.
public enum StepPassing: Hashable, Sendable {
    /// It answered.
    case answered(status: UInt16, errorID: UInt16? = nil, comment: String)
    /// It did not, and why in words.
    case failed(Kind, String)

    /// What a failure reaches.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// The receiver is away for now.
        case away
        /// It does not take us: the set-up of one side is to be changed.
        case refusesUs
        /// Sent, and no answer came.
        case unanswered
        /// What it answered breaks the protocol.
        case protocolError
    }

    /// Opens an association, passes the request on and releases.
    ///
    /// Blocks, and must not run on Swift's cooperative pool.
    public static func run(_ request: ProcedureStepRequest, to target: EchoTarget, logger: Logger) -> StepPassing {
        let syntax = TransferSyntax(rawValue: request.transferSyntax) ?? .implicitLittleEndian
        do throws(RequestorFailure) {
            var requestor = try Requestor(target, proposing: [.performedStep], in: [syntax], logger: logger)
            if !requestor.accepts(.performedStep) {
                // Every receiver knows Implicit VR (PS3.5 section 10.1).
                requestor.release()
                requestor = try Requestor(target, proposing: [.performedStep], logger: logger)
            }
            let reply = try requestor.pass(request.operation, uid: request.uid, bytes: request.bytes, in: syntax)
            requestor.release()
            return .answered(status: reply.status, errorID: reply.errorID, comment: reply.comment ?? "")
        } catch {
            return .failed(Kind(error.kind), error.description)
        }
    }

    /// What an answer or its absence means for the delivery.
    ///
    /// - Parameter again: Whether an earlier try ended without an answer, so that the receiver may have it already.
    public func verdict(_ operation: ProcedureStepRequest.Operation, again: Bool) -> Verdict {
        switch self {
        case .failed(.away, let why): return Verdict(.outage, why)
        case .failed(.refusesUs, let why): return Verdict(.laneFault, why)
        case .failed(.unanswered, let why): return Verdict(.ambiguous, why)
        case .failed(.protocolError, let why): return Verdict(.suspect, why)
        case .answered(let status, let errorID, let comment):
            let code = Self.hexadecimal(status)
            let what = "\(operation.rawValue) was answered with status \(code)"
            switch (status, operation) {
            case (0x0000, _): return Verdict(.delivered, what)
            // Warnings: it has the step (PS3.7 section C.4); a duplicate it had before.
            case (0x0001, _), (0x0107, _), (0x0116, _), (0xB000...0xBFFF, _), (0x0111, .create):
                return Verdict(.delivered, what, detail: comment)
            // No longer to be updated (PS3.4 table F.7.2-2); 0110 alone says no more than that it failed.
            case (0x0110, .set) where errorID == Self.ended:
                return again
                    ? Verdict(.delivered, "\(what): it had ended there, by a try that got no answer", detail: comment)
                    : Verdict(.refused, "\(what): the step has ended there", detail: comment)
            // Resources, and failures of the moment.
            case (0x0213, _), (0xA700...0xA7FF, _), (0x0110, _): return Verdict(.suspect, what, detail: comment)
            default: return Verdict(.refused, what, detail: comment)
            }
        }
    }

    /// Error ID of a step that has ended.
    private static let ended: UInt16 = 0xA710

    private static func hexadecimal(_ status: UInt16) -> String {
        let digits = String(status, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension StepPassing.Kind {
    init(_ kind: RequestorFailure.Kind) {
        switch kind {
        case .unreachable, .rejectedForNow: self = .away
        case .rejectedForGood, .serviceNotAccepted: self = .refusesUs
        case .interrupted: self = .unanswered
        case .protocolError: self = .protocolError
        }
    }
}
