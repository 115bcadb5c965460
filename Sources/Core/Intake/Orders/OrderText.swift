/// Reads orders from their JSON form (contract, section 4): one object, or a list of them.
///
/// All of them, or none.
///
/// - Throws: `IntakeRefusal` with every mistake in words, each with its place (`orders[3].patient.birth_date: …`).
public func orderChanges(
    json bytes: [UInt8], facility: Facility, limits: IntakeLimits = IntakeLimits()
) throws(IntakeRefusal) -> [OrderChange] {
    let value: JSONValue
    do {
        value = try JSONValue(parsing: bytes, maximumDepth: limits.depth)
    } catch {
        throw IntakeRefusal(IntakeMistake(what: "This is not JSON: \(error.sentence)."))
    }
    guard case .array(let elements) = value else {
        var notes = IntakeNotes(limits: limits)
        let change = orderChange(value, facility: facility, notes: &notes)
        if let refusal = notes.refusal { throw refusal }
        return change.map { [$0] } ?? []
    }
    guard elements.count <= limits.ordersPerRequest else {
        throw IntakeRefusal(
            IntakeMistake(
                what: "\(elements.count) orders in one request; at most \(limits.ordersPerRequest) are taken at once. "
                    + "Send them in parts."))
    }
    var notes = IntakeNotes(limits: limits)
    var changes: [OrderChange] = []
    changes.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
        notes.order = index
        if let change = orderChange(element, facility: facility, notes: &notes) { changes.append(change) }
    }
    if let refusal = notes.refusal { throw refusal }
    return changes
}

/// Collects mistakes with their place.
struct IntakeNotes {
    let limits: IntakeLimits
    /// The order being read.
    var order: Int?
    /// The line it begins on, when it comes from a file.
    var line: Int?
    /// The only keys whose mistakes are noted; nil for all. What an order lacks because a column's name is wrong is the
    /// column's mistake.
    var judgedKeys: Set<String>?
    private var mistakes: [IntakeMistake] = []
    private var further = 0

    init(limits: IntakeLimits) { self.limits = limits }

    /// How many mistakes were noted, told or only counted.
    var count: Int { mistakes.count + further }

    /// Everything noted, nil when nothing was.
    var refusal: IntakeRefusal? { mistakes.isEmpty ? nil : IntakeRefusal(mistakes, further: further) }

    mutating func note(_ key: String, _ what: String) {
        if let judgedKeys, !key.isEmpty, !judgedKeys.contains(key) { return }
        guard mistakes.count < limits.mistakes else {
            further += 1
            return
        }
        mistakes.append(IntakeMistake(order: order, line: line, key: key, what: what))
    }
}
