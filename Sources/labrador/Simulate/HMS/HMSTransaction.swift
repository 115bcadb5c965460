import Core
import Upstream

/// Carries out a transaction Bundle, all of it or nothing (https://hl7.org/fhir/R4/http.html#transaction).
struct HMSTransaction: HoldsPatientData {
    /// What one entry comes to.
    private enum Step {
        case create
        case update(String)
        case keep(HMSRecords.Record)
    }

    private struct Entry {
        var resource: JSONValue
        var type: String
        var fullURL: String?
        var step: Step
        var reference: String
    }

    private var entries: [Entry] = []

    /// Reads the Bundle and decides on every entry; nothing is changed yet.
    init(_ bundle: JSONValue, over records: HMSRecords) throws(HMSRefusal) {
        guard bundle["type"]?.text == "transaction" || bundle["type"]?.text == "batch" else {
            throw HMSRefusal(422, "value", "A Bundle posted here is of type transaction.", at: "Bundle.type")
        }
        let elements = bundle["entry"]?.elements ?? []
        guard !elements.isEmpty else { throw HMSRefusal(422, "required", "A Bundle has entries.", at: "Bundle.entry") }
        try HMSValidation.checkReferences(of: bundle, to: Set(elements.compactMap { $0["fullUrl"]?.text }))
        var next = records.records.count
        var identities: Set<String> = []
        for (index, element) in elements.enumerated() {
            let place = "Bundle.entry[\(index)]"
            guard let resource = element["resource"], let type = resource["resourceType"]?.text else {
                throw HMSRefusal(400, "structure", "An entry has a resource with its resourceType.", at: place)
            }
            try HMSValidation.check(resource, at: "\(place).resource")
            let request = try HMSRequest(element["request"], type: type, at: "\(place).request")
            if let identity = request.identity, !identities.insert(identity).inserted {
                throw HMSRefusal(422, "duplicate", "Two entries of a Bundle have the same condition.", at: place)
            }
            let step = try Self.step(for: request, over: records, at: place)
            let reference: String
            switch step {
            case .create:
                next += 1
                reference = "\(type)/\(request.id ?? "\(next)")"
            case .update(let existing): reference = existing
            case .keep(let record): reference = record.reference
            }
            entries.append(
                Entry(
                    resource: resource, type: type, fullURL: element["fullUrl"]?.text, step: step, reference: reference)
            )
        }
    }

    private static func step(for request: HMSRequest, over records: HMSRecords, at place: String) throws(HMSRefusal)
        -> Step
    {
        switch request.kind {
        case .create: return .create
        case .updateByID(let reference): return records.read(reference) == nil ? .create : .update(reference)
        case .createIfNone(let type, let identifiers), .updateWhere(let type, let identifiers):
            let found = records.find(type, identifiers: identifiers)
            guard found.count <= 1 else {
                throw HMSRefusal(
                    412, "multiple-matches", "\(found.count) resources carry this identifier.", at: "\(place).request")
            }
            guard let record = found.first else { return .create }
            if case .createIfNone = request.kind { return .keep(record) }
            return .update(record.reference)
        }
    }

    /// Carries it out and gives the transaction-response.
    func commit(into records: inout HMSRecords) -> JSONValue {
        var references: [String: String] = [:]
        for entry in entries { if let url = entry.fullURL { references[url] = entry.reference } }
        var responses: [JSONValue] = []
        for entry in entries {
            let resource = entry.resource.replacingReferences(references)
            let id = entry.reference.split(separator: "/").last.map(String.init)
            switch entry.step {
            case .create:
                let record = records.create(resource, type: entry.type, id: id)
                responses.append(Self.response("201 Created", record))
            case .update(let reference):
                if let record = records.update(reference, to: resource) {
                    responses.append(Self.response("200 OK", record))
                }
            case .keep(let record):
                if record.type == "Observation" { records.countAgain() }
                responses.append(Self.response("200 OK", record))
            }
        }
        return .object([
            .init("resourceType", .string("Bundle")), .init("type", .string("transaction-response")),
            .init("entry", .array(responses)),
        ])
    }

    private static func response(_ status: String, _ record: HMSRecords.Record) -> JSONValue {
        .object([
            .init(
                "response",
                .object([
                    .init("status", .string(status)),
                    .init("location", .string("\(record.reference)/_history/\(record.version)")),
                    .init("etag", .string("W/\"\(record.version)\"")),
                ]))
        ])
    }
}

extension JSONValue {
    /// The tree with every `reference` that is in the table replaced.
    func replacingReferences(_ table: [String: String]) -> JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map { $0.replacingReferences(table) })
        case .object(let members):
            return .object(
                members.map { member in
                    if member.key == "reference", let target = member.value.text.flatMap({ table[$0] }) {
                        return JSONMember(member.key, .string(target))
                    }
                    return JSONMember(member.key, member.value.replacingReferences(table))
                })
        default: return self
        }
    }
}
