import Core
import HL7

/// One order of a message: its ORC and OBR with the segments that belong to them.
struct OrderGroup {
    /// Counts the groups of a message from 1.
    let number: Int
    private(set) var orc: HL7Segment?
    private(set) var obr: HL7Segment?
    private(set) var spm: HL7Segment?
    /// One for each scheduled step that the order names.
    private(set) var ipcs: [HL7Segment] = []
    private(set) var zds: HL7Segment?
    private(set) var tq1s: [HL7Segment] = []
    /// Observations and notes that stand behind its OBR.
    private(set) var observations: [HL7Segment] = []
    private(set) var notes: [HL7Segment] = []

    /// The groups of a message. A group begins with ORC, or with an OBR that follows another OBR. In OML^O33 and
    /// OML^O35 a specimen (SPM) stands before its orders and counts for all of them.
    static func groups(in message: HL7Message) -> [OrderGroup] {
        var groups: [OrderGroup] = []
        var leading: HL7Segment?
        let leads = ["O33", "O35"].contains(message.triggerEvent)
        for segment in message.segments {
            let needsNew = groups.last.map { $0.obr != nil } ?? true
            switch segment.name {
            case "ORC":
                groups.append(OrderGroup(number: groups.count + 1, orc: segment, spm: leading))
            case "OBR":
                if needsNew { groups.append(OrderGroup(number: groups.count + 1, spm: leading)) }
                groups[groups.count - 1].obr = segment
            case "SPM":
                if leads { leading = segment }
                groups.last?.spm == nil ? groups.change { $0.spm = segment } : ()
            // One more than an order may have, so that too many are seen.
            case "IPC": groups.change { if $0.ipcs.count <= Order.mostSteps { $0.ipcs.append(segment) } }
            case "ZDS": groups.change { $0.zds = segment }
            case "TQ1": groups.change { if $0.tq1s.count <= Order.mostSteps { $0.tq1s.append(segment) } }
            case "OBX":
                groups.change { if $0.observations.count < HL7Bounds.segments { $0.observations.append(segment) } }
            case "NTE": groups.change { if $0.notes.count < HL7Bounds.segments { $0.notes.append(segment) } }
            default: break
            }
        }
        return groups
    }

    private init(number: Int, orc: HL7Segment? = nil, spm: HL7Segment? = nil) {
        self.number = number
        self.orc = orc
        self.spm = spm
    }

    /// ORC-1.
    var controlCode: String { orc?.text(field: 1)?.trimmingBlanks().uppercased() ?? "" }

    /// What ORC-1 and ORC-5 ask for.
    var control: OrderControl {
        OrderControl(
            control: controlCode,
            status: orc?.text(field: 5)?.trimmingBlanks().uppercased() ?? "")
    }

    var ipc: HL7Segment? { ipcs.first }
    var tq1: HL7Segment? { tq1s.first }

    /// SPM-2.1, else OBR-3.1, else ORC-3.1, else OBR-2.1.
    var laboratoryAccession: String? {
        first(
            spm?.text(field: 2, component: 1, subcomponent: 1), obr?.text(field: 3, component: 1),
            orc?.text(field: 3, component: 1), obr?.text(field: 2, component: 1))
    }

    /// IPC-1, else OBR-18, else OBR-3.1, else ORC-3.1.
    var imagingAccession: String? {
        first(
            ipc?.text(field: 1, component: 1), obr?.text(field: 18, component: 1), obr?.text(field: 3, component: 1),
            orc?.text(field: 3, component: 1))
    }

    /// ORC-2.1, else OBR-2.1.
    var placer: String? { first(orc?.text(field: 2, component: 1), obr?.text(field: 2, component: 1)) }

    /// OBR-4: code and text.
    var test: OrderedTest? {
        guard let code = first(obr?.text(field: 4, component: 1), obr?.text(field: 4, component: 4)) else { return nil }
        return OrderedTest(
            code: code, text: first(obr?.text(field: 4, component: 2), obr?.text(field: 4, component: 5)))
    }

    /// IPC-5.1, else OBR-24 where it names a modality of DICOM.
    var modality: String? {
        if let code = first(ipc?.text(field: 5, component: 1)) { return code }
        return first(obr?.text(field: 24, component: 1)).flatMap { Self.modalities.contains($0) ? $0 : nil }
    }

    /// Whether the group orders imaging: it has IPC or ZDS, or OBR-24 names a modality.
    var isImaging: Bool { ipc != nil || zds != nil || modality != nil }

    /// SPM-4.2, else SPM-4.1, else OBR-15.1.
    var specimenType: String? {
        first(
            spm?.text(field: 4, component: 2), spm?.text(field: 4, component: 1),
            obr?.text(field: 15, component: 1, subcomponent: 1))
    }

    /// SPM-17.1, else OBR-7, as ISO 8601.
    func collected(timeZone: String) -> String? {
        first(spm?.text(field: 17, component: 1), obr?.text(field: 7, component: 1))
            .flatMap { HL7Date.isoMoment($0, timeZone: timeZone) }
    }

    /// TQ1-9, else ORC-7.6, else OBR-27.6, else OBR-5.
    private var priorityCode: String? {
        first(
            tq1?.text(field: 9, component: 1), orc?.text(field: 7, component: 6), obr?.text(field: 27, component: 6),
            obr?.text(field: 5, component: 1))
    }

    /// Whether it says nothing of the priority.
    var keepsPriority: Bool { priorityCode == nil }

    /// Tables 0485 and 0027.
    var priority: OrderPriority {
        let code = priorityCode
        switch code?.uppercased() {
        case "S", "STAT": return .stat
        case "A", "ASAP", "U", "UR", "URGENT": return .urgent
        default: return .routine
        }
    }

    func first(_ candidates: String?...) -> String? {
        for case let candidate? in candidates {
            let trimmed = candidate.trimmingBlanks()
            if !trimmed.isEmpty { return trimmed }
        }
        return nil
    }

    /// DICOM PS3.16 CID 29 acquisition modalities: what OBR-24 of an imaging order holds. OT is left out: in table 0074
    /// it means occupational therapy.
    private static let modalities: Set<String> = [
        "AR", "BMD", "BDUS", "CR", "CT", "DX", "ECG", "EPS", "ES", "GM", "HD", "IO", "IVOCT", "IVUS", "KER", "LEN",
        "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPV", "PT", "PX", "RF", "RG", "SM", "SRF", "TG", "US",
        "VA", "XA", "XC",
    ]
}

extension [OrderGroup] {
    /// Changes the last group, if there is one.
    fileprivate mutating func change(_ body: (inout OrderGroup) -> Void) {
        guard !isEmpty else { return }
        body(&self[count - 1])
    }
}
