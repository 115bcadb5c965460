import Core
import HL7

/// Reads the orders of an HL7 v2 message: ORM^O01, OML^O21, OML^O33 and OML^O35, OMI^O23, OMG^O19.
///
/// One order comes of each accession and kind; the tests of several OBR with one accession are joined. The accession
/// of a laboratory order is SPM-2.1, else OBR-3.1, else ORC-3.1, else OBR-2.1; of an imaging order IPC-1, else OBR-18,
/// else OBR-3.1, else ORC-3.1 (contract, section 4).
public struct HL7Orders: Sendable {
    static let messageTypes: Set<String> = ["ORM", "OML", "OMI", "OMG"]

    /// ORC and OBR groups of one message.
    static let mostGroups = 5_000

    let facility: Facility

    /// A reader for a facility, whose authorities say which system an MRN belongs to.
    public init(facility: Facility) { self.facility = facility }

    /// The changes a message asks for; none where it only tells what concerns no order.
    public func changes(in message: HL7Message) throws(OrderMistake) -> [OrderChange] {
        let type = message.messageType ?? ""
        if type == "ADT" { return try demographics(in: message) }
        guard Self.messageTypes.contains(type) else {
            throw OrderMistake(
                what: "MSH-9 is \(type.isEmpty ? "empty" : type): this port takes orders (ORM^O01, OML^O21, OMI^O23, "
                    + "OMG^O19) and ADT. Send results to their device's port.", location: ["MSH", "1", "9"])
        }
        let patient = try patient(in: message)
        let circumstances = PatientCircumstances(message)
        var changes: [OrderChange] = []
        let groups = OrderGroup.groups(in: message)
        guard groups.count <= Self.mostGroups else {
            throw OrderMistake(
                what: "The message holds \(groups.count) orders; at most \(Self.mostGroups) are taken in one message.")
        }
        guard !groups.isEmpty else {
            throw OrderMistake(what: "The message holds no ORC or OBR segment, so it orders nothing.")
        }
        // One ZDS at the message's end is for all its orders (IHE RAD-4).
        let studies = groups.compactMap(\.zds)
        let study = groups.count > 1 && studies.count == 1 ? studies.first?.said(1) : nil
        let hasReplacement = groups.contains { $0.controlCode == "RO" }
        for group in groups {
            let control: OrderControl =
                hasReplacement && group.controlCode == "RP" ? .cancel : group.control
            if let change = try change(group, control, type: type, patient: patient, circumstances, study: study) {
                changes.append(change)
            }
        }
        let joined = OrderJoining.joined(changes)
        guard joined.allSatisfy({ $0.order?.imaging.map { $0.steps.count <= Order.mostSteps } ?? true }) else {
            throw OrderMistake(
                what: "One accession has more than \(Order.mostSteps) scheduled steps; send them as several orders.")
        }
        return joined
    }

    private func change(
        _ group: OrderGroup, _ control: OrderControl, type: String, patient: Patient,
        _ circumstances: PatientCircumstances, study: String?
    ) throws(OrderMistake) -> OrderChange? {
        switch control {
        case .nothing: return nil
        case .refused(let why): throw OrderMistake(what: why, location: ["ORC", String(group.number), "1"])
        case .place, .amend, .cancel, .complete: break
        }
        let isImaging = type == "OMI" || group.isImaging
        guard let accession = isImaging ? group.imagingAccession : group.laboratoryAccession else {
            throw OrderMistake(
                what: isImaging
                    ? "No accession: IPC-1, OBR-18, OBR-3 and ORC-3 are all empty."
                    : "No accession: SPM-2, OBR-3, ORC-3 and OBR-2 are all empty.",
                location: ["OBR", String(group.number), "3"])
        }
        var order = Order(
            accession: accession, placer: group.placer, patient: patient, kind: isImaging ? .imaging : .laboratory,
            priority: group.priority)
        order.keepsPriority = control != .place && group.keepsPriority
        order.keepsState = control == .amend
        if isImaging {
            var request = group.imagingRequest(circumstances, timeZone: facility.timeZone)
            request.studyUID = request.studyUID ?? study
            if control == .place {
                guard !request.steps.contains(where: { $0.modality.isEmpty }) || group.zds != nil else {
                    throw OrderMistake(
                        what: "An imaging order needs a modality in OBR-24 (or IPC-5).",
                        location: ["OBR", String(group.number), "24"])
                }
                if request.procedure.code.isEmpty { request.procedure = OrderedTest(code: request.modality) }
            }
            order.imaging = request
        } else {
            order.tests = group.test.map { [$0] } ?? []
            order.specimen = OrderedSpecimen(
                type: group.specimenType, collected: group.collected(timeZone: facility.timeZone))
            if control == .amend || control == .complete, type != "OML", group.spm == nil {
                // Such a message often says no more than what changes: which kind of order it is, the store knows.
                order.imaging = group.imagingRequest(circumstances, timeZone: facility.timeZone)
            }
        }
        switch control {
        case .cancel:
            order.state = .cancelled
            return .cancel(order)
        case .complete:
            order.state = .completed
            return .place(order)
        default: return .place(order)
        }
    }

    func patient(in message: HL7Message) throws(OrderMistake) -> Patient {
        guard let pid = message.first("PID") else {
            throw OrderMistake(what: "The message has no PID segment: an order needs a patient.")
        }
        guard let identifier = HL7Identifier.medicalRecord(in: pid) else {
            throw OrderMistake(what: "PID-3 is empty: an order needs an MRN.", location: ["PID", "1", "3"])
        }
        return facility.patient(in: pid, identifier)
    }
}

extension String {
    /// The text, nil when it is empty.
    var nonEmpty: String? { isEmpty ? nil : self }
}
