import Core
import HL7

/// Writes one HL7 message of ours: an answer to a query, in the query's delimiters and character set, or one unasked.
struct HL7Composer {
    /// MSH-10.
    let controlID: String
    let clock: DeviceClock
    private let profile: Profile
    private let rules: OrderRules
    private let context: DialogueContext
    private let query: HL7Message?
    /// Empty fields at the end are written: for receivers that count them.
    private let keepsEmptyFields: Bool
    private let declaredCharacterSet: HL7Writer.Field
    private(set) var writer: HL7Writer

    init(
        _ profile: Profile, _ rules: OrderRules, _ context: DialogueContext, query: HL7Message?,
        keepsEmptyFields: Bool = false
    ) {
        self.profile = profile
        self.rules = rules
        self.context = context
        self.query = query
        self.keepsEmptyFields = keepsEmptyFields
        controlID = context.controlID()
        clock = DeviceClock(profile, context.facility)
        let declared = query?.declaredCharacterSet ?? ""
        let encoding: HL7.TextEncoding
        switch profile.encoding {
        case .auto:
            // The device's own set where we know it; a device that declares nothing gets nothing declared.
            encoding = TextEncoding(declared: declared) ?? .utf8
            let isKnown = query != nil && (declared.isEmpty || TextEncoding(declared: declared) != nil)
            declaredCharacterSet = isKnown ? .text(declared) : "UNICODE UTF-8"
        case .utf8: (encoding, declaredCharacterSet) = (.utf8, "UNICODE UTF-8")
        case .iso8859_1: (encoding, declaredCharacterSet) = (.iso8859_1, "8859/1")
        // Table 0211 has no name for it.
        case .windows1252: (encoding, declaredCharacterSet) = (.windows1252, .text(declared))
        }
        writer = HL7Writer(delimiters: query?.delimiters ?? .standard, encoding: encoding)
    }

    /// MSH.
    ///
    /// - Parameters:
    ///   - type: MSH-9, its components.
    ///   - version: MSH-12 where neither query nor profile says another.
    ///   - accept: MSH-15.
    ///   - application: MSH-16.
    ///   - profileID: MSH-21.
    mutating func header(
        _ type: [String], version: String, accept: String = "", application: String = "", profileID: String = ""
    ) {
        let header = query?.header
        func echo(_ field: Int) -> HL7Writer.Field { .raw(Array(header?.raw(field) ?? [])) }
        let called = header?.raw(5) ?? []
        let sender: HL7Writer.Field =
            rules.sender.map(Self.components) ?? (called.isEmpty ? "Labrador" : .raw(Array(called)))
        let facility: HL7Writer.Field = header == nil ? .text(context.facility.name) : echo(6)
        let receiver: HL7Writer.Field = header == nil ? Self.components(rules.receiver ?? "") : echo(3)
        let spoken = header?.raw(12) ?? []
        let processing = header?.raw(11) ?? []
        writer.header(
            [
                sender, facility, receiver, echo(4), .text(clock.text(context.now)), "", .components(type),
                .text(controlID), processing.isEmpty ? "P" : .raw(Array(processing)),
                spoken.isEmpty ? .text(rules.version ?? version) : .raw(Array(spoken)), "", "", .text(accept),
                .text(application), "", declaredCharacterSet, "", "", Self.components(profileID),
            ], keepsEmptyFields: keepsEmptyFields)
    }

    mutating func segment(_ name: String, _ fields: [HL7Writer.Field]) {
        writer.segment(name, fields, keepsEmptyFields: keepsEmptyFields)
    }

    /// A segment of the query as it came.
    mutating func echo(_ name: String) {
        guard let segment = query?.first(name) else { return }
        let last = segment.fieldCount
        self.segment(name, last < 1 ? [] : (1...last).map { .raw(Array(segment.raw($0))) })
    }

    /// PID (HL7 v2 section 3.4.2). The authority is the facility's name for the patient's system, so that it comes back
    /// as ours.
    mutating func patient(_ patient: Patient, number: Int = 1) {
        let authority = context.facility.authorities.filter { $0.value == patient.mrnSystem }.keys.min() ?? ""
        let names = [patient.family ?? "", patient.given ?? ""]
        segment(
            "PID",
            [
                .text(String(number)), "", .components([patient.mrn, "", "", authority, "MR"]), "",
                // Table 0200: L legal, U unspecified, for a person without a name.
                .components(names + (names == ["", ""] ? ["", "", "", "", "U"] : ["", "", "", "", "L"])), "",
                .text(DeviceClock.date(patient.birthDate)), .text(patient.sex?.rawValue ?? ""),
            ])
    }

    /// The message, to be sent.
    func message(awaitsAnswer: Bool, dispatches: [Int64] = []) -> OutboundMessage {
        OutboundMessage(
            content: writer.bytes, controlID: controlID, awaitsAnswer: awaitsAnswer, dispatches: dispatches)
    }

    private static func components(_ text: String) -> HL7Writer.Field {
        .components(text.split(separator: "^", omittingEmptySubsequences: false).map(String.init))
    }
}
