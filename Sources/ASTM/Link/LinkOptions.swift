/// How a device's link differs from LIS01-A2 on the receiving side.
public struct LinkOptions: Hashable, Sendable {
    /// What ENQ in the transfer phase means.
    public enum EnquiryInTransfer: Hashable, Sendable {
        /// The sender starts over: the open message ends as incomplete, ENQ is answered with ACK, frame 1 is next.
        case restart
        /// It is refused with NAK once a frame was accepted. It does not put off `LinkTimers.receive`, so a sender that did
        /// start over gets the line when that has run out.
        case refuse
    }

    /// Each frame is made durable before its ACK, not only those that complete a message or drop a level: for devices
    /// that never send L. The message ends at EOT, or at L where there is one.
    public var savesEveryFrame = false
    /// What ENQ in the transfer phase means.
    public var enquiryInTransfer = EnquiryInTransfer.restart

    /// The standard's ways.
    public init() {}
}
