import Core

/// How FHIR carries a device's value (https://hl7.org/fhir/R4/observation-definitions.html#Observation.value_x_).
enum CarriedValue: Hashable {
    /// A number token JSON can carry.
    case quantity(String, Comparator?, unit: String, ucum: String?)
    /// Any other text.
    case string(String)
    /// None: the reason's code and the device's words.
    case absent(AbsentReason, String)

    /// Codes of http://terminology.hl7.org/CodeSystem/data-absent-reason in use here.
    enum AbsentReason: String {
        case error
        case notPerformed = "not-performed"
        case notANumber = "not-a-number"
        case unknown
    }

    init(_ observed: Observation) {
        switch observed.value {
        case .quantity(let token, let comparator) where isJSONNumber(token):
            self = .quantity(token, comparator, unit: observed.deviceUnit, ucum: observed.unit)
        case .quantity(let token, nil) where token.trimmingBlanks().isEmpty: self = .absent(.unknown, "")
        case .quantity(let token, let comparator):
            // A token like `+5` or `007` is no JSON number, and a zero more or less would be another text.
            self = .string((comparator?.rawValue ?? "") + token)
        case .text(let text) where text.trimmingBlanks().isEmpty: self = .absent(.unknown, "")
        case .text(let text): self = .string(text)
        case .absent(let text):
            self = .absent(Self.reason(text.trimmingBlanks(), status: observed.status), text.trimmingBlanks())
        }
    }

    /// Only words that leave no doubt are turned into a code. Dashes, stars and `NA` mean other things on other devices:
    /// `unknown`, with the device's text beside it.
    private static func reason(_ text: String, status: ObservationStatus) -> AbsentReason {
        switch text.uppercased() {
        case "ERR", "ERROR": .error
        case "NOT DONE", "NOTDONE", "NOT PERFORMED": .notPerformed
        case "NAN": .notANumber
        default: status == .cancelled ? .notPerformed : .unknown
        }
    }
}

extension JSONWriter {
    mutating func write(_ value: CarriedValue) {
        switch value {
        case .quantity(let token, let comparator, let unit, let ucum):
            raw(#""valueQuantity":{"value":"#)
            verbatim(token)
            if let comparator {
                raw(#","comparator":""#)
                verbatim(comparator.rawValue)
                raw(#"""#)
            }
            let ucum = ucum.flatMap { $0.isEmpty ? nil : $0 }
            let shown = unit.isEmpty ? ucum : unit
            if let shown {
                raw(#","unit":"#)
                string(shown)
            }
            if let ucum {
                raw(#","system":"http://unitsofmeasure.org","code":"#)
                string(ucum)
            }
            raw("}")
        case .string(let text):
            raw(#""valueString":"#)
            string(text)
        case .absent(let reason, let text):
            raw(#""dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","#)
            raw(#""code":""#)
            verbatim(reason.rawValue)
            raw(#""}]"#)
            if !text.isEmpty {
                raw(#","text":"#)
                string(text)
            }
            raw("}")
        }
    }
}
