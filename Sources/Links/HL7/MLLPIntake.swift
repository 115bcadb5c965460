import Core
import HL7
import Profiles

/// Cuts what an MLLP connection says into messages, one at a time.
///
/// A block with several messages (a batch) is taken apart. What is broken is kept for people, and HL7 outside blocks as
/// well: nothing says whether it is whole.
struct MLLPIntake {
    /// A message on its way to the acceptor.
    struct Incoming: Equatable, HoldsPatientData {
        var bytes: [UInt8]
        /// Why it must not be understood.
        var fault: String?
    }

    enum Item: Equatable {
        case message(Incoming)
        /// A block was broken; its bytes follow as a message for people.
        case fault(MLLPFault)
        /// Bytes that belong to nothing.
        case skipped([UInt8])
        /// Something to tell people; no patient data.
        case remark(String)
    }

    private let messageBytes: Int
    private let messagesPerBlock: Int
    private var decoder: MLLPDecoder
    private var strays = StrayMessages()
    /// Cut out and not yet handed over, the next one last.
    private var waiting: [Item] = []

    init(bounds: LinkBounds) {
        messageBytes = bounds.messageBytes
        messagesPerBlock = bounds.messagesPerBlock
        var limits = MLLPLimits()
        limits.messageBytes = bounds.messageBytes
        decoder = MLLPDecoder(limits: limits)
    }

    /// HL7 outside a block has begun: only silence can tell where it ends.
    var isInStray: Bool { strays.isInMessage }

    /// Messages cut out of a block already and not handed over yet.
    var isHoldingMessages: Bool { !waiting.isEmpty }

    mutating func append(_ bytes: UnsafeRawBufferPointer) { decoder.append(bytes) }

    /// The next message or remark, nil when more bytes are needed.
    mutating func next() -> Item? {
        while waiting.isEmpty {
            guard let token = decoder.next() else { return nil }
            take(token)
        }
        return waiting.popLast()
    }

    /// HL7 outside a block was silent for long.
    mutating func endStray() {
        if let message = strays.end() { keepForPeople(message, Self.strayFault) }
    }

    /// The connection ended: what stood outside blocks, and what broke off in one.
    ///
    /// The first has no frame to be sent again in, so nobody but a person can say what it is; the second comes again.
    mutating func finish() -> (stray: Incoming?, abandoned: [MLLPFault]) {
        let stray = strays.end().map { Incoming(bytes: $0, fault: Self.strayFault) }
        var abandoned: [MLLPFault] = []
        while let token = decoder.flush() {
            if case .fault(let fault) = token { abandoned.append(fault) }
        }
        return (stray, abandoned)
    }

    private mutating func take(_ token: MLLPToken) {
        switch token {
        case .message(let block):
            endStray()
            let messages = HL7Blocks.messages(in: block)
            if messages.count > messagesPerBlock {
                keepForPeople(
                    block,
                    "A block holds \(messages.count) messages; at most \(messagesPerBlock) are taken. It is held as "
                        + "unreadable.")
            } else {
                waiting = messages.reversed().map { .message(Incoming(bytes: $0)) } + waiting
            }
        case .fault(let fault):
            endStray()
            // The bytes are kept as an unreadable message; the peer is told with AE if it can be told at all.
            keepForPeople(fault.bytes, fault.sentence(limit: messageBytes))
            waiting.append(.fault(fault))
        case .junk(let bytes):
            let wasInMessage = strays.isInMessage
            let ended = strays.append(bytes)
            for message in ended { keepForPeople(message, Self.strayFault) }
            if !strays.isInMessage, !wasInMessage, ended.isEmpty {
                waiting.insert(.skipped(bytes), at: 0)
            }
        }
    }

    private mutating func keepForPeople(_ bytes: [UInt8], _ fault: String) {
        waiting.insert(contentsOf: [.message(Incoming(bytes: bytes, fault: fault)), .remark(fault)], at: 0)
    }

    private static let strayFault =
        "HL7 came outside an MLLP block (no VT before it). It is held as unreadable, at most its first "
        + "\(StrayMessages.mostBytes) bytes. Set the device to send MLLP."
}

extension MLLPFault {
    /// What happened and what becomes of it. `limit`: the longest message in bytes.
    func sentence(limit: Int) -> String {
        switch reason {
        case .missingEndBlock:
            "A message broke off before its end (no FS before the next VT). It is held as unreadable."
        case .missingCarriageReturn: "A message ended without CR after FS. It is held as unreadable."
        case .tooLong(let received):
            "A message of \(received) bytes was cut off: at most \(limit) are taken. It is held as unreadable, and only its "
                + "first \(bytes.count) bytes are kept. Does the device send HL7?"
        case .truncated: "A message broke off with the connection; it was not acknowledged and will be sent again."
        }
    }
}
