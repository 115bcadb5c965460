import Core

/// Made-up reports.
enum Sample {
    static let facility = Facility(
        name: "District Hospital", mrnSystem: "https://hms.example.in/mrn",
        accessionSystem: "https://hms.example.in/accession")

    static let order = Order(
        accession: "L24-000123", placer: "HMS-778",
        patient: Patient(mrn: "MRN0001", mrnSystem: "https://hms.example.in/mrn", family: "RAO", given: "ASHA"),
        kind: .laboratory, tests: [OrderedTest(code: "CBC", text: "Complete blood count")],
        specimen: OrderedSpecimen(type: "EDTA blood", collected: "2026-11-22T09:10:00+05:30"))

    static func observation(
        _ code: String, _ value: ObservedValue, name: String? = nil, loinc: String? = nil, unit: String? = nil,
        deviceUnit: String = "", flags: [String] = [], deviceFlags: [String] = [], status: ObservationStatus = .final,
        range: String? = nil, performed: String? = "2026-11-22T09:31:07+05:30", notes: [String] = []
    ) -> Observation {
        Observation(
            at: "R|1", code: code, name: name, loinc: loinc, value: value, unit: unit, deviceUnit: deviceUnit,
            flags: flags, deviceFlags: deviceFlags, status: status, range: range, performed: performed, notes: notes)
    }

    static func report(
        _ observations: [Observation], device: DeviceID = "haem-1", order: Order = order
    ) -> DeliverableReport {
        DeliverableReport(
            id: ReportID(7), message: MessageID(5), device: device, order: order,
            results: observations.map {
                LabResult(
                    id: ResultID(device: device, specimen: order.accession, observation: $0), observation: $0,
                    state: .posted)
            },
            received: Timestamp(microseconds: 1_795_320_127_250_000))
    }

    /// Twelve analytes of a blood count.
    static func bloodCount(accession: String = "L24-000123") -> DeliverableReport {
        let analytes = [
            ("WBC", "6690-2", "5.10", "10*3/uL", "10^3/uL"), ("RBC", "789-8", "4.80", "10*6/uL", "10^6/uL"),
            ("HGB", "718-7", "13.20", "g/dL", "g/dL"), ("HCT", "4544-3", "41.0", "%", "%"),
            ("MCV", "787-2", "88.0", "fL", "fL"), ("MCH", "785-6", "29.10", "pg", "pg"),
            ("MCHC", "786-4", "33.0", "g/dL", "g/dL"), ("PLT", "777-3", "250", "10*3/uL", "10^3/uL"),
            ("NEUT", "770-8", "60.00", "%", "%"), ("LYM", "736-9", "30.0", "%", "%"),
            ("MON", "5905-5", "7.0", "%", "%"), ("EOS", "713-8", "3.0", "%", "%"),
        ]
        var order = order
        order.accession = accession
        return report(
            analytes.map { code, loinc, value, ucum, unit in
                observation(
                    code, .quantity(value, nil), name: "\(code) of blood", loinc: loinc, unit: ucum, deviceUnit: unit,
                    flags: ["N"], deviceFlags: ["N"], range: "4.00 - 10.00")
            }, order: order)
    }

    static func delivery(
        _ number: Int64, key: String? = nil, attempts: Int = 0, isAmbiguous: Bool = false,
        report: DeliverableReport? = nil
    ) -> Delivery {
        let key = key ?? "L24-\(number)"
        return Delivery(
            id: DeliveryID(number), destination: "hms", key: key, attempts: attempts, isAmbiguous: isAmbiguous,
            content: .report(
                report
                    ?? {
                        var order = order
                        order.accession = key
                        return Sample.report([observation("WBC-\(number)", .quantity("5.10", nil))], order: order)
                    }()))
    }
}
