import CDCMTK
import Core
import Logging

/// A peer to call and how to call it.
public struct EchoTarget: Sendable, Hashable {
    /// Host name or IPv4 address, at most 57 characters.
    public var host: String
    /// TCP port.
    public var port: UInt16
    /// The peer's AE title.
    public var calledAETitle: String
    /// Our AE title.
    public var callingAETitle: String
    /// TLS; nil in clear.
    public var tls: EchoTLS?
    /// Until the TCP connection stands, seconds.
    public var connectTimeout = 10
    /// Until the association is answered, and until C-ECHO is, seconds.
    public var answerTimeout = 10

    /// A target with the default time-outs.
    public init(host: String, port: UInt16, calledAETitle: String, callingAETitle: String, tls: EchoTLS? = nil) {
        self.tls = tls
        self.host = host
        self.port = port
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
    }
}

/// How a C-ECHO went.
public enum EchoResult: Sendable, Hashable {
    /// The peer answered with success after this long, association included.
    case success(took: Duration)
    /// It did not, and why in words.
    case failure(String)
}

/// The Verification service as a user (PS3.4 Annex A).
public enum Echo {
    /// Opens an association, sends C-ECHO and releases.
    ///
    /// Blocks until done, at most the sum of the time-outs, and must not run on Swift's cooperative pool.
    public static func run(_ target: EchoTarget, logger: Logger) -> EchoResult {
        BridgeLog.prepare(logger)
        let clock = ContinuousClock()
        let start = clock.now
        var limits = RadiologyLimits()
        limits.associationTimeout = target.answerTimeout
        limits.messageTimeout = target.answerTimeout
        limits.writeTimeout = target.answerTimeout
        let association: Association
        do throws(CallFailure) {
            association = try target.call(
                proposing: [SOPClass.verification], [.implicitLittleEndian], limits: limits)
        } catch {
            return .failure("\(place(target)): \(error.why)")
        }
        guard let context = association.contexts.values.first else {
            association.abort()
            return .failure("\(place(target)) accepted the association but not the Verification service")
        }
        let answer: CommandSet
        do {
            answer = try exchange(association, context, target)
        } catch {
            association.abort()
            return .failure("\(place(target)): \(words(error))")
        }
        var ignored = cdcmtk_problem()
        _ = cdcmtk_release(association.handle, &ignored)
        guard answer.status == 0 else {
            let code = String(answer.status ?? 0, radix: 16, uppercase: true)
            return .failure("\(place(target)) answered C-ECHO with status \(code)h \(answer.errorComment ?? "")")
        }
        return .success(took: clock.now - start)
    }

    private static func exchange(
        _ association: Association, _ context: PresentationContext, _ target: EchoTarget
    ) throws(Association.End) -> CommandSet {
        let request = CommandSet(
            request: CommandSet.Field.cEchoRequest, messageID: 1, sopClass: SOPClass.verification)
        try association.send(request, on: context.id)
        let piece = try association.receive(waiting: target.answerTimeout, atMost: RadiologyLimits().maxCommandBytes)
        let answer: CommandSet
        do {
            answer = try CommandSet(piece.bytes)
        } catch {
            throw .failed(error.sentence)
        }
        guard piece.isCommand, answer.field == CommandSet.Field.cEchoRequest | CommandSet.Field.response,
            answer.respondsTo == 1
        else { throw .failed("another message in place of the C-ECHO response") }
        return answer
    }

    private static func place(_ target: EchoTarget) -> String {
        "\(target.calledAETitle) at \(target.host):\(target.port)"
    }

    private static func words(_ end: Association.End) -> String {
        switch end {
        case .silent: "no answer to C-ECHO in time"
        case .released: "the peer released the association instead of answering"
        case .aborted: "the peer aborted the association"
        case .closed: "the peer closed the connection"
        case .failed(let why): why
        }
    }
}
