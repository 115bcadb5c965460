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

    /// The changes a message asks for, at least one.
    public func changes(in message: HL7Message) throws(OrderMistake) -> [OrderChange] {
        let type = message.messageType ?? ""
        guard Self.messageTypes.contains(type) else {
            throw OrderMistake(
                what: "MSH-9 is \(type.isEmpty ? "empty" : type): this port takes orders (ORM^O01, OML^O21, OMI^O23, "
                    + "OMG^O19). Send results to their device's port.", location: ["MSH", "1", "9"])
        }
        let patient = try patient(in: message)
        var changes: [OrderChange] = []
        let groups = OrderGroup.groups(in: message)
        guard groups.count <= Self.mostGroups else {
            throw OrderMistake(
                what: "The message holds \(groups.count) orders; at most \(Self.mostGroups) are taken in one message.")
        }
        for group in groups {
            changes.append(try change(group, type: type, patient: patient))
        }
        guard !changes.isEmpty else {
            throw OrderMistake(what: "The message holds no ORC or OBR segment, so it orders nothing.")
        }
        return Self.joined(changes)
    }

    private func change(_ group: OrderGroup, type: String, patient: Patient) throws(OrderMistake) -> OrderChange {
        let imaging = type == "OMI" || group.isImaging
        let accession = imaging ? group.imagingAccession : group.laboratoryAccession
        guard let accession else {
            throw OrderMistake(
                what: imaging
                    ? "No accession: IPC-1, OBR-18, OBR-3 and ORC-3 are all empty."
                    : "No accession: SPM-2, OBR-3, ORC-3 and OBR-2 are all empty.",
                location: ["OBR", String(group.number), "3"])
        }
        var order = Order(
            accession: accession, placer: group.placer, patient: patient, kind: imaging ? .imaging : .laboratory,
            priority: group.priority)
        if group.isCancellation {
            // Accession, kind and patient are all a cancellation needs.
            order.state = .cancelled
            return .cancel(order)
        }
        if imaging {
            guard group.steps <= 1 else {
                throw OrderMistake(
                    what:
                        "One OBR has \(group.steps) IPC segments: send each scheduled step with an ORC and OBR and an "
                        + "accession of its own.", location: ["IPC", "2"])
            }
            guard let modality = group.modality else {
                throw OrderMistake(
                    what: "An imaging order needs a modality in OBR-24 (or IPC-5).",
                    location: ["OBR", String(group.number), "24"])
            }
            order.imaging = ImagingRequest(
                procedure: group.test ?? OrderedTest(code: modality), modality: modality, stationAE: group.stationAE,
                scheduled: group.scheduled(timeZone: facility.timeZone), studyUID: group.studyUID,
                requestedBy: group.orderingProvider)
        } else {
            order.tests = group.test.map { [$0] } ?? []
            order.specimen = OrderedSpecimen(
                type: group.specimenType, collected: group.collected(timeZone: facility.timeZone))
        }
        return .place(order)
    }

    private func patient(in message: HL7Message) throws(OrderMistake) -> Patient {
        guard let pid = message.first("PID") else {
            throw OrderMistake(what: "The message has no PID segment: an order needs a patient.")
        }
        guard let identifier = HL7Identifier.medicalRecord(in: pid) else {
            throw OrderMistake(what: "PID-3 is empty: an order needs an MRN.", location: ["PID", "1", "3"])
        }
        return Patient(
            mrn: identifier.value, mrnSystem: facility.system(ofAuthority: identifier.authority),
            family: pid.text(field: 5, repeat: 1, component: 1, subcomponent: 1),
            given: [pid.text(field: 5, repeat: 1, component: 2), pid.text(field: 5, repeat: 1, component: 3)]
                .compactMap { $0 }.joined(separator: " ").nonEmpty,
            birthDate: pid.text(field: 7, component: 1).flatMap(HL7Date.isoDate),
            sex: pid.text(field: 8, component: 1).flatMap { Sex(rawValue: $0.uppercased()) })
    }

    /// Orders of one accession, kind and action become one, their tests in order, each once.
    private static func joined(_ changes: [OrderChange]) -> [OrderChange] {
        var result: [OrderChange] = []
        // The order whose tests are being gathered, held in one place only so that it grows without being copied.
        var open: Order?
        var known: Set<OrderedTest> = []
        func close() {
            if let order = open { result.append(.place(order)) }
            open = nil
        }
        for change in changes {
            guard case .place(let order) = change, order.kind == .laboratory else {
                close()
                result.append(change)
                continue
            }
            if open?.accession != order.accession {
                close()
                open = order
                open?.tests = []
                known = []
            }
            for test in order.tests where known.insert(test).inserted { open?.tests.append(test) }
        }
        close()
        return result
    }
}

extension String {
    /// The text, nil when it is empty.
    var nonEmpty: String? { isEmpty ? nil : self }
}
