import Core
import HL7
import Profiles
import Testing

/// The changes that a message of these segments asks for; MSH comes first.
func orderChanges(_ segments: String..., facility: Facility = orderFacility) throws -> [OrderChange] {
    let message = try HL7Message.parse(Array((segments.joined(separator: "\r") + "\r").utf8))
    return try HL7Orders(facility: facility).changes(in: message)
}

/// The only order that a message places.
func placedOrder(_ segments: String..., facility: Facility = orderFacility) throws -> Order {
    let message = try HL7Message.parse(Array((segments.joined(separator: "\r") + "\r").utf8))
    let changes = try HL7Orders(facility: facility).changes(in: message)
    #expect(changes.count == 1)
    guard case .place(let order)? = changes.first else {
        throw OrderMistake(what: "the message places no order")
    }
    return order
}

/// Why a message is no order; nil when it is one.
func orderMistake(_ segments: String...) throws -> OrderMistake? {
    let message = try HL7Message.parse(Array((segments.joined(separator: "\r") + "\r").utf8))
    do throws(OrderMistake) {
        _ = try HL7Orders(facility: orderFacility).changes(in: message)
        return nil
    } catch {
        return error
    }
}

let orderFacility = Facility(
    mrnSystem: "urn:example:mrn", authorities: ["OTHER": "urn:example:other", "HOSP": "urn:example:mrn"])

/// The header of an order of that type.
func orderHeader(_ type: String, version: String = "2.5") -> String {
    "MSH|^~\\&|HMS|HOSPITAL|LABRADOR|LAB|20261122091500||\(type)|C1|P|\(version)"
}

let orderPatient = "PID|1||MRN0001^^^HOSP^MR||RAO^ASHA^K||19810402|F"
