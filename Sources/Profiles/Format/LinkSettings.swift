/// How a device's link differs from its standard (`link:` of a profile), besides checksum and acknowledgement.
public struct LinkSettings: Hashable, Sendable {
    /// How ASTM records reach us.
    public enum Framing: String, Hashable, Sendable, CaseIterable {
        /// LIS01-A2 frames.
        case frames
        /// Bare record text, from H to L, without ENQ, frames and acknowledgements.
        case unframed
    }

    /// What ENQ in the transfer phase means.
    public enum EnquiryInTransfer: String, Hashable, Sendable, CaseIterable {
        /// The sender starts over: the open message ends as incomplete, frame 1 is next.
        case restart
        /// It is refused with NAK.
        case refuse
    }

    /// How ASTM records reach us.
    public var framing = Framing.frames
    /// Longest frame accepted, in bytes, STX to LF.
    public var frameBytes = 64_000
    /// Most text characters in a frame we send.
    public var sendTextBytes = 240
    /// Each record we send has a frame of its own.
    public var sendsRecordPerFrame = false
    /// Each frame is made durable before its ACK: for devices that never send L.
    public var savesEveryFrame = false
    /// What ENQ in the transfer phase means.
    public var enquiryInTransfer = EnquiryInTransfer.restart
    /// How long the device waits for the answer to its ENQ or frame; nil: the standard's 15 s.
    public var answerWithin: Duration?

    /// The standard's values.
    public init() {}
}
