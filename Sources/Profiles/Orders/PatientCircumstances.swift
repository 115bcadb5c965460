import Core
import Foundation
import HL7

/// What a message says of patient and visit beside the orders: PID, PV1, AL1 and OBX before the first order.
struct PatientCircumstances {
    private(set) var pv1: HL7Segment?
    private(set) var pid: HL7Segment?
    private(set) var allergies: [HL7Segment] = []
    private(set) var observations: [HL7Segment] = []

    init(_ message: HL7Message) {
        var hasOrder = false
        for segment in message.segments {
            switch segment.name {
            case "PID": pid = pid ?? segment
            case "PV1": pv1 = pv1 ?? segment
            case "AL1": if allergies.count < HL7Bounds.segments { allergies.append(segment) }
            case "ORC", "OBR": hasOrder = true
            case "OBX": if !hasOrder, observations.count < HL7Bounds.segments { observations.append(segment) }
            default: break
            }
        }
    }

    /// PV1-8.
    var referringPhysician: String? { pv1?.person(8) }

    /// Attributes of PS3.4 table K.6-1, each where the message says something of it.
    var details: [WorklistAttribute: String] {
        var details: [WorklistAttribute: String] = [:]
        details[.currentLocation] = location
        // Visit number, else the account number, which stands for it where there are no visits.
        details[.admissionID] = firstSaid(pv1?.said(19), pid?.said(18))
        // VIP indicator, table 0099.
        details[.confidentiality] = pv1?.said(16)
        if let pv1, pv1.repeats(15) > 0 || pv1.said(15, nil) != nil {
            let codes = (1...max(1, min(pv1.repeats(15), HL7Bounds.repetitions))).compactMap {
                pv1.said(15, repeat: $0)
            }
            details[.pregnancyStatus] = codes.contains("B6") ? Self.pregnant : codes == [""] ? "" : nil
            let needs = codes.compactMap { $0.isEmpty ? nil : Self.ambulatory[$0.uppercased()] }
            details[.specialNeeds] = needs.isEmpty ? (codes == [""] ? "" : nil) : needs.joined(separator: ", ")
        }
        let names = allergies.compactMap { $0.meaning(3)?.nonEmpty }
        if !names.isEmpty { details[.allergies] = DetailText.list(names) }
        details.merge(Measures.details(observations)) { $1 }
        return details
    }

    /// PV1-3: point of care, room and bed.
    private var location: String? {
        guard let pv1 else { return nil }
        if pv1.said(3, nil) == "" { return "" }
        return [pv1.said(3, 1), pv1.said(3, 2), pv1.said(3, 3)].compactMap { $0?.nonEmpty }.joined(separator: " ")
            .nonEmpty
    }

    /// Pregnancy Status (0010,21C0): definitely pregnant.
    private static let pregnant = "3"

    /// HL7 table 0009 but B6, in the words of the people at the scanner.
    private static let ambulatory: [String: String] = [
        "A1": "ambulates with assistive device", "A2": "wheelchair or stretcher", "A3": "comatose", "A4": "disoriented",
        "A5": "vision impaired", "A6": "hearing impaired", "A7": "speech impaired", "A8": "other language",
        "B1": "oxygen therapy", "B2": "special equipment", "B3": "amputee", "B4": "mastectomy", "B5": "paraplegic",
    ]
}

/// Texts of several values, as `ImagingRequest.details` holds them.
enum DetailText {
    /// Values separated by `\`, which a value cannot hold itself.
    static func list(_ values: [String]) -> String {
        values.map { String($0.map { $0 == "\\" ? "/" : $0 }) }.joined(separator: "\\")
    }
}

/// Weight and size from observations.
enum Measures {
    static func details(_ observations: [HL7Segment]) -> [WorklistAttribute: String] {
        var details: [WorklistAttribute: String] = [:]
        for obx in observations {
            let codes = [obx.said(3, 1), obx.said(3, 4)].compactMap { $0?.uppercased() }
            let names = [obx.said(3, 2), obx.said(3, 5)].compactMap { $0?.uppercased() }
            let unit = firstSaid(obx.said(6, 1), obx.said(6, 2))?.lowercased() ?? ""
            if !weightCodes.isDisjoint(with: codes) || !weightNames.isDisjoint(with: codes + names) {
                details[.patientWeight] = obx.said(5).flatMap { scaled($0, weightUnits[unit]) }
            } else if !sizeCodes.isDisjoint(with: codes) || !sizeNames.isDisjoint(with: codes + names) {
                details[.patientSize] = obx.said(5).flatMap { scaled($0, sizeUnits[unit]) }
            }
        }
        return details
    }

    /// LOINC: body weight, measured, stated, estimated.
    private static let weightCodes: Set<String> = ["29463-7", "3141-9", "3142-7", "8335-2"]
    private static let weightNames: Set<String> = ["BODY WEIGHT", "WEIGHT", "PATIENT WEIGHT", "BODYWEIGHT"]
    /// LOINC: body height, measured, stated, estimated, lying.
    private static let sizeCodes: Set<String> = ["8302-2", "3137-7", "3138-5", "8301-4", "8306-3"]
    private static let sizeNames: Set<String> = ["BODY HEIGHT", "HEIGHT", "PATIENT HEIGHT", "BODY LENGTH"]

    /// To kilograms; a weight without a unit is one in kilograms.
    private static let weightUnits: [String: Decimal] = [
        "": 1, "kg": 1, "g": Decimal(sign: .plus, exponent: -3, significand: 1),
        "lb": Decimal(sign: .plus, exponent: -8, significand: 45_359_237),
        "[lb_av]": Decimal(sign: .plus, exponent: -8, significand: 45_359_237),
    ]
    /// To metres. A height without a unit is not guessed at.
    private static let sizeUnits: [String: Decimal] = [
        "m": 1, "cm": Decimal(sign: .plus, exponent: -2, significand: 1),
        "mm": Decimal(sign: .plus, exponent: -3, significand: 1),
        "in": Decimal(sign: .plus, exponent: -4, significand: 254),
        "[in_i]": Decimal(sign: .plus, exponent: -4, significand: 254),
    ]

    /// A plain decimal number in another unit, at most the 16 characters of VR DS; nil when it is none.
    private static func scaled(_ text: String, _ factor: Decimal?) -> String? {
        if text.isEmpty { return "" }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let factor, parts.count <= 2, let whole = parts.first, (1...5).contains(whole.utf8.count),
            parts.dropFirst().allSatisfy({ (1...6).contains($0.utf8.count) }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
            let number = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
        else { return nil }
        guard factor != 1 else { return text }
        var product = number * factor
        var rounded = Decimal()
        NSDecimalRound(&rounded, &product, 3, .plain)
        return "\(rounded)"
    }
}
