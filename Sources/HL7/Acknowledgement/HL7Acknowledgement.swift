/// An acknowledgement: what MSA and ERR of the answer say (HL7 v2 chapter 2, "Message acknowledgement").
public struct HL7Acknowledgement: Hashable, Sendable {
    /// MSA-1 (table 0008).
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// Application accept.
        case AA
        /// Application error: the message was understood and could not be processed; sending it again may help.
        case AE
        /// Application reject: sending it again will not help.
        case AR
        /// Commit accept (enhanced mode): safely stored.
        case CA
        /// Commit error (enhanced mode).
        case CE
        /// Commit reject (enhanced mode): type, version or processing id unacceptable.
        case CR

        /// Whether the message was taken.
        public var isAccept: Bool { self == .AA || self == .CA }
        /// Whether this belongs to the first phase of the enhanced mode.
        public var isCommit: Bool { self == .CA || self == .CE || self == .CR }
    }

    /// An ERR segment (version 2.5 and later; older receivers skip the fields they do not know).
    public struct Detail: Hashable, Sendable {
        /// ERR-3.1, table 0357: `207` application internal error, `100` segment sequence error and so on.
        public var code: String
        /// ERR-3.2.
        public var meaning: String
        /// ERR-2: segment, its occurrence, field; empty if unknown.
        public var location: [String]
        /// ERR-8, for people.
        public var userMessage: String

        /// - Parameters:
        ///   - code: table 0357.
        ///   - meaning: the code in words.
        ///   - location: segment, occurrence, field.
        ///   - userMessage: for people.
        public init(code: String, meaning: String, location: [String] = [], userMessage: String = "") {
            self.code = code
            self.meaning = meaning
            self.location = location
            self.userMessage = userMessage
        }
    }

    /// MSA-1.
    public var code: Code
    /// MSH-10 of the acknowledgement.
    public var controlID: String
    /// MSH-7, `YYYYMMDDHHMMSS` with an optional zone.
    public var time: String
    /// MSA-3, for people: no patient data.
    ///
    /// Empty is left out.
    public var text: String
    /// ERR.
    public var detail: Detail?

    /// - Parameters:
    ///   - code: MSA-1.
    ///   - controlID: MSH-10, new for every message we send.
    ///   - time: MSH-7.
    ///   - text: MSA-3.
    ///   - detail: ERR.
    public init(code: Code, controlID: String, time: String, text: String = "", detail: Detail? = nil) {
        self.code = code
        self.controlID = controlID
        self.time = time
        self.text = text
        self.detail = detail
    }

    /// The bytes that answer a message: its own delimiters, sender and receiver exchanged, MSH-11 and 12 echoed, its
    /// MSH-10 in MSA-2 even when that is empty.
    public func answer(to message: HL7Message) -> [UInt8] {
        let header = message.header
        func echo(_ field: Int) -> HL7Writer.Field { .raw(Array(header.raw(field))) }
        let rules = VersionRules(header.text(field: 12, component: 1) ?? "")
        var type = Array("ACK".utf8)
        let event = header.raw(field: 9, component: 2)
        if let separator = message.delimiters.component, !event.isEmpty {
            type += [separator] + event
            if rules.namesStructure { type += [separator] + Array("ACK".utf8) }
        }
        return write(
            delimiters: message.delimiters, rules: rules,
            route: [echo(5), echo(6), echo(3), echo(4)], type: type, processing: [echo(11), echo(12)],
            answered: Array(header.raw(10)))
    }

    /// The bytes that answer what is no message.
    ///
    /// What its first line gives away is used, the rest stays empty.
    /// - Parameter bytes: the received bytes, or the first of them.
    public func answer(toUnreadable bytes: [UInt8]) -> [UInt8] {
        if let message = try? HL7Message.parse(bytes) { return answer(to: message) }
        if let start = Self.header(in: bytes), let message = try? HL7Message.parse(Array(bytes[start...])) {
            return answer(to: message)
        }
        return write(
            delimiters: .standard, rules: VersionRules("2.3.1"), route: ["", "", "", ""], type: Array("ACK".utf8),
            processing: ["P", "2.3.1"],
            answered: [])
    }

    private func write(
        delimiters: HL7Delimiters, rules: VersionRules, route: [HL7Writer.Field], type: [UInt8],
        processing: [HL7Writer.Field],
        answered: [UInt8]
    ) -> [UInt8] {
        var writer = HL7Writer(delimiters: delimiters)
        var fields = route + [.text(time), "", .raw(type), .text(controlID)] + processing
        // An acknowledgement of the first phase is itself never answered.
        if code.isCommit { fields += ["", "", "NE", "NE"] }
        writer.header(fields)
        writer.segment("MSA", [.text(code.rawValue), .raw(answered), .text(rules.hasMessageText ? text : "")])
        if let detail = detail ?? (rules.hasMessageText || text.isEmpty ? nil : detailOfText) {
            writer.segment(
                "ERR",
                [
                    "", .components(detail.location), .components([detail.code, detail.meaning, "HL70357"]),
                    .text(code.isAccept ? "I" : "E"), "", "", "", .text(detail.userMessage),
                ])
        }
        return writer.bytes
    }

    /// The text where MSA-3 is withdrawn: ERR is all that is left to say it in.
    private var detailOfText: Detail {
        code.isAccept
            ? Detail(code: "0", meaning: "Message accepted", userMessage: text)
            : Detail(code: "207", meaning: "Application error", userMessage: text)
    }

    /// Where an MSH stands at the beginning of a line.
    private static func header(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 8 else { return nil }
        for start in 1..<(bytes.count - 7)
        where bytes[start] == UInt8(ascii: "M") && bytes[start + 1] == UInt8(ascii: "S")
            && bytes[start + 2] == UInt8(ascii: "H") && bytes[start - 1] <= 0x20
        {
            return start
        }
        return nil
    }
}
