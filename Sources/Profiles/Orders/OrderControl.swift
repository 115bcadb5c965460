/// What an order control code asks for (ORC-1, HL7 table 0119), with the order's status (ORC-5, table 0038) where the
/// code only reports one.
enum OrderControl: Hashable, Sendable {
    /// A new order; what the message says is all there is.
    case place
    /// A change: what the message does not say stays.
    case amend
    /// Withdraw it.
    case cancel
    /// It is done.
    case complete
    /// Nothing that concerns an order here.
    case nothing
    /// What we cannot do.
    case refused(String)

    /// From ORC-1 and ORC-5; an empty code is a new order.
    init(control: String, status: String) {
        switch Self.table[control] {
        case .place?: self = .place
        case .amend?: self = .amend
        case .cancel?: self = .cancel
        case .status?: self = Self.statuses[status] ?? .amend
        case .nothing?: self = .nothing
        case .hold?:
            self = .refused("Labrador does not put orders on hold. Cancel it (CA), and order it anew when it is due.")
        case nil:
            self = .refused(
                "ORC-1 '\(control.prefix(8))' is not a code of HL7 table 0119 that an order comes with (NW, XO, RP, SC, "
                    + "CA, DC and so on).")
        }
    }

    private enum Meaning { case place, amend, cancel, status, nothing, hold }

    private static let table: [String: Meaning] = [
        "": .place, "NW": .place, "RO": .place, "PA": .place, "CH": .place, "RE": .place,
        // Changes, by the placer and by the filler, and answers that repeat the order.
        "XO": .amend, "XX": .amend, "XR": .amend, "RP": .amend, "RR": .amend, "OK": .amend,
        "SN": .amend, "NA": .amend, "RL": .amend, "OE": .amend, "LI": .amend, "DF": .nothing,
        "CA": .cancel, "CR": .cancel, "OC": .cancel, "DC": .cancel, "DR": .cancel, "OD": .cancel,
        // Of the order that another has replaced (section 4.5.1.1); RP is the same where RO stands beside it.
        "RQ": .cancel, "RU": .cancel,
        "SC": .status, "SR": .status, "OF": .status,
        // What was asked was not done, or asks for an answer that nobody waits for here.
        "UA": .nothing, "UC": .nothing, "UD": .nothing, "UF": .nothing, "UH": .nothing, "UM": .nothing, "UN": .nothing,
        "UR": .nothing, "UX": .nothing, "DE": .nothing, "SS": .nothing, "RF": .nothing, "AF": .nothing, "PR": .nothing,
        "CN": .nothing, "FU": .nothing, "AN": .nothing,
        "HD": .hold, "HR": .hold, "OH": .hold,
    ]

    private static let statuses: [String: OrderControl] = [
        "CA": .cancel, "DC": .cancel, "RP": .cancel, "CM": .complete,
        "A": .amend, "IP": .amend, "SC": .amend, "ER": .amend,
        "HD": .refused("Labrador does not put orders on hold. Cancel it (CA), and order it anew when it is due."),
    ]
}
