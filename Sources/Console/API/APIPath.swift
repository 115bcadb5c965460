import Core

/// The addresses of the JSON API: server and command line use the same ones.
///
/// No address holds patient data, because addresses end up in logs and histories: what narrows by accession, MRN or
/// specimen is sent in a body.
public enum APIPath {
    /// `GET` for a listing with `state`, `device` and `limit`.
    public static func listing(_ listing: Listing) -> String { "/api/v1/\(listing.rawValue)" }
    /// `POST {"accession": …, "state": …, "device": …, "limit": …}` for a listing narrowed by accession.
    public static func search(_ listing: Listing) -> String { "/api/v1/search/\(listing.rawValue)" }
    /// `POST {"id": …}`: an accession, MRN, message, result, hold or delivery.
    public static let explain = "/api/v1/explain"
    /// `POST` one order or a list.
    public static let orders = "/api/v1/orders"
    /// `POST` a ServiceRequest of FHIR R4.
    public static let serviceRequest = "/fhir/ServiceRequest"
    /// `POST` a transaction Bundle of FHIR R4 with some.
    public static let fhir = "/fhir"
    /// `POST {"ae": …}`.
    public static let echo = "/api/v1/echo"
    /// `POST`, with `{"reason": …}` to reject and `{"order": …}` to assign.
    public static func hold(_ id: String, _ action: HoldAction) -> String { "/api/v1/holds/\(id)/\(action.rawValue)" }
    /// `POST`, with `{"reason": …}` to skip.
    public static func delivery(_ id: String, _ action: DeliveryAction) -> String {
        "/api/v1/queue/\(id)/\(action.rawValue)"
    }
    /// `POST {"ae": …, "at": …, "accession": …, "keys": …, "limit": …}`: what a modality would get of the worklist.
    public static let explainWorklist = "/api/v1/worklist/explain"
    /// `GET` with `after` and `limit`: a device's trace.
    public static func trace(_ device: String) -> String { "/api/v1/devices/\(segment(device))/trace" }

    /// Whether programs call an address, which are answered in JSON.
    static func isForPrograms(_ path: String) -> Bool {
        path.hasPrefix("/api/") || path == fhir || path.hasPrefix(fhir + "/")
    }

    /// A name as one segment of an address (RFC 3986 section 2.1): all but letters, digits and `-._~` by their code.
    static func segment(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// What can be listed.
public enum Listing: String, Sendable, CaseIterable {
    case devices, orders, worklist, results, holds, queue

    /// The words `state` may be; empty for devices, which are not narrowed.
    public var states: [String] {
        switch self {
        case .devices: []
        case .orders: ["open", "cancelled", "completed"]
        case .worklist: StepState.allCases.map(\.rawValue) + ["parked"]
        case .results: ["received", "held", "posted", "stored", "superseded", "rejected", "control"]
        case .holds: ["open", "resolved", "released", "rejected"]
        case .queue: ["ready", "leased", "delivered", "ambiguous", "parked", "dead"]
        }
    }
}

/// What a person may decide about a hold.
public enum HoldAction: String, Sendable, CaseIterable { case release, reject, assign }

/// What a person may decide about a delivery.
public enum DeliveryAction: String, Sendable, CaseIterable { case retry, skip }
