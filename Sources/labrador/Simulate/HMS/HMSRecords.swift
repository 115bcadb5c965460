import Core
import Upstream

/// What the stand-in HMS holds: resources in memory, found by their identifiers. Never pruned; it lives for a trial.
struct HMSRecords {
    /// A resource as kept.
    struct Record: HoldsPatientData {
        var type: String
        var id: String
        var version: Int
        var resource: JSONValue

        /// `Observation/12`.
        var reference: String { "\(type)/\(id)" }
    }

    /// Counts, as printed at the end and at `/stats`.
    struct Counts: Codable, Sendable, Equatable {
        /// Observations in accepted bodies.
        var received = 0
        /// Different Observations among them, by identifier.
        var unique = 0
        /// Observations that had come before: a repetition or a correction.
        var duplicates = 0
        /// Of these, those that changed what was there.
        var corrections = 0
    }

    private(set) var counts = Counts()
    private(set) var records: [Record] = []
    private var byIdentifier: [String: [Int]] = [:]
    private var byReference: [String: Int] = [:]

    /// The records that carry one of the identifiers, `SYSTEM|VALUE` or `VALUE` (a token search).
    func find(_ type: String, identifiers: [String]) -> [Record] {
        var places: Set<Int> = []
        for identifier in identifiers { places.formUnion(byIdentifier["\(type) \(identifier)"] ?? []) }
        return places.sorted().map { records[$0] }
    }

    /// The record of that type and id.
    func read(_ reference: String) -> Record? { byReference[reference].map { records[$0] } }

    /// Keeps a new resource under the next free id, or the id given.
    mutating func create(_ resource: JSONValue, type: String, id: String? = nil) -> Record {
        let record = Record(type: type, id: id ?? "\(records.count + 1)", version: 1, resource: resource)
        records.append(record)
        byReference[record.reference] = records.count - 1
        index(records.count - 1)
        if type == "Observation" {
            counts.received += 1
            counts.unique += 1
        }
        return record
    }

    /// Replaces a resource; the same content again changes nothing, not even its version.
    mutating func update(_ reference: String, to resource: JSONValue) -> Record? {
        guard let place = byReference[reference] else { return nil }
        let isSame = records[place].resource == resource
        if !isSame {
            records[place].resource = resource
            records[place].version += 1
            index(place)
        }
        if records[place].type == "Observation" { countAgain(changed: !isSame) }
        return records[place]
    }

    /// Counts an Observation that was already there and is left as it is.
    mutating func countAgain(changed: Bool = false) {
        counts.received += 1
        counts.duplicates += 1
        if changed { counts.corrections += 1 }
    }

    /// Identifiers only grow: one that a correction drops still finds the record.
    private mutating func index(_ place: Int) {
        let record = records[place]
        for identifier in record.resource["identifier"]?.elements ?? [] {
            guard let value = identifier["value"]?.text else { continue }
            for key in [value, "\(identifier["system"]?.text ?? "")|\(value)"] {
                let name = "\(record.type) \(key)"
                if byIdentifier[name]?.contains(place) != true { byIdentifier[name, default: []].append(place) }
            }
        }
    }
}
