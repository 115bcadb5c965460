import Core
import HL7

/// A query message: QRY^Q02 (HL7 2.3.1 chapter 2.24), QBP^Q11 (2.5.1 chapter 5.4, IHE LAW LAB-27), QBP^Z01 and QBP^Z03
/// (Cepheid), or one that gives up an earlier query (QCN^J01, QRD-9 CAN).
struct HL7Query: HoldsPatientData {
    let message: HL7Message
    private(set) var specimens = AskedSpecimens()
    private(set) var asksForAll = false
    private(set) var from: Timestamp?
    private(set) var to: Timestamp?
    private(set) var isCancel = false
    /// What could not be understood, in sentences.
    private(set) var remarks: [String] = []

    /// - Returns: nil when it is no message, or no query of this dialect.
    init?(_ bytes: [UInt8], profile: Profile, dialect: OrderRules.Dialect, facility: Facility) {
        let one = HL7Blocks.messages(in: bytes).first ?? bytes
        guard let message = try? HL7Message.parse(one, encoding: profile.encoding.hl7) else { return nil }
        self.init(message, profile: profile, dialect: dialect, facility: facility)
    }

    /// - Returns: nil when it is no query of this dialect.
    init?(_ message: HL7Message, profile: Profile, dialect: OrderRules.Dialect, facility: Facility) {
        self.message = message
        switch (dialect, message.plainType, message.plainEvent) {
        case (.law, "QCN", _), (.cepheid, "QCN", _): isCancel = true
        case (.mindray, "QRY", "Q02"):
            var clock = DeviceClock(profile, facility)
            readMindray(profile.specimen, &clock)
        case (.law, "QBP", "Q11"): readLAW(profile.specimen)
        case (.cepheid, "QBP", "Z01"): asksForAll = true
        case (.cepheid, "QBP", "Z03"): add(message.first("QPD"), field: 4, profile.specimen)
        default: return nil
        }
    }

    /// The dialect a message asks in; nil when it is no query.
    static func dialect(of message: HL7Message) -> OrderRules.Dialect? {
        switch (message.plainType, message.plainEvent) {
        case ("QRY", "Q02"): .mindray
        case ("QBP", "Q11"), ("QCN", _): .law
        case ("QBP", "Z01"), ("QBP", "Z03"): .cepheid
        default: nil
        }
    }

    /// What is to be looked up.
    var wanted: HostQuery.Wanted {
        if isCancel { return .cancel }
        return asksForAll ? .all(from: from, to: to) : .specimens(specimens.accessions)
    }

    /// QRD-8 is the barcode, empty for all of a time span (QRF-2 and 3); QRD-9 CAN gives up.
    private mutating func readMindray(_ rule: SpecimenRule, _ clock: inout DeviceClock) {
        let definition = message.first("QRD")
        add(definition, field: 8, rule)
        if definition?.text(field: 9, repeat: 1, component: 1) == "CAN" {
            isCancel = true
            return
        }
        guard specimens.isEmpty else { return }
        asksForAll = true
        let filter = message.first("QRF")
        let (begin, end) = (filter?.text(field: 2, repeat: 1), filter?.text(field: 3, repeat: 1))
        from = clock.moment(begin)
        to = clock.moment(end, isEnd: true)
        if begin != nil && from == nil || end != nil && to == nil {
            remarks.append("The query's time span is no possible date and time; it was left out.")
        }
    }

    /// QPD-1 is WOS, with the container's id in QPD-3, or WOS_ALL.
    private mutating func readLAW(_ rule: SpecimenRule) {
        let parameters = message.first("QPD")
        if parameters?.text(field: 1, repeat: 1, component: 1) == "WOS_ALL" {
            asksForAll = true
        } else {
            add(parameters, field: 3, rule)
        }
    }

    private mutating func add(_ segment: HL7Segment?, field: Int, _ rule: SpecimenRule) {
        for components in segment?.parts(field, subcomponent: 1) ?? [] {
            if let first = components.first, let text = first { specimens.add(text, rule) }
        }
    }
}

extension HL7Message {
    /// MSH-9.2 without blanks, in capitals.
    var plainEvent: String? { triggerEvent.map { trimmed($0).uppercased() } }
}
