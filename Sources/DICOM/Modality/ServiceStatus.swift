/// What the statuses of a response mean for the one that asked.
public enum ServiceStatus {
    /// The services a modality uses.
    public enum Service: String, Hashable, Sendable, CaseIterable {
        /// C-FIND of the worklist.
        case find = "C-FIND"
        /// N-CREATE of a performed procedure step.
        case create = "N-CREATE"
        /// N-SET of a performed procedure step.
        case set = "N-SET"
        /// C-STORE.
        case store = "C-STORE"
    }

    /// How a status is to be taken (PS3.7 Annex C).
    public enum Kind: Hashable, Sendable {
        /// Done.
        case success
        /// Done, with something to know.
        case warning
        /// Not done.
        case failure
        /// Ended at our wish.
        case cancelled
    }

    /// The kind of a status.
    ///
    /// A duplicate instance counts as a warning for C-STORE: the archive has the image.
    public static func kind(_ status: UInt16, _ service: Service) -> Kind {
        switch status {
        case 0x0000: .success
        case 0xFE00: .cancelled
        case 0x0001, 0x0107, 0x0116, 0xB000...0xBFFF: .warning
        case 0x0111 where service == .store: .warning
        default: .failure
        }
    }

    /// Whether what was asked was done.
    static func isTaken(_ answer: Result<DIMSEReply, RequestorFailure>, _ service: Service) -> Bool {
        guard case .success(let reply) = answer else { return false }
        let kind = kind(reply.status, service)
        return kind == .success || kind == .warning
    }

    /// What a person should know of an answer; nil when all is well.
    static func problem(_ answer: Result<DIMSEReply, RequestorFailure>, _ service: Service) -> String? {
        switch answer {
        case .failure(let failure): failure.description
        case .success(let reply): reply.status == 0 ? nil : sentence(reply, service)
        }
    }

    /// A reply in words: `N-SET was refused with 0110H (processing failure): Performed Procedure Step …`.
    public static func sentence(_ reply: DIMSEReply, _ service: Service) -> String {
        let how =
            switch kind(reply.status, service) {
            case .success: "was answered"
            case .warning: "was taken with a warning,"
            case .failure: "was refused"
            case .cancelled: "was cancelled"
            }
        let meaning = meaning(reply.status, service).map { " (\($0))" } ?? ""
        let comment = reply.comment.map { ": \($0)" } ?? ""
        let about =
            reply.attributes.isEmpty ? "" : " [\(reply.attributes.map(\.description).joined(separator: " "))]"
        return "\(service.rawValue) \(how) with \(ResponseCheck.hex(reply.status))\(meaning)\(comment)\(about)"
    }

    /// The name of a status (PS3.7 Annex C; PS3.4 tables B.2-1, F.7.2-2 and K.4-1).
    private static func meaning(_ status: UInt16, _ service: Service) -> String? {
        switch (status, service) {
        case (0x0000, _): "success"
        case (0x0105, _): "no such attribute"
        case (0x0106, _): "invalid attribute value"
        case (0x0107, _): "attribute list error"
        case (0x0110, _): "processing failure"
        case (0x0111, _): "duplicate SOP instance"
        case (0x0112, _): "no such object instance"
        case (0x0116, _): "attribute value out of range"
        case (0x0117, _): "invalid object instance"
        case (0x0118, _): "no such SOP class"
        case (0x0119, _): "class-instance conflict"
        case (0x0120, _): "missing attribute"
        case (0x0121, _): "missing attribute value"
        case (0x0122, _): "SOP class not supported"
        case (0x0124, _): "not authorised"
        case (0x0210, _): "duplicate invocation"
        case (0x0211, _): "unrecognized operation"
        case (0x0212, _): "mistyped argument"
        case (0x0213, _): "resource limitation"
        case (0xFE00, _): "cancelled"
        case (0xB000, .store): "data elements were coerced"
        case (0xB006, .store): "elements were discarded"
        case (0xB007, .store): "the data set does not match the SOP class"
        case (0xA700...0xA7FF, _): "out of resources"
        case (0xA900...0xA9FF, .find): "identifier does not match SOP class"
        case (0xA900...0xA9FF, .store): "data set does not match SOP class"
        case (0xC000...0xCFFF, .store): "cannot understand"
        case (0xC000...0xCFFF, _): "unable to process"
        default: nil
        }
    }
}
