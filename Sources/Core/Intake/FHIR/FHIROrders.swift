/// Reads orders in FHIR R4 (https://hl7.org/fhir/R4/servicerequest.html): one ServiceRequest, or a transaction Bundle with
/// one or several of them and the resources they point to.
///
/// All of them, or none. What an element means to a worklist is in `docs/orders.md`; an element that would turn its
/// meaning (`modifierExtension`, `doNotPerform`) is refused, others that are not read are passed over.
///
/// - Throws: `IntakeRefusal` with every mistake in words; each mistake's key is the element's path.
public func fhirOrderChanges(
    _ bytes: [UInt8], facility: Facility, limits: IntakeLimits = IntakeLimits()
) throws(IntakeRefusal) -> [OrderChange] {
    let value: JSONValue
    do {
        value = try JSONValue(parsing: bytes, maximumDepth: limits.depth)
    } catch {
        throw IntakeRefusal(IntakeMistake(what: "This is not JSON: \(error.sentence)."))
    }
    guard case .object(let members) = value else {
        throw IntakeRefusal(IntakeMistake(what: "A FHIR resource is a JSON object; this is \(value.kindInWords)."))
    }
    var notes = IntakeNotes(limits: limits)
    var changes: [OrderChange] = []
    let resource = FHIRElement(path: "", members: members)
    switch resource.string("resourceType") {
    case "ServiceRequest":
        let request = FHIRElement(path: "ServiceRequest", members: members)
        let reader = FHIROrderReader(resources: FHIRResources(contained: request), facility: facility)
        if let change = reader.change(request, &notes) { changes.append(change) }
    case "Bundle":
        changes = bundle(FHIRElement(path: "Bundle", members: members), facility, &notes)
    case let other:
        notes.note(
            "resourceType",
            "\(other.map { "\"\($0)\"" } ?? "missing"): a ServiceRequest, or a Bundle with some, is expected here.")
    }
    if let refusal = notes.refusal { throw refusal }
    return changes
}

private func bundle(
    _ bundle: FHIRElement, _ facility: Facility, _ notes: inout IntakeNotes
) -> [OrderChange] {
    guard bundle.string("type") == "transaction" else {
        notes.note("Bundle.type", "Orders are taken all or none: only a transaction is accepted.")
        return []
    }
    let entries = bundle.list("entry")
    guard entries.count <= notes.limits.ordersPerRequest else {
        notes.note("Bundle.entry", "\(entries.count) entries; at most \(notes.limits.ordersPerRequest) are taken.")
        return []
    }
    var shared = FHIRResources()
    var requests: [FHIRElement] = []
    for entry in entries {
        guard let resource = entry.element("resource") else {
            notes.note(entry.path, "has no resource.")
            continue
        }
        shared.add(resource, fullURL: entry.string("fullUrl"))
        guard resource.string("resourceType") == "ServiceRequest" else { continue }
        let method = entry.element("request")?.string("method")
        guard method == "POST" || method == "PUT" else {
            notes.note(
                "\(entry.path).request.method",
                "\(method.map { "\"\($0)\"" } ?? "is missing"): POST and PUT place or change an order; withdraw it with "
                    + "status revoked.")
            continue
        }
        requests.append(resource)
    }
    if requests.isEmpty { notes.note("Bundle.entry", "holds no ServiceRequest, so it orders nothing.") }
    return requests.compactMap { request in
        let reader = FHIROrderReader(resources: shared.with(contained: request), facility: facility)
        return reader.change(request, &notes)
    }
}
